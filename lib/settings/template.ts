import type { Row } from './rows.js';
import { groupNotes, settingGroups, type Settings } from './table.js';
import { valueAt } from './tree.js';

/** The text of a settings file with these settings, each below a comment that explains it. */
export function settingsTemplate(settings: Settings): string {
  const lines = [...settingGroups].flatMap(([group, rows]) => {
    const indent = group === '' ? '  ' : '    ';
    const body = rows.flatMap(([path, row]) => [
      `${indent}// ${row.about}`,
      `${indent}// Expected: ${row.expected}.${withoutLine(row)}`,
      `${indent}"${path.slice(path.indexOf('.') + 1)}": ${oneLine(valueAt(settings, path))},`,
    ]);
    const note = groupNotes[group];
    return group === '' ? body : ['', ...(note ? [`  // ${note}`] : []), `  "${group}": {`, ...body, '  },'];
  });
  return ['// Settings of node-dant. Paths are relative to the folder of this file.', '{', ...lines, '}', ''].join(
    '\n',
  );
}

function withoutLine({ absentInFile }: Row): string {
  return absentInFile === undefined ? '' : ` Without this line: ${JSON.stringify(absentInFile)}.`;
}

function oneLine(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(oneLine).join(', ')}]` : JSON.stringify(value);
}

import { Option, type Command } from 'commander';

import type { Row } from '../settings/rows.js';
import { settingGroups, type SettingPath } from '../settings/table.js';

/** Short names for what is often given on the command line. */
const shorthands: [flag: string, path: SettingPath, about: string][] = [
  ['--data <folder>', 'path_to_data', 'The folder that holds the input files.'],
  ['--output <folder>', 'output_folder', 'The folder that the results are written to.'],
  ['--threads <number>', 'n_jobs', 'Number of threads; the results do not depend on it.'],
];

/**
 * Adds --set key=value, the shorthands and a flag for every setting to a command.
 * @returns What the command line then gives, as "key=value" in its order.
 */
export function addSettingFlags(command: Command): string[] {
  const assignments: string[] = [];
  const assign = (flags: string, path: string, about: string) =>
    new Option(flags, about).argParser((text) => assignments.push(`${path}=${text}`));

  for (const [flags, path, about] of shorthands) command.addOption(assign(flags, path, `${about} Same as --${path}.`));
  command.addOption(
    new Option('--set <key=value>', 'Change a setting, such as clustering.max_distance=80; may be repeated.').argParser(
      (text) => assignments.push(text),
    ),
  );
  for (const [group, rows] of settingGroups) {
    for (const [path, row] of rows) {
      const about = `${row.about}${range(row)} Default: ${JSON.stringify(row.default)}.`;
      const heading = group === '' ? 'Settings of the file:' : `Settings of the file, ${group}:`;
      command.addOption(assign(`--${path} <${row.placeholder}>`, path, about).helpGroup(heading));
      const dashed = path.replaceAll('_', '-');
      if (dashed !== path) command.addOption(assign(`--${dashed} <${row.placeholder}>`, path, about).hideHelp());
    }
  }
  return assignments;
}

/** What the placeholder of the flag does not tell already. */
function range({ placeholder, expected }: Row): string {
  return placeholder.includes('|') || placeholder === 'path' ? '' : ` Expected: ${expected}.`;
}

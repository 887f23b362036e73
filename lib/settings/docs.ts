import { groupNotes, settingGroups } from './table.js';

/** The page docs/settings.md, in Markdown. */
export function settingsPage(): string {
  const sections = [...settingGroups].flatMap(([group, rows]) => [
    group === '' ? '## General' : `## \`${group}\``,
    '',
    ...(groupNotes[group] ? [groupNotes[group], ''] : []),
    '| key | meaning | value | default |',
    '| --- | --- | --- | --- |',
    ...rows.map(([path, row]) => {
      const absent = row.absentInFile === undefined ? '' : `; if a file lacks the key: ${code(row.absentInFile)}`;
      return `| ${code(path, false)} | ${row.about} | ${cell(row.expected)} | ${code(row.default)}${absent} |`;
    }),
    '',
  ]);
  return [introduction, ...sections].join('\n');
}

const introduction = `# Settings

<!-- Written by "npm run docs:settings" from lib/settings/table.ts; edit that file. -->

A run is described by one file, \`settings.json\`: JSON, in which comments (\`//\` and \`/* */\`) and commas behind the last
entry are welcome. \`dant init\` writes one with every key and an explanation of each. Settings files of pyDANT work unchanged.

- A key with a dot stands in a group: \`clustering.max_distance\` is written \`{ "clustering": { "max_distance": 100 } }\`.
- A key that is left out has the default below, with three exceptions that make old files give old results: a file without
  \`method\` means \`"reference"\`, and one without \`motionEstimation.repeat_last_feature_set\` or
  \`motionEstimation.stop_early\` means \`false\`, as in pyDANT. (Library functions, which get an object and not a file, take the
  default below.)
- Without \`motionEstimation.max_iter\` there are at most 15 iterations if the last list of features is repeated, else as many as
  there are lists.
- An unknown key is ignored with a warning that names the nearest known key. A value of the wrong type or out of range stops
  the run before any work; the message lists all of them.
- Paths in the file are relative to the folder of the file, those on the command line to the working directory. \`/\` and \`\\\`
  both separate folders. Without \`path_to_data\` the data lie beside the settings file; without \`output_folder\` the results go
  to \`DANT_Output\` beside it.
- On the command line every key is a flag (\`--clustering.max_distance 80\`, also with dashes: \`--clustering.max-distance 80\`), or
  is set with \`--set clustering.max_distance=80\`. Lists of features are separated by commas, lists of lists by semicolons:
  \`--motionEstimation.features "AutoCorr;Waveform,AutoCorr"\`.
`;

function code(value: unknown, json = true): string {
  return `\`${cell(json ? JSON.stringify(value).replaceAll(',', ', ') : String(value))}\``;
}

/** A vertical bar would end the cell. */
const cell = (text: string) => text.replaceAll('|', '\\|');

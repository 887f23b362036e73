import { join } from 'node:path';
import { Command } from 'commander';

import { writeStudyFile } from '../batch/study_init.js';
import { count } from './count.js';
import { Group } from './group.js';
import { quoted } from './quoted.js';

/** `dant study`: describes many recordings that are tracked alike. */
export function studyCommand(): Command {
  const group = new Group('study').description('Describe a study: many animals that are tracked alike.');
  group.addCommand(
    new Command('init')
      .description('Write the description of a study of what lies below a folder, for "dant batch".')
      .argument('[folder]', 'where to look for sorted sessions, data folders and a ONE cache', '.')
      .option('-o, --output <file>', 'the file to write; default: study.yaml in that folder')
      .addHelpText('after', '\nA file that is there is never touched.')
      .action(async (folder: string, { output = join(folder, 'study.yaml') }: { output?: string }) => {
        const { animals, sessions, dataFolders, iblProbes } = await writeStudyFile(folder, output);
        const found = [
          ...(sessions > 0 ? [count(sessions, 'sorted session')] : []),
          ...(iblProbes > 0 ? [`${count(iblProbes, 'probe')} in a ONE cache`] : []),
          ...(dataFolders > 0 ? [count(dataFolders, 'data folder')] : []),
        ];
        console.log(
          [
            `Wrote ${output}: ${count(animals, 'animal')} with ${found.join(' and ')}.`,
            'Animals and probes were taken from the names of the folders: check them, and the order of the sessions. Next:',
            `  dant batch ${quoted(output)} --dry-run`,
            `  dant batch ${quoted(output)}`,
          ].join('\n'),
        );
      }),
  );
  return group;
}

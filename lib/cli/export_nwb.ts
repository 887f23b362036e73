import { Command } from 'commander';

import { exportToNwb } from '../export/nwb.js';
import { count } from './count.js';

interface Flags {
  output: string;
  data?: string;
  sessionStart?: string[];
}

/** `dant export nwb`. `dataFolderOf`: of a result, where its data are. */
export function exportNwbCommand(dataFolderOf: (result: string) => Promise<string>): Command {
  return new Command('nwb')
    .description(
      'Write an NWB file of each session with the neuron of each unit, columns tracked_neuron (-1: none) and match_confidence: a copy of the file that was imported, else a new one.',
    )
    .argument('<result>', 'the folder with the results')
    .requiredOption('-o, --output <folder>', 'where the files go, new or empty')
    .option(
      '--session-start <time...>',
      'When the sessions began that are of no NWB file, in their order, such as 2024-05-01T09:30:00+02:00.',
    )
    .option('--data <folder>', 'the folder with the input files; default: as in the settings of the run')
    .action(async (result: string, { output, data, sessionStart }: Flags) => {
      const from = data ?? (await dataFolderOf(result));
      const { files, units } = await exportToNwb(result, output, from, { sessionStarts: sessionStart });
      console.log([`Wrote the neurons of ${count(units, 'unit')} to`, ...files.map((file) => `  ${file}`)].join('\n'));
    });
}

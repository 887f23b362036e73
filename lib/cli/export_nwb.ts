import { Command } from 'commander';

import { exportToNwb } from '../export/nwb.js';
import { count } from './count.js';

/** `dant export nwb`. `dataFolderOf`: of a result, where its data are. */
export function exportNwbCommand(dataFolderOf: (result: string) => Promise<string>): Command {
  return new Command('nwb')
    .description(
      'Copy the NWB files that "dant import nwb" read, with the neuron of each unit: columns tracked_neuron (-1: none) and match_confidence.',
    )
    .argument('<result>', 'the folder with the results')
    .requiredOption('-o, --output <folder>', 'where the copies go, new or empty')
    .option('--data <folder>', 'the folder with the input files; default: as in the settings of the run')
    .action(async (result: string, { output, data }: { output: string; data?: string }) => {
      const { files, units } = await exportToNwb(result, output, data ?? (await dataFolderOf(result)));
      console.log([`Wrote the neurons of ${count(units, 'unit')} to`, ...files.map((file) => `  ${file}`)].join('\n'));
    });
}

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';

import { DantError } from '../errors.js';
import { exportToPhy } from '../export/phy.js';
import { exportCsv, exportNpz } from '../export/table.js';
import { runRecordFile } from '../results/schema.js';
import { count } from './count.js';
import { exportNwbCommand } from './export_nwb.js';
import { Group } from './group.js';

/** `dant export`: hands the neurons back to the programs that the units came from. */
export function exportCommand(): Command {
  const group = new Group('export').description(
    'Hand the tracked neurons to phy, or write them as a table or as arrays.',
  );
  group.addCommand(
    new Command('phy')
      .description(
        'Write cluster_tracked_id.tsv into the folder of each session: phy shows the neuron of each cluster (for a region, cluster_tracked_id_REGION.tsv).',
      )
      .argument('<result>', 'the folder with the results, of data that "dant import" made')
      .option('--data <folder>', 'the folder with the input files; default: as in the settings of the run')
      .option('--force', 'Replace files of an earlier export.')
      .action(async (result: string, { data, force }: { data?: string; force?: boolean }) => {
        const { files, units } = await exportToPhy(result, data ?? (await dataFolderOf(result)), { force });
        console.log([`Wrote the neurons of ${units} units to`, ...files.map((file) => `  ${file}`)].join('\n'));
      }),
  );
  group.addCommand(exportNwbCommand(dataFolderOf));
  group.addCommand(tableCommand('csv', 'Write the neuron of each unit as a table, neurons in their order.', exportCsv));
  group.addCommand(
    tableCommand(
      'npz',
      'Write the neuron of each unit as NumPy arrays: unit, neuron, confidence, session, depth_um, cluster_id, label, folder.',
      exportNpz,
    ),
  );
  return group;
}

function tableCommand(ending: 'csv' | 'npz', about: string, write: typeof exportCsv): Command {
  return new Command(ending)
    .description(about)
    .argument('<result>', 'the folder with the results, of "dant run" or of pyDANT')
    .option('-o, --output <file>', 'the file to write', `tracked_units.${ending}`)
    .option('--data <folder>', 'the folder with the input files; default: as in the settings of the run')
    .option('--force', 'Replace a file that is there.')
    .action(async (result: string, { output, data, force }: TableFlags) => {
      const units = await write(result, output, { dataFolder: data ?? (await dataFolderOf(result)), force });
      const neurons = new Set(units.flatMap(({ neuron }) => neuron ?? [])).size;
      console.log(`Wrote ${count(units.length, 'unit')} and their ${count(neurons, 'neuron')} to ${output}.`);
    });
}

interface TableFlags {
  output: string;
  data?: string;
  force?: boolean;
}

/** The data folder that the record of the run names; else the folder above. */
async function dataFolderOf(result: string): Promise<string> {
  const above = resolve(result, '..');
  const path = join(result, runRecordFile);
  if (!existsSync(path)) return above;
  try {
    const { settings } = JSON.parse(await readFile(path, 'utf8')) as { settings: { path_to_data: string } };
    return existsSync(settings.path_to_data) ? settings.path_to_data : above;
  } catch (error) {
    throw new DantError('DANT_DATA', `${path}: cannot be read (${(error as Error).message}). Say --data.`, {
      cause: error,
    });
  }
}

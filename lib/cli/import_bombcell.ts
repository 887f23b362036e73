import { Command, InvalidArgumentError, Option } from 'commander';

import { importBombcell, type BombcellImportOptions } from '../import/bombcell/import_bombcell.js';
import { tellImport } from './import_bar.js';
import { addSortedOptions } from './import_options.js';
import { interruptSignal } from './interrupt.js';

/** `dant import bombcell`: makes a data folder from the waveforms that Bombcell and UnitMatch extracted. */
export function bombcellCommand(): Command {
  const command = new Command('bombcell')
    .description('From folders of Kilosort or phy whose waveforms Bombcell or UnitMatch extracted (RawWaveforms).')
    .argument('<folder...>', 'in order of time');
  return addSortedOptions(command)
    .addOption(
      new Option('--uv-per-bit <µV>', 'µV of a count. Default: as the .meta of the recording says.').argParser(
        (text) => {
          const value = Number(text);
          if (text.trim() !== '' && value > 0 && Number.isFinite(value)) return value;
          throw new InvalidArgumentError('Expected a number above 0.');
        },
      ),
    )
    .addHelpText('after', notes)
    .action(async (folders: string[], { output, ...options }: BombcellImportOptions & { output: string }) => {
      const signal = interruptSignal();
      await tellImport((onProgress) => importBombcell(folders, output, options, { signal, onProgress }));
    });
}

const notes = `
Labels are those of cluster_bc_unitType.tsv, in lower case (--labels "good,non-soma good"), else of phy and Kilosort. These waveforms
are medians, smoothed over time, and so smaller than means: all sessions of a data folder should have them. Where the raw
recordings are at hand, "dant import kilosort --label-table cluster_bc_unitType.tsv" makes means of them.`;

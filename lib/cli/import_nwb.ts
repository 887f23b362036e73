import { Command, Option } from 'commander';

import { importNwb, type NwbImportOptions } from '../import/nwb/import_nwb.js';
import { tellImport } from './import_bar.js';
import { addSortedOptions } from './import_options.js';
import { waveformUnitOption } from './import_spikeinterface.js';
import { interruptSignal } from './interrupt.js';

/** `dant import nwb`: makes a data folder from NWB files. */
export function nwbCommand(): Command {
  const command = new Command('nwb')
    .description('From NWB files (HDF5 or Zarr) whose units have mean waveforms on several channels.')
    .argument('<file...>', 'in order of time');
  return addSortedOptions(command)
    .option('--label-column <name>', 'Column of the units with their labels. Default: label, group, quality, KSLabel …')
    .addOption(waveformUnitOption('Unit of waveform_mean. Default: by its size, as files say volts of what are µV.'))
    .addOption(new Option('--times-unit <unit>', 'Unit of spike_times. Default: s.').choices(['s', 'ms']))
    .option(
      '--positions <file>',
      'Positions of the electrodes, .npy of (electrodes, 2) in µm, where the files do not tell.',
    )
    .option('--trials <column>', 'Make peth.npy of the times in this column of the trials, such as start_time.')
    .option('--trial-condition <column>', 'Column of the trials by whose values these are of different types.')
    .action(async (files: string[], { output, ...options }: NwbImportOptions & { output: string }) => {
      const signal = interruptSignal();
      await tellImport((onProgress) => importNwb(files, output, options, { signal, onProgress }));
    });
}

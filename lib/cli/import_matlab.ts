import { Command, Option } from 'commander';

import { importMatlab, type MatlabImportOptions } from '../import/matlab/import_matlab.js';
import { tellImport } from './import_bar.js';
import { addPlacedOptions } from './import_options.js';
import { interruptSignal } from './interrupt.js';

/** `dant import matlab`: makes a data folder from DANT's spikeInfo.mat. */
export function matlabCommand(): Command {
  const command = new Command('matlab')
    .description("From DANT's spikeInfo.mat, of any version of MATLAB.")
    .argument('<file...>', 'one with all sessions, or several in order of time');
  return addPlacedOptions(command)
    .addOption(new Option('--times-unit <unit>', 'Unit of SpikeTimes. Default: ms.').choices(['s', 'ms']))
    .addHelpText('after', notes)
    .action(async (files: string[], { output, ...options }: MatlabImportOptions & { output: string }) => {
      const signal = interruptSignal();
      await tellImport((onProgress) => importMatlab(files, output, options, { signal, onProgress }));
    });
}

const notes = `
All units of spikeInfo are taken (--min-spikes is 0 unless you say otherwise), with their waveforms as they are; PETH becomes peth.npy.`;

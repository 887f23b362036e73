import { Command } from 'commander';

import { importIbl, type IblImportOptions } from '../import/ibl/import_ibl.js';
import { tellImport } from './import_bar.js';
import { addImportOptions } from './import_options.js';
import { interruptSignal } from './interrupt.js';

/** `dant import ibl`: makes a data folder of a subject's sessions in a ONE cache. */
export function importIblCommand(): Command {
  const command = new Command('ibl')
    .description('From all sessions of a subject in a local ONE cache of the International Brain Laboratory.')
    .argument('<cache>', 'the folder with <lab>/Subjects/<subject>/<date>/<number>')
    .requiredOption('--subject <name>', 'the subject; "dant ibl list" shows all')
    .option('--probe <name>', 'The probe, such as probe00; needed if the subject has more than one.')
    .option(
      '--sorter <name>',
      'The spike sorter; "" is Kilosort 2.5. Default: iblsorter, else pykilosort, else what there is.',
    )
    .option('--revision <name>', 'Files of the newest revision that is not after this one. Default: the newest.')
    .option('--namespace <name>', 'Take this curation where there is one, such as av.');
  return addImportOptions(command)
    .addHelpText('after', notes)
    .action(async (cache: string, { output, ...options }: IblImportOptions & { output: string }) => {
      const signal = interruptSignal();
      await tellImport((onProgress) => importIbl(cache, options, output, { signal, onProgress }));
    });
}

const notes = `
Mean waveforms are those of waveforms.templates.npy, else made from the recording in raw_ephys_data/<probe>. Sessions that have
neither are left out with a warning. A unit that passes all three tests of quality is good; others are 2/3, 1/3 or 0/3
(--labels good,2/3), and unsorted where nothing tells.`;

import { Command, Option } from 'commander';

import { importAnalyzers, type AnalyzerImportOptions } from '../import/sorting_analyzer/import_analyzers.js';
import { tellImport } from './import_bar.js';
import { addSortedOptions } from './import_options.js';
import { interruptSignal } from './interrupt.js';

type Flags = Omit<AnalyzerImportOptions, 'sortings'> & { output: string; sorting?: string[] };

/** `dant import spikeinterface`: makes a data folder from SortingAnalyzers. */
export function spikeinterfaceCommand(): Command {
  const command = new Command('spikeinterface')
    .description('From folders of SpikeInterface: SortingAnalyzer (binary_folder, zarr) or WaveformExtractor.')
    .argument('<folder...>', 'in order of time');
  return addSortedOptions(command)
    .addOption(
      waveformUnitOption('Unit of the templates where neither settings nor gains tell. Default: by their size.'),
    )
    .addOption(
      new Option(
        '--sorting <folder>',
        'Sorting that a WaveformExtractor was made of, as sorting.save(folder=…) writes it; once for each folder. Default: the one that it names.',
      ).argParser((folder, folders: string[] | undefined) => [...(folders ?? []), folder]),
    )
    .addHelpText('after', notes)
    .action(async (folders: string[], { output, sorting, ...options }: Flags) => {
      const signal = interruptSignal();
      await tellImport((onProgress) =>
        importAnalyzers(folders, output, { ...options, sortings: sorting }, { signal, onProgress }),
      );
    });
}

/** The flag that decides in which unit waveforms are. */
export function waveformUnitOption(about: string): Option {
  return new Option('--waveform-unit <unit>', about).choices(['uV', 'V']);
}

const notes = `
The analyzer needs the extension templates: analyzer.compute(["random_spikes", "waveforms", "templates"]). Labels are the
properties of the units that are called label, group, bc_unitType, quality or KSLabel; channels outside a unit's sparsity are zero.`;

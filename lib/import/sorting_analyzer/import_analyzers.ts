import { allowOneOf, requireOptions, requireTexts } from '../../arguments.js';
import { argumentError } from '../../errors.js';
import type { ImportControl, ImportSummary } from '../import_sessions.js';
import { importSorted, type SortedSources } from '../import_sorted.js';
import type { ImportOptions } from '../options.js';
import { waveformUnits } from '../waveform_unit.js';
import { readAnalyzer, type AnalyzerChoice } from './read_analyzer.js';

export interface AnalyzerImportOptions extends ImportOptions, Omit<AnalyzerChoice, 'sorting'> {
  /** Of WaveformExtractors, one for each folder, if they are not where these say */
  sortings?: readonly string[] | undefined;
}

/**
 * Makes a data folder of the tracker from folders of SpikeInterface, in order of time: SortingAnalyzer (binary_folder, zarr) or the older
 * WaveformExtractor. Labels are the properties label, group, bc_unitType, quality, KSLabel and the like. See `importSorted`.
 */
export async function importAnalyzers(
  folders: readonly string[],
  output: string,
  options?: AnalyzerImportOptions,
  control?: ImportControl,
): Promise<ImportSummary> {
  requireTexts('folders', folders);
  if (folders.length === 0) throw argumentError('folders', 'at least one folder', folders);
  const { waveformUnit, sortings, ...more }: AnalyzerImportOptions = requireOptions('options', options);
  allowOneOf('waveformUnit', waveformUnit, waveformUnits);
  if (sortings !== undefined) requireTexts('sortings', sortings);
  if (sortings !== undefined && sortings.length !== folders.length) {
    throw argumentError('sortings', `one sorting for each of the ${folders.length} folders`, sortings);
  }
  const sources: SortedSources = {
    paths: folders,
    read: async (folder, k) => [await readAnalyzer(folder, { waveformUnit, sorting: sortings?.[k] })],
  };
  return importSorted(sources, output, more, { folders, waveformUnit, sortings }, control);
}

import { argumentError } from '../../errors.js';
import type { ImportControl, ImportSummary } from '../import_sessions.js';
import { importSorted } from '../import_sorted.js';
import type { ImportOptions } from '../options.js';
import { readAnalyzer, type AnalyzerChoice } from './read_analyzer.js';

export interface AnalyzerImportOptions extends ImportOptions, Omit<AnalyzerChoice, 'sorting'> {
  /** Of WaveformExtractors, one for each folder, if they are not where these say */
  sortings?: readonly string[] | undefined;
}

/**
 * Makes a data folder of the tracker from folders of SpikeInterface, in order of time: SortingAnalyzer (binary_folder, zarr) or the older
 * WaveformExtractor. Labels are the properties label, group, bc_unitType, quality, KSLabel and the like. See `importSorted`.
 */
export function importAnalyzers(
  folders: readonly string[],
  output: string,
  { waveformUnit, sortings, ...options }: AnalyzerImportOptions = {},
  control: ImportControl = {},
): Promise<ImportSummary> {
  if (folders.length === 0) throw argumentError('folders', 'at least one folder', folders);
  if (sortings !== undefined && sortings.length !== folders.length) {
    throw argumentError('sortings', `one sorting for each of the ${folders.length} folders`, sortings);
  }
  const read = async () => {
    const sessions = [];
    for (const [k, folder] of folders.entries()) {
      sessions.push(await readAnalyzer(folder, { waveformUnit, sorting: sortings?.[k] }));
    }
    return sessions;
  };
  return importSorted(read, output, options, { folders, waveformUnit, sortings }, control);
}

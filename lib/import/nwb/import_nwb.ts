import { argumentError } from '../../errors.js';
import type { ImportControl, ImportSummary } from '../import_sessions.js';
import { importSorted } from '../import_sorted.js';
import type { ImportOptions } from '../options.js';
import type { SortedSession } from '../sorted_session.js';
import { readNwb, type NwbChoice } from './read_nwb.js';

export interface NwbImportOptions extends ImportOptions, NwbChoice {}

/**
 * Makes a data folder of the tracker from NWB files (HDF5 or Zarr), in order of time: units with mean waveforms on several channels. See
 * `importSorted`.
 */
export function importNwb(
  files: readonly string[],
  output: string,
  { waveformUnit, timesUnit, labelColumn, positions, trials, trialCondition, ...options }: NwbImportOptions = {},
  control: ImportControl = {},
): Promise<ImportSummary> {
  if (files.length === 0) throw argumentError('files', 'at least one file', files);
  const choice = { waveformUnit, timesUnit, labelColumn, positions, trials, trialCondition };
  const read = async () => {
    const sessions: SortedSession[] = [];
    try {
      for (const file of files) sessions.push(await readNwb(file, choice));
      return sessions;
    } catch (error) {
      for (const session of sessions) await session.close?.();
      throw error;
    }
  };
  return importSorted(read, output, options, { files, ...choice }, control);
}

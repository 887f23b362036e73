import { allowOneOf, allowText, requireOptions, requireTexts } from '../../arguments.js';
import { argumentError } from '../../errors.js';
import { timeUnits } from '../events.js';
import type { ImportControl, ImportSummary } from '../import_sessions.js';
import { importSorted } from '../import_sorted.js';
import type { ImportOptions } from '../options.js';
import { waveformUnits } from '../waveform_unit.js';
import { readNwb, type NwbChoice } from './read_nwb.js';

export interface NwbImportOptions extends ImportOptions, NwbChoice {}

/**
 * Makes a data folder of the tracker from NWB files (HDF5 or Zarr), in order of time: units with mean waveforms on several channels. See
 * `importSorted`.
 */
export async function importNwb(
  files: readonly string[],
  output: string,
  options?: NwbImportOptions,
  control?: ImportControl,
): Promise<ImportSummary> {
  requireTexts('files', files);
  if (files.length === 0) throw argumentError('files', 'at least one file', files);
  const { waveformUnit, timesUnit, labelColumn, positions, trials, trialCondition, ...more }: NwbImportOptions =
    requireOptions('options', options);
  const choice = { waveformUnit, timesUnit, labelColumn, positions, trials, trialCondition };
  allowOneOf('waveformUnit', waveformUnit, waveformUnits);
  allowOneOf('timesUnit', timesUnit, timeUnits);
  for (const name of ['labelColumn', 'positions', 'trials', 'trialCondition'] as const) allowText(name, choice[name]);
  const sources = { paths: files, read: async (file: string) => [await readNwb(file, choice)] };
  return importSorted(sources, output, more, { files, ...choice }, control);
}

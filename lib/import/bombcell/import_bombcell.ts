import { requireOptions, requireTexts } from '../../arguments.js';
import { argumentError } from '../../errors.js';
import type { ImportControl, ImportSummary } from '../import_sessions.js';
import { importSorted, type SortedSources } from '../import_sorted.js';
import type { ImportOptions } from '../options.js';
import { readBombcell } from './read_bombcell.js';

export interface BombcellImportOptions extends ImportOptions {
  /** µV of a count of all recordings; default: as the .meta of each says */
  uvPerBit?: number | undefined;
}

/**
 * Makes a data folder of the tracker from folders of Kilosort or phy, in order of time, with the waveforms that Bombcell or UnitMatch
 * extracted (RawWaveforms): the mean of both halves. See `importSorted`.
 */
export async function importBombcell(
  folders: readonly string[],
  output: string,
  options?: BombcellImportOptions,
  control?: ImportControl,
): Promise<ImportSummary> {
  requireTexts('folders', folders);
  if (folders.length === 0) throw argumentError('folders', 'at least one folder', folders);
  const { uvPerBit, ...more }: BombcellImportOptions = requireOptions('options', options);
  if (uvPerBit !== undefined && !(Number.isFinite(uvPerBit) && uvPerBit > 0)) {
    throw argumentError('uvPerBit', 'a number of µV above 0', uvPerBit);
  }
  const sources: SortedSources = {
    paths: folders,
    read: async (folder, _, signal) => [await readBombcell(folder, uvPerBit, signal)],
  };
  return importSorted(sources, output, more, { folders, uvPerBit }, control);
}

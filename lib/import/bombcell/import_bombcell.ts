import { argumentError } from '../../errors.js';
import type { ImportControl, ImportSummary } from '../import_sessions.js';
import { importSorted } from '../import_sorted.js';
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
export function importBombcell(
  folders: readonly string[],
  output: string,
  { uvPerBit, ...options }: BombcellImportOptions = {},
  control: ImportControl = {},
): Promise<ImportSummary> {
  if (folders.length === 0) throw argumentError('folders', 'at least one folder', folders);
  if (uvPerBit !== undefined && !(uvPerBit > 0)) throw argumentError('uvPerBit', 'a number of µV above 0', uvPerBit);
  const read = async () => {
    const sessions = [];
    for (const folder of folders) sessions.push(await readBombcell(folder, uvPerBit, control.signal));
    return sessions;
  };
  return importSorted(read, output, options, { folders, uvPerBit }, control);
}

import { allowOneOf, requireOptions, requireTexts } from '../../arguments.js';
import { argumentError } from '../../errors.js';
import { timeUnits, type TimeUnit } from '../events.js';
import type { ImportControl, ImportSummary } from '../import_sessions.js';
import { importSorted } from '../import_sorted.js';
import type { ImportOptions } from '../options.js';
import { readSpikeInfo } from './spike_info.js';

export interface MatlabImportOptions extends ImportOptions {
  /** Of SpikeTimes; default: ms */
  timesUnit?: TimeUnit | undefined;
}

/**
 * Makes a data folder of the tracker from files with DANT's `spikeInfo` (MATLAB, version 5 to 7.3); the sessions of a file are in the order of
 * SessionIndex. All units are taken, `minSpikes` being 0 by default; peth.npy is made of their PETH. See `importSorted`.
 */
export async function importMatlab(
  files: readonly string[],
  output: string,
  options?: MatlabImportOptions,
  control?: ImportControl,
): Promise<ImportSummary> {
  requireTexts('files', files);
  if (files.length === 0) throw argumentError('files', 'at least one file', files);
  const { timesUnit = 'ms', minSpikes = 0, ...more }: MatlabImportOptions = requireOptions('options', options);
  allowOneOf('timesUnit', timesUnit, timeUnits);
  const sources = { paths: files, read: (file: string) => readSpikeInfo(file, timesUnit) };
  return importSorted(sources, output, { ...more, minSpikes }, { files, timesUnit }, control);
}

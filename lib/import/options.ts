import { argumentError } from '../errors.js';

/** A session to import. */
export interface SessionSource {
  /** Of the sorter, or one that holds it and the recording */
  folder: string;
  /** Raw files in sequence; default: found by params.py and by looking around */
  recording?: readonly string[] | undefined;
  /** µV of a count, where no .meta file tells */
  uvPerBit?: number | undefined;
  /** Table of cluster ids and labels, which is used instead of the sorter's and phy's own */
  labelTable?: string | undefined;
}

export interface ImportOptions {
  /** Labels of the units that are wanted; default: good */
  labels?: readonly string[] | undefined;
  /** Units with fewer spikes are left out. */
  minSpikes?: number | undefined;
  /** Units with fewer spikes per second are left out. */
  minRateHz?: number | undefined;
  /** Units whose mean waveform has a smaller range on its peak channel are left out. */
  minAmplitudeUv?: number | undefined;
  /** Share of a neighbourhood's sites that may be missing in a session and interpolated; 0: sites that all have only */
  maxMissing?: number | undefined;
  /** Spikes that are averaged per unit, at most */
  spikesPerUnit?: number | undefined;
  /** Of the draw of these spikes */
  seed?: number | undefined;
}

export type CompleteImportOptions = { [Key in keyof ImportOptions]-?: Exclude<ImportOptions[Key], undefined> };

export const importDefaults: CompleteImportOptions = {
  labels: ['good'],
  minSpikes: 10,
  minRateHz: 0,
  minAmplitudeUv: 0,
  maxMissing: 0.1,
  spikesPerUnit: 500,
  seed: 1,
};

/** More would not fit the sums: 32,767 · 65,536 < 2³¹. */
export const mostSpikesPerUnit = 65_536;

/** With the defaults of what is left out. Throws DANT_ARGUMENT for a number of spikes that cannot be summed. */
export function completeImportOptions(options: ImportOptions): CompleteImportOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const complete = { ...importDefaults, ...Object.fromEntries(given) };
  const { spikesPerUnit } = complete;
  if (!(spikesPerUnit >= 1 && spikesPerUnit <= mostSpikesPerUnit)) {
    throw argumentError('spikesPerUnit', `1 to ${mostSpikesPerUnit}`, spikesPerUnit);
  }
  return complete;
}

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
  /** Whether the median over all channels that were sorted is subtracted from every sample, after the filter */
  commonMedian?: boolean | undefined;
  /** Whether waveform_halves.npy is written: the means of both halves of each session */
  halves?: boolean | undefined;
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
  commonMedian: false,
  halves: false,
};

/** More would not fit the sums: 32,767 · 65,536 < 2³¹. */
export const mostSpikesPerUnit = 65_536;

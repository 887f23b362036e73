// Arguments that several native functions take.

/** Part of every call; filled in by `runNative`. */
export interface JobControl {
  /** Threads that the call may use; −1: all cores. */
  threads: number;
  /** [0]: set to 1 to abort. [1]: done share in millionths. */
  control: Int32Array;
}

/** Mean waveforms (·, C, T) and the rows of them that a call works on. */
export interface WaveformsArgument {
  waveforms: Float32Array | Float64Array;
  /** (n) rows of `waveforms`. */
  units: Int32Array;
  /** C */
  channels: number;
  /** T */
  samples: number;
  /** (C, 2) x, y in µm */
  channelLocationsUm: Float64Array;
}

/** S = Σ weights[f]·features[f]. */
export interface CombinedSimilarityArgument {
  /** n */
  units: number;
  /** each (n, n) Fisher z */
  features: Float32Array[];
  /** (features) */
  weights: Float64Array;
}

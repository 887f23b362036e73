import type { JobControl } from '../arguments.js';

/** Spikes around events; see native/core/alignment/. */
export interface AlignmentFunctions {
  /** Firing rates in spikes/s in bins of 1 ms around events, smoothed by a Gaussian. */
  alignedRates(
    args: JobControl & {
      /** Of all units, one after the other, each in ascending order */
      timesMs: Float64Array;
      /** (U + 1) unit u has the times offsets[u] … offsets[u + 1] − 1 */
      offsets: Int32Array;
      /** (T) */
      eventsMs: Float64Array;
      /** The event is in the middle. */
      durationMs: number;
      /** What is smoothed with the window on each side, and cut off */
      marginMs: number;
      /** 0: no smoothing */
      sigmaMs: number;
      /** (U, T, durationMs) */
      rates: Float32Array;
    },
  ): Promise<void>;

  /** Percentiles of the medians of random samples, drawn with replacement, of each row; NaN values are left out. */
  bootstrapMedians(
    args: JobControl & {
      /** (rows, length) */
      values: Float64Array;
      length: number;
      sampleSize: number;
      samples: number;
      seed: number;
      /** (P) 0 … 100 */
      percents: Float64Array;
      /** (rows, P) */
      percentiles: Float64Array;
    },
  ): Promise<void>;
}

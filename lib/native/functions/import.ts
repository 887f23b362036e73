import type { JobControl } from '../arguments.js';

/** Mean waveforms from raw recordings. */
export interface ImportFunctions {
  /**
   * Copies the samples of a piece of a raw recording to `block` (C, capacity), from sample `at` of it on; the differences of
   * compressed files are summed. `samples` may be changed. See native/core/import/raw_samples.h.
   */
  takeSamples(
    args: JobControl & {
      /** (rows, columns); columnMajor: (columns, rows) */
      samples: Int16Array;
      rows: number;
      columns: number;
      columnMajor: boolean;
      timeDifferences: boolean;
      columnDifferences: boolean;
      /** (C) columns that are wanted */
      channels: Int32Array;
      block: Int16Array;
      capacity: number;
      at: number;
    },
  ): Promise<void>;

  /** The last `count` of `filled` samples of each channel of `block` (C, capacity) become its first ones. */
  keepSamples(
    args: JobControl & { block: Int16Array; channels: number; capacity: number; filled: number; count: number },
  ): Promise<void>;

  /** Adds windows of `block` (C, capacity) to `sums` (C, U, window). */
  addWindows(
    args: JobControl & {
      block: Int16Array;
      channels: number;
      capacity: number;
      /** First samples of the windows, one unit after the other */
      starts: Int32Array;
      /** (U + 1) unit u has the starts offsets[u] … offsets[u + 1] − 1 */
      offsets: Int32Array;
      window: number;
      sums: Int32Array;
    },
  ): Promise<void>;

  /** Mean waveforms from sums of windows; see native/core/import/mean_waveforms.h. */
  finishMeans(
    args: JobControl & {
      /** (C, U, window), window = samples + 2·(margin + maxShift) */
      sums: Int32Array;
      /** (U) windows in each sum, at least 1 */
      counts: Int32Array;
      /** (C) */
      uvPerBit: Float64Array;
      sampleRateHz: number;
      /** 0: no filter */
      highPassHz: number;
      samples: number;
      trough: number;
      margin: number;
      maxShift: number;
      /** (U, C, samples) µV */
      waveforms: Float32Array;
      /** (U) samples by which the trough is later than the spike time */
      shifts: Int32Array;
      /** (U) */
      peakChannels: Int32Array;
    },
  ): Promise<void>;
}

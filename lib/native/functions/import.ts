import type { JobControl } from '../arguments.js';

/** Samples of C channels in tiles of 16 channels side by side; see native/core/import/raw_samples.h. */
interface Block {
  /** (⌈C/16⌉, capacity, 16) */
  block: Int16Array;
  capacity: number;
}

/** Samples of a recording in memory, all rows of a piece. */
interface Samples {
  /** (rows, columns); columnMajor: (columns, rows) */
  samples: Int16Array;
  rows: number;
  columns: number;
  columnMajor: boolean;
}

interface Filter {
  sampleRateHz: number;
  /** 0: no filter */
  highPassHz: number;
}

/** Mean waveforms from raw recordings. */
export interface ImportFunctions {
  /**
   * Reads rows of a binary file of 16-bit samples (rows, columns) to the rows from `at` on of `block`. False: the file could not be
   * read, or is shorter.
   */
  readSamples(
    args: JobControl &
      Block & {
        path: string;
        /** Where the first of the rows is */
        offsetBytes: number;
        rows: number;
        columns: number;
        /** (C) columns that are wanted */
        channels: Int32Array;
        at: number;
      },
  ): Promise<boolean>;

  /** Differences to the row before, and to the column before, become samples, in place. */
  sumDifferences(args: JobControl & Samples & { alongTime: boolean; acrossColumns: boolean }): Promise<void>;

  /** Copies the rows first … first + count − 1 to the rows from `at` on of `block`. */
  takeSamples(
    args: JobControl &
      Samples &
      Block & {
        first: number;
        count: number;
        /** (C) columns that are wanted */
        channels: Int32Array;
        at: number;
      },
  ): Promise<void>;

  /** Adds windows of `block` to sums; see native/core/import/window_sums.h. */
  addWindows(
    args: JobControl &
      Block &
      Filter & {
        channels: number;
        /** Rows of the block that are filled */
        rows: number;
        /** First rows of the windows, one unit after the other, rising within each */
        starts: Int32Array;
        /** (U + 1) unit u has the starts offsets[u] … offsets[u + 1] − 1 */
        offsets: Int32Array;
        window: number;
        /** (⌈C/16⌉, U, window, 16) */
        sums: Int32Array;
        /** (⌈C/16⌉, U, 2, 3, 16) what the filter keeps of the samples before and behind the windows; empty without a filter */
        outside: Float64Array;
      },
  ): Promise<void>;

  /** Adds every 16th row of `block` to `totals` (⌈C/16⌉, 16). */
  addRowTotals(args: JobControl & Block & { channels: number; rows: number; totals: Float64Array }): Promise<void>;

  /** Medians over the channels of the filtered rows first … first + medians.length − 1 of `block`, µV. */
  commonMedians(
    args: JobControl &
      Block &
      Filter & {
        rows: number;
        first: number;
        /** (C) counts that are subtracted if there is no filter */
        baselines: Float64Array;
        /** (C) */
        uvPerBit: Float64Array;
        medians: Float32Array;
      },
  ): Promise<void>;

  /** Mean waveforms from sums of windows; see native/core/import/mean_waveforms.h. */
  finishMeans(
    args: JobControl &
      Filter & {
        /** As of `addWindows`, window = samples + 2·maxShift, of U · parts units */
        sums: Int32Array;
        outside: Float64Array;
        /** (U, parts) windows in each sum; at least one in those of a unit together */
        counts: Int32Array;
        /** (C) counts that are subtracted if there is no filter */
        baselines: Float64Array;
        /** (U, parts, window) sums of medians over the channels, µV; empty: they are not subtracted */
        medians: Float64Array;
        /** (C) */
        uvPerBit: Float64Array;
        samples: number;
        trough: number;
        maxShift: number;
        /** 1, or 2: halves of the session */
        parts: number;
        /** (U, C, samples) µV */
        waveforms: Float32Array;
        /** (U, 2, C, samples) µV, NaN where a half has no spikes; empty with one part */
        halves: Float32Array;
        /** (U) samples by which the trough is later than the spike time */
        shifts: Int32Array;
        /** (U) */
        peakChannels: Int32Array;
      },
  ): Promise<void>;
}

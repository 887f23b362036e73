import type { JobControl } from '../arguments.js';

/** What the native functions for rows of a signal take: its samples and the columns of them that are wanted. */
interface RowsArgument<Samples> extends JobControl {
  /** (rows, columns) */
  samples: Samples;
  columns: number;
  /** (C) columns that are wanted */
  channels: Int32Array;
}

/** Signals at other sampling rates; see native/core/resample/. */
export interface ResampleFunctions {
  /** Outputs `firstOutput` and following of a signal at `up / down` times its rate, as scipy.signal.resample_poly with padtype minimum. */
  polyphase(
    args: RowsArgument<Int16Array | Float64Array> & {
      /** Row of the signal that the first of `samples` is */
      firstRow: number;
      /** Rows of the signal */
      totalRows: number;
      /** (C) the lowest value of each channel in the whole signal */
      minima: Float64Array;
      /** (C) */
      scales: Float64Array;
      up: number;
      /** No whole number: up is 1, and the weights are those of the exact times. */
      down: number;
      firstOutput: number;
      /** (outputs, C) */
      resampled: Float32Array | Float64Array;
    },
  ): Promise<void>;

  /** Lowers `minima` (C) to the lowest sample of each channel. */
  columnMinima(args: RowsArgument<Int16Array | Float64Array> & { minima: Float64Array }): Promise<void>;

  /** (sample − offset) · scale, minus the median over the channels in each row. */
  subtractRowMedians(
    args: RowsArgument<Int16Array | Float32Array> & {
      /** (C) */
      offsets: Float64Array;
      /** (C) */
      scales: Float64Array;
      /** (rows, C) */
      referenced: Float64Array;
    },
  ): Promise<void>;

  /** The median of each row of `values` (rows, length). */
  rowMedians(args: JobControl & { values: Float32Array; length: number; medians: Float64Array }): Promise<void>;

  /** Adds the rows less `origin`, and the squares of that, to `sums` and `squares`. */
  addToSums(
    args: JobControl & {
      /** (·, C) */
      rows: Float32Array | Float64Array;
      /** (C) */
      origin: Float64Array;
      /** (C) */
      sums: Float64Array;
      /** (C) */
      squares: Float64Array;
    },
  ): Promise<void>;

  /** Signals of another length by their Fourier transform, as scipy.signal.resample. */
  fourierResample(
    args: JobControl & {
      /** (signals, length) */
      signals: Float64Array;
      length: number;
      /** (signals, newLength) */
      resampled: Float64Array;
      newLength: number;
    },
  ): Promise<void>;
}

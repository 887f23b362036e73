/**
 * The native functions: the one place that declares them. Each takes one object, runs off the JavaScript thread and
 * returns a promise. Arguments are checked by the callers in TypeScript; the native side checks types and lengths again.
 * Arrays are flat, in C order; the comment behind each gives its shape and unit. Call them through `runNative`.
 */

import type { NumericData } from '../arrays.js';

/** Part of every call; filled in by `runNative`. */
export interface JobControl {
  /** Threads that the call may use; −1: all cores. */
  threads: number;
  /** [0]: set to 1 to abort. [1]: done share in millionths. */
  control: Int32Array;
}

export interface NativeAddon {
  /**
   * CRC-32 as in zip archives of `bytes`, which follow bytes whose CRC-32 is `previous` (0: none). The one function
   * that returns its result at once, on the calling thread: a megabyte takes a fraction of a millisecond.
   */
  crc32(params: { bytes: Uint8Array; previous: number }): number;

  /**
   * Puts slices firstSlice, firstSlice + 1, … of an array's last axis, which stand in `slab` in Fortran order, to their
   * places in `target`, the whole array of `shape` (at least two axes) in C order.
   */
  fortranToC(
    params: JobControl & {
      slab: NumericData;
      target: NumericData;
      shape: Float64Array;
      /** Size of an element: 1, 2, 4 or 8. */
      itemBytes: number;
      firstSlice: number;
    },
  ): Promise<void>;

  /** notFinite[row] = 1 if that row of `values` (rows × any length) holds NaN or infinity, else 0. */
  findNonFiniteRows(params: JobControl & { values: Float32Array | Float64Array; notFinite: Uint8Array }): Promise<void>;
}

export type NativeFunction = {
  [Name in keyof NativeAddon]: Name;
}[keyof NativeAddon];

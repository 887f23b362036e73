import type { NumericData } from '../../arrays.js';
import type { JobControl } from '../arguments.js';

/** Reading files. */
export interface FilesFunctions {
  /** The remainder of the memory address of the first byte divided by `pageBytes`; at once. */
  addressInPage(params: { bytes: Uint8Array; pageBytes: number }): number;

  /** sizes[i] = the length of the i-th file in bytes, or −1 if it is not known. */
  fileSizes(params: JobControl & { paths: readonly string[]; sizes: Float64Array }): Promise<void>;

  /**
   * Reads files, one after the other into `bytes`. wasRead[i] = 1, or 0 if the i-th one could not be read or does not
   * have the `sizes[i]` bytes.
   */
  readFiles(
    params: JobControl & { paths: readonly string[]; sizes: Float64Array; bytes: Uint8Array; wasRead: Uint8Array },
  ): Promise<void>;

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

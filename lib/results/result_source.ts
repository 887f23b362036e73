import type { NdArray } from '../arrays.js';
import type { ResultName } from './schema.js';

/** Results by name, as in their files: of a folder, or of a run that is being written. What is not there is undefined. */
export interface ResultSource {
  /** Their folder */
  readonly path: string;
  /** What could not be read, in words. */
  readonly problems: readonly string[];
  floats(name: ResultName): Promise<NdArray<Float64Array> | undefined>;
  integers(name: ResultName): Promise<NdArray<Int32Array> | undefined>;
  /** A single text. */
  text(name: ResultName): Promise<string | undefined>;
  /** The first row of a matrix. */
  firstRow(name: ResultName): Promise<Float64Array | undefined>;
}

import { argumentError } from './errors.js';

/** Element types of the arrays that this package reads and writes. */
export type NumericData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A dense array in C order (the last axis runs fastest). `data.length` is the product of `shape`. */
export interface NdArray<Data extends NumericData = NumericData> {
  data: Data;
  /** Lengths of the axes; [] for a scalar. */
  shape: readonly number[];
}

/** Number of elements of an array of this shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  if (!Array.isArray(shape) || !shape.every((length) => typeof length === 'number')) {
    throw argumentError('shape', 'the lengths of the axes', shape);
  }
  return shape.reduce((product, length) => product * length, 1);
}

/** One array after the other. */
export function concatenate(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

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

/** The median: the mean of the middle two if there is an even number; NaN of none. */
export function medianOf(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Place of the first value above `limit` in ascending values; their number if there is none. */
export function firstAbove(values: ArrayLike<number>, limit: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** 1 where a value is above the middle of the range of all; a constant is 0 everywhere. */
export function binarise(values: Float32Array | Float64Array): Uint8Array {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const states = new Uint8Array(values.length);
  if (high > low) for (let i = 0; i < values.length; i++) states[i] = (values[i]! - low) / (high - low) > 0.5 ? 1 : 0;
  return states;
}

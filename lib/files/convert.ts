import type { NumericData } from '../arrays.js';
import { fileError } from './file_error.js';

const int64Words = 2 ** 32;
const largestExact = 2 ** 53;

/** The same numbers as doubles. Refuses 64-bit integers beyond ±2^53, which doubles cannot hold exactly. */
export function toFloat64(path: string, data: NumericData): Float64Array {
  if (data instanceof Float64Array) return data;
  if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) return new Float64Array(data);
  const { buffer, byteOffset, length } = data;
  const low = new Uint32Array(buffer, byteOffset, 2 * length);
  const high = data instanceof BigInt64Array ? new Int32Array(buffer, byteOffset, 2 * length) : low;
  const lowWord = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;
  const result = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const value = high[2 * i + 1 - lowWord]! * int64Words + low[2 * i + lowWord]!;
    if (Math.abs(value) > largestExact) {
      throw fileError(path, `element ${i} is ${data[i]!}; expected integers between −2^53 and 2^53.`);
    }
    result[i] = value;
  }
  return result;
}

/** The same numbers as 32-bit integers. Refuses what is not an integer or out of their range. */
export function toInt32(path: string, data: NumericData): Int32Array {
  if (data instanceof Int32Array) return data;
  const values = toFloat64(path, data);
  const result = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    result[i] = values[i]!;
    if (result[i] !== values[i]) {
      throw fileError(path, `element ${i} is ${values[i]!}; expected integers between −2^31 and 2^31 − 1.`);
    }
  }
  return result;
}

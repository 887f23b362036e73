import type { NumericData } from '../arrays.js';
import { DantError, argumentError } from '../errors.js';
import { constructorOf, isText, machineIsLittleEndian, parseDtype, swapBytes, type Dtype } from './dtype.js';

/** What can be written: numbers (converted to the type in the file) or texts. */
export type WritableData = NumericData | readonly number[] | readonly string[];

const naturalTypes: Record<string, string> = {
  Float64Array: '<f8',
  Float32Array: '<f4',
  BigInt64Array: '<i8',
  BigUint64Array: '<u8',
  Int32Array: '<i4',
  Uint32Array: '<u4',
  Int16Array: '<i2',
  Uint16Array: '<u2',
  Int8Array: '|i1',
  Uint8Array: '|u1',
};

/**
 * The type to write `data` as: the one that numpy calls `name`, by default the typed array's own, <f8 for number[], and
 * for texts as long as the longest needs.
 */
export function writableDtype(data: WritableData, name = naturalType(data)): Dtype {
  const dtype = typeof (name as unknown) === 'string' ? parseDtype(name) : undefined;
  if (!dtype || dtype.kind === 'S' || (dtype.kind === 'f' && dtype.itemBytes === 2)) {
    throw argumentError(
      'dtype',
      'one of <f8, <f4, <i8, <i4, <i2, |i1, <u8, <u4, <u2, |u1, |b1, <U21 (any length)',
      name,
    );
  }
  return dtype;
}

/** Refuses what holds neither numbers nor texts. */
export function checkData(name: string, data: unknown): void {
  if (ArrayBuffer.isView(data) && Object.hasOwn(naturalTypes, data.constructor.name)) return;
  if (!Array.isArray(data)) throw argumentError(name, 'a list of numbers or texts', data);
  const kind = typeof data[0];
  const wrong = data.findIndex((value) => typeof value !== kind || !['number', 'string'].includes(kind));
  if (wrong >= 0) throw argumentError(`${name}[${wrong}]`, kind === 'string' ? 'a text' : 'a number', data[wrong]);
}

function naturalType(data: WritableData): string {
  if (ArrayBuffer.isView(data)) return naturalTypes[data.constructor.name]!;
  if (!isTexts(data)) return '<f8';
  return `<U${data.reduce((longest, text) => Math.max(longest, Array.from(text).length), 1)}`;
}

function isTexts(data: WritableData): data is readonly string[] {
  return typeof data[0] === 'string';
}

/** Elements first … end − 1 as bytes of the file. May be a view of `data`. Throws if a value does not fit the type. */
export function encodeElements(data: WritableData, first: number, end: number, dtype: Dtype): Uint8Array {
  if (isText(dtype)) return encodeTexts((data as readonly string[]).slice(first, end), dtype);
  if (isTexts(data)) throw argumentError('data', `numbers for type ${dtype.name}`, data[0]);
  const type = constructorOf(dtype);
  if (!(data instanceof type)) return toBytes(convert(data, first, end, dtype), dtype, true);
  return toBytes(data.subarray(first, end), dtype, false);
}

function toBytes({ buffer, byteOffset, byteLength }: NumericData, dtype: Dtype, owned: boolean): Uint8Array {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  if (!dtype.swapped) return bytes;
  const copy = owned ? bytes : bytes.slice();
  swapBytes(copy, dtype.itemBytes);
  return copy;
}

function convert(data: NumericData | readonly number[], first: number, end: number, dtype: Dtype): NumericData {
  const target = new (constructorOf(dtype))(end - first);
  if (target instanceof BigInt64Array || target instanceof BigUint64Array) {
    convertTo64Bits(data, first, target, dtype);
    return target;
  }
  const exact = dtype.kind !== 'f';
  const largest = dtype.kind === 'b' ? 1 : Infinity;
  for (let i = 0; i < target.length; i++) {
    const value = Number(data[first + i]);
    target[i] = value;
    if (exact && (target[i] !== value || value > largest)) throw doesNotFit(value, dtype);
  }
  return target;
}

/** Writes the two 32-bit halves of each integer: much faster than by way of BigInt. */
function convertTo64Bits(
  data: NumericData | readonly number[],
  first: number,
  target: BigInt64Array | BigUint64Array,
  dtype: Dtype,
): void {
  const words = new Int32Array(target.buffer);
  const [low, high] = machineIsLittleEndian ? [0, 1] : [1, 0];
  if (data instanceof Int32Array && dtype.kind === 'i') {
    for (let i = 0; i < target.length; i++) {
      const value = data[first + i]!;
      words[2 * i + low] = value;
      words[2 * i + high] = value >> 31;
    }
    return;
  }
  for (let i = 0; i < target.length; i++) {
    const value = Number(data[first + i]);
    if (!Number.isSafeInteger(value) || (value < 0 && dtype.kind === 'u')) throw doesNotFit(value, dtype);
    words[2 * i + low] = value;
    words[2 * i + high] = Math.floor(value / 2 ** 32);
  }
}

function encodeTexts(texts: readonly string[], dtype: Dtype): Uint8Array {
  const perText = dtype.itemBytes / 4;
  const codes = new Uint32Array(texts.length * perText);
  texts.forEach((text: unknown, i) => {
    if (typeof text !== 'string') throw argumentError('data', `texts for type ${dtype.name}`, text);
    const characters = Array.from(text, (character) => character.codePointAt(0)!);
    if (characters.length > perText) throw argumentError('data', `texts of at most ${perText} characters`, text);
    codes.set(characters, i * perText);
  });
  const bytes = new Uint8Array(codes.buffer);
  if (dtype.swapped) swapBytes(bytes, 4);
  return bytes;
}

function doesNotFit(value: number, dtype: Dtype): DantError {
  return argumentError('data', `values that fit type ${dtype.name}`, value);
}

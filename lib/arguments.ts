// What callers without types may hand to the functions of the library: of each argument, its value in the type that is worked
// with, or DANT_ARGUMENT with its name.
import { elementCount, type NdArray } from './arrays.js';
import { argumentError } from './errors.js';

/** Numbers of any type; 64-bit integers, as `readNpy` gives them, too. */
export type NumberList = ArrayLike<number> | BigInt64Array | BigUint64Array;

export function requireObject<Value extends object>(name: string, value: Value): Value {
  if (typeof value !== 'object' || (value as unknown) === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw argumentError(name, 'an object', value);
  }
  return value;
}

/** The options of a function; left out, undefined or null: none. */
export function requireOptions<Value extends object>(name: string, value: Value | null | undefined): Partial<Value> {
  return value === undefined || value === null ? {} : requireObject(name, value);
}

/** A text that is not empty, such as a path. */
export function requireText(name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '' || value.includes('\0')) throw argumentError(name, 'a text', value);
}

/** The same where it may be left out. */
export function allowText(name: string, value: unknown): void {
  if (value !== undefined) requireText(name, value);
}

/** A list of texts. */
export function requireTexts(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw argumentError(name, 'a list of texts', value);
  Array.from(value).forEach((text: unknown, i) => {
    if (typeof text !== 'string' || text.includes('\0')) throw argumentError(`${name}[${i}]`, 'a text', text);
  });
}

/** A list of anything; places that are left out are undefined. */
export function requireList<Item>(name: string, list: readonly Item[]): Item[] {
  if (!Array.isArray(list)) throw argumentError(name, 'a list', list);
  return Array.from(list as readonly Item[]);
}

export function requireInteger(name: string, value: unknown, least: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    throw argumentError(name, `an integer of at least ${least}`, value);
  }
}

/** A finite number, at least `least`. */
export function requireNumber(name: string, value: unknown, least = -Infinity): void {
  if (!Number.isFinite(value) || (value as number) < least) {
    throw argumentError(name, least === -Infinity ? 'a number' : `a number of at least ${least}`, value);
  }
}

/** true, false, or left out. */
export function allowFlag(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') throw argumentError(name, 'true or false', value);
}

/** One of a few texts, or left out. */
export function allowOneOf(name: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return;
  throw argumentError(name, choices.map((choice) => `"${choice}"`).join(' or '), value);
}

/** The parts of `RunOptions` that are there. */
export function checkSteering(options: { threads?: unknown; signal?: unknown; onProgress?: unknown }): void {
  const { threads, signal, onProgress } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && Math.abs(threads as number) < 2 ** 31)) {
    throw argumentError('threads', 'a whole number of threads, or −1 for all cores,', threads);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw argumentError('signal', 'an AbortSignal', signal);
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw argumentError('onProgress', 'a function', onProgress);
  }
}

/** Options that steer a function, the last of its arguments; none if they are left out. */
export function steeringOf<Options extends object>(
  name: string,
  options: Options | null | undefined,
): Partial<Options> {
  const given = requireOptions(name, options);
  checkSteering(given);
  return given;
}

/** A list of numbers as doubles; undefined if it is none, or nested. */
export function numbersOf(list: unknown): Float64Array | undefined {
  if (list instanceof Float64Array) return list;
  const isTyped = ArrayBuffer.isView(list) && !(list instanceof DataView);
  if (!Array.isArray(list) && !isTyped) return undefined;
  if (list instanceof Float32Array) return new Float64Array(list);
  const values = list as ArrayLike<unknown>;
  const isNumber = (value: unknown) => typeof value === 'number' || typeof value === 'bigint';
  if (!isTyped && !Array.from(values).every(isNumber)) return undefined;
  return Float64Array.from(values as ArrayLike<number>, Number);
}

/** A list of numbers as doubles, `count` of them if that is given. */
export function doublesOf(name: string, list: unknown, count?: number): Float64Array {
  const values = numbersOf(list);
  if (!values || (count !== undefined && values.length !== count)) {
    throw argumentError(name, count === undefined ? 'a list of numbers' : `a list of ${count} numbers`, list);
  }
  return values;
}

/** A list of whole numbers of 32 bits. */
export function integersOf(name: string, list: unknown, count?: number): Int32Array {
  if (list instanceof Int32Array && (count === undefined || list.length === count)) return list;
  const values = doublesOf(name, list, count);
  const wrong = values.findIndex((value) => (value | 0) !== value);
  if (wrong >= 0) throw argumentError(`${name}[${wrong}]`, 'a whole number', values[wrong]);
  return Int32Array.from(values);
}

/** An array whose elements are numbers and fill its shape; its elements as doubles. */
export function arrayOf(name: string, array: unknown): NdArray<Float64Array> {
  const { shape } = requireShape(name, array);
  const data = numbersOf((array as NdArray).data);
  if (!data) throw argumentError(`${name}.data`, 'a list of numbers', (array as NdArray).data);
  if (data.length !== elementCount(shape)) {
    throw argumentError(`${name}.data`, `${elementCount(shape)} numbers (shape [${shape.join(', ')}])`, data);
  }
  return { data, shape };
}

/** The same, of single or double precision as it is, else as doubles. */
export function floatsOf(name: string, array: unknown): NdArray<Float32Array | Float64Array> {
  const { data } = (array ?? {}) as Partial<NdArray>;
  if (!(data instanceof Float32Array)) return arrayOf(name, array);
  const { shape } = requireShape(name, array);
  if (data.length !== elementCount(shape)) {
    throw argumentError(`${name}.data`, `${elementCount(shape)} numbers (shape [${shape.join(', ')}])`, data);
  }
  return { data, shape };
}

function requireShape(name: string, array: unknown): NdArray {
  const { shape } = (array ?? {}) as Partial<NdArray>;
  if (!Array.isArray(shape)) throw argumentError(name, 'an array { data, shape }', array);
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw argumentError(`${name}.shape`, 'the lengths of the axes', shape);
  }
  return array as NdArray;
}

/** Finite positions (C, 2), such as those of channels. */
export function positionsOf(name: string, array: unknown, channels: number): Float64Array {
  const { data, shape } = arrayOf(name, array);
  if (shape.length !== 2 || shape[0] !== channels || shape[1] !== 2) {
    throw argumentError(name, `positions of shape (${channels}, 2)`, array);
  }
  const wrong = data.findIndex((um) => !Number.isFinite(um));
  if (wrong >= 0) throw argumentError(name, 'finite positions', data[wrong]);
  return data;
}

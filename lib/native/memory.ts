import type { NumericData } from '../arrays.js';
import { isMemoryFailure, memoryError } from '../errors.js';
import { addon } from './addon.js';

/** As in native/binding/shared_memory.h: a shorter array is copied for less than sharing it costs. */
const leastSharedBytes = 16384;

export interface ConstructorOf<Data> {
  new (length: number): Data;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): Data;
  readonly BYTES_PER_ELEMENT: number;
}

/**
 * A typed array of zeros in memory that the native functions use where it is; they copy all others, because JavaScript could
 * transfer them to another thread meanwhile. For arrays that may be large. Throws `DANT_MEMORY`.
 */
export function sharedArray<Data extends NumericData>(type: ConstructorOf<Data>, length: number): Data {
  const bytes = length * type.BYTES_PER_ELEMENT;
  try {
    return bytes < leastSharedBytes ? new type(length) : new type(addon.allocate({ bytes }), 0, length);
  } catch (error) {
    if (!isMemoryFailure(error)) throw error;
    throw memoryError(`There is not enough memory for an array of ${(bytes / 1e6).toPrecision(3)} MB.`, error);
  }
}

/** Shared arrays that are handed out in turns: to touch new memory costs more than to use it. */
export class ArraysInTurn<Data extends NumericData> {
  private readonly arrays: Data[] = [];
  private calls = 0;

  constructor(
    private readonly type: ConstructorOf<Data>,
    private readonly count: number,
  ) {}

  /** An array that holds anything; it is the caller's until as many more as there are have been asked for. Throws `DANT_MEMORY`. */
  next(length: number): Data {
    const turn = this.calls++ % this.count;
    let array = this.arrays[turn];
    if (array === undefined || array.length < length) this.arrays[turn] = array = sharedArray(this.type, length);
    return array.subarray(0, length) as Data;
  }
}

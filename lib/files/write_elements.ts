import { requireObject } from '../arguments.js';
import { elementCount, type NumericData } from '../arrays.js';
import { abortError, argumentError } from '../errors.js';
import type { Dtype } from './dtype.js';
import { checkData, encodeElements, writableDtype, type WritableData } from './encode.js';
import type { OutputFile } from './output_file.js';

/** An array to be written: C order, `data.length` is the product of `shape`. */
export interface WritableArray {
  data: WritableData;
  shape: readonly number[];
  /** The type in the file, as numpy calls it, e.g. "<i8" for an Int32Array of cluster ids; default: that of `data`. */
  dtype?: string | undefined;
}

/** Type and shape of an array whose elements are written block by block. */
export interface NpyLayout {
  dtype: string;
  shape: readonly number[];
}

/** Takes the elements of an array, block by block in C order. A block must not change until the promise resolves. */
export interface BlockSink {
  write(block: WritableData): Promise<void>;
  /** See `Space`. */
  space: Space;
}

/**
 * Memory for the next `length` elements, to be filled and then written as a block. Blocks of up to `blockBytes` need not
 * be copied then, if they are of the file's type.
 */
export type Space = <Data extends NumericData>(type: ArrayType<Data>, length: number) => Promise<Data>;

/** Such as Float64Array. */
export interface ArrayType<Data> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Data;
}

export type Blocks = Iterable<WritableData> | AsyncIterable<WritableData>;

// Small enough to stay in the processor's cache until it is copied.
const pieceBytes = 2 ** 20;

/**
 * Writes elements at `position` of a file, converting (and showing to `onBytes`) one piece after the other. Resolves to
 * the position behind them.
 */
export async function writeElements(
  file: OutputFile,
  position: number,
  data: WritableData,
  dtype: Dtype,
  { signal, onBytes }: { signal?: AbortSignal | undefined; onBytes?: (bytes: Uint8Array) => void } = {},
): Promise<number> {
  const perPiece = Math.max(1, Math.floor(pieceBytes / dtype.itemBytes));
  let at = position;
  for (let first = 0; first < data.length; first += perPiece) {
    if (signal?.aborted) throw abortError(signal);
    const bytes = encodeElements(data, first, Math.min(first + perPiece, data.length), dtype);
    onBytes?.(bytes);
    await file.write(bytes, at);
    at += bytes.length;
  }
  return at;
}

/** See `Space`; at `position` of a file. */
export async function elementSpace<Data extends NumericData>(
  file: OutputFile,
  position: number,
  type: ArrayType<Data>,
  length: number,
): Promise<Data> {
  const itemBytes = type.BYTES_PER_ELEMENT;
  const { buffer, byteOffset } = await file.space(length * itemBytes, position, itemBytes);
  return new type(buffer, byteOffset, length);
}

/** Writes blocks one after the other. A block may be reused when the next one is asked for. */
export async function writeBlocks(sink: BlockSink, make: (space: Space) => Blocks): Promise<void> {
  for await (const block of make(sink.space)) await sink.write(block);
}

/** The type to write an array as; refuses one whose data do not fit its shape. */
export function checkWritable(array: WritableArray): Dtype {
  const { data, shape, dtype } = requireObject('array', array);
  checkData('data', data);
  if (elementCount(shape) !== data.length) {
    throw argumentError('data', `${elementCount(shape)} elements for shape [${shape.join(', ')}]`, data);
  }
  return writableDtype(data, dtype);
}

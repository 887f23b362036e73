import type { FileHandle } from 'node:fs/promises';

import { elementCount } from '../arrays.js';
import { abortError, argumentError } from '../errors.js';
import type { Dtype } from './dtype.js';
import { encodeElements, writableDtype, type WritableData } from './encode.js';

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
}

export type Blocks = Iterable<WritableData> | AsyncIterable<WritableData>;

// Larger single writes are slower: the bytes leave the processor's cache before the system copies them.
const pieceBytes = 2 ** 20;

/**
 * Writes elements at `position` of a file, converting (and showing to `onBytes`) a piece while the one before is
 * written. Resolves to the position behind them.
 */
export async function writeElements(
  handle: FileHandle,
  position: number,
  data: WritableData,
  dtype: Dtype,
  { signal, onBytes }: { signal?: AbortSignal | undefined; onBytes?: (bytes: Uint8Array) => void } = {},
): Promise<number> {
  const perPiece = Math.max(1, Math.floor(pieceBytes / dtype.itemBytes));
  let writing = Promise.resolve();
  let at = position;
  try {
    for (let first = 0; first < data.length; first += perPiece) {
      if (signal?.aborted) throw abortError(signal);
      const bytes = encodeElements(data, first, Math.min(first + perPiece, data.length), dtype);
      onBytes?.(bytes);
      await writing;
      writing = writeFully(handle, bytes, at);
      at += bytes.length;
    }
  } finally {
    await writing;
  }
  return at;
}

/** Writes all of `bytes` at `position`. */
export async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

/**
 * Writes blocks one after the other, each while the next is computed. A block may be reused when the next but one is
 * asked for: a generator that computes into two buffers in turn needs no others.
 */
export async function writeBlocks(sink: BlockSink, blocks: Blocks): Promise<void> {
  let writing = Promise.resolve();
  let failure: { error: unknown } | undefined;
  try {
    for await (const block of blocks) {
      await writing;
      if (failure) break;
      writing = sink.write(block).catch((error: unknown) => {
        failure = { error };
      });
    }
  } finally {
    await writing;
  }
  if (failure) throw failure.error;
}

/** The type to write an array as; refuses one whose data do not fit its shape. */
export function checkWritable({ data, shape, dtype }: WritableArray): Dtype {
  if (elementCount(shape) !== data.length) {
    throw argumentError('data', `${elementCount(shape)} elements for shape [${shape.join(', ')}]`, data);
  }
  return writableDtype(data, dtype);
}

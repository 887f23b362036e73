import { readSync } from 'node:fs';
import { open } from 'node:fs/promises';

import { elementCount, type NumericData } from '../arrays.js';
import { abortError } from '../errors.js';
import type { ByteSource } from './byte_source.js';
import { fileSource } from './sources.js';
import { isText } from './dtype.js';
import { fileError, systemFileError } from './file_error.js';
import { readNpyHeader, type ReadNpyOptions } from './npy.js';
import { allocate, readElements, readNumbers } from './npy_body.js';

/** Some entries of an array's first axis. */
export interface RowBlock {
  /** Index of the first one */
  first: number;
  count: number;
  /** (count, …) in C order, or (count, length) of `RowParts`; the next block overwrites it. */
  data: NumericData;
  /** Shape of the whole array */
  shape: readonly number[];
}

/** Which part of each row is read. */
export interface RowParts {
  /** Elements of a part, the same for all rows */
  length: number;
  /** The first element of a row's part, within the row */
  startOf: (row: number) => number;
}

export interface ReadRowsOptions extends Pick<ReadNpyOptions, 'signal'> {
  /** Reads only a part of each row, by the shape of the array. Default: whole rows */
  parts?: ((shape: readonly number[]) => RowParts) | undefined;
}

const blockBytes = 16 * 2 ** 20;

/**
 * Reads an array of numbers some rows at a time, to bound the memory. (An array in Fortran order is read as a whole.)
 * Rejects as `readNpy` does.
 */
export async function* readNpyRows(path: string, { signal, parts }: ReadRowsOptions = {}): AsyncGenerator<RowBlock> {
  const handle = await open(path).catch((error: unknown) => {
    throw systemFileError(path, error);
  });
  try {
    const source = fileSource(handle, path, (await handle.stat()).size);
    const header = await readNpyHeader(source);
    const { shape, dtype, fortranOrder } = header;
    if (isText(dtype)) throw fileError(path, `expected numbers but found text (type ${dtype.name}).`);
    const rows = shape[0] ?? 1;
    const rowLength = elementCount(shape.slice(1));
    const part = parts?.(shape);
    const width = part?.length ?? rowLength;
    if (fortranOrder && shape.length > 1) {
      const whole = await readNumbers(source, header, signal);
      const data = part ? partsOf(whole, part, allocate(path, dtype, rows * width)) : whole;
      yield { first: 0, count: rows, data, shape };
      return;
    }
    const start = source.size - rows * rowLength * dtype.itemBytes;
    const rowsAtOnce = Math.max(1, Math.floor(blockBytes / Math.max(1, width * dtype.itemBytes)));
    const buffer = allocate(path, dtype, Math.min(rows, rowsAtOnce) * width);
    for (let first = 0; first < rows; first += rowsAtOnce) {
      if (signal?.aborted) throw abortError(signal);
      const count = Math.min(rowsAtOnce, rows - first);
      const data = buffer.subarray(0, count * width);
      if (part) {
        for (let i = 0; i < count; ++i) {
          const position = start + ((first + i) * rowLength + part.startOf(first + i)) * dtype.itemBytes;
          await readElements(placeIn(handle.fd, source, position), dtype, data.subarray(i * width, (i + 1) * width));
        }
      } else {
        await readElements(source, dtype, data, signal);
      }
      yield { first, count, data, shape };
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall) throw systemFileError(path, error);
    throw error;
  } finally {
    await handle.close();
  }
}

/** Reads a few bytes at once: waiting for thousands of reads one by one costs more than the reads. */
function placeIn(file: number, { path, size }: ByteSource, position: number): ByteSource {
  return { path, size, read: (target) => Promise.resolve(readSync(file, target, 0, target.length, position)) };
}

function partsOf(whole: NumericData, { length, startOf }: RowParts, target: NumericData): NumericData {
  const rows = target.length / length;
  const rowLength = whole.length / rows;
  for (let row = 0; row < rows; ++row) {
    const from = row * rowLength + startOf(row);
    for (let i = 0; i < length; ++i) target[row * length + i] = whole[from + i]!;
  }
  return target;
}

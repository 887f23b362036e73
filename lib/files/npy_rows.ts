import { open } from 'node:fs/promises';

import { elementCount, type NumericData } from '../arrays.js';
import { abortError } from '../errors.js';
import { fileSource } from './byte_source.js';
import { isText } from './dtype.js';
import { fileError, systemFileError } from './file_error.js';
import { readNpyHeader, type ReadNpyOptions } from './npy.js';
import { allocate, readElements, readNumbers } from './npy_body.js';

/** Some entries of an array's first axis. */
export interface RowBlock {
  /** Index of the first one */
  first: number;
  count: number;
  /** (count, …) in C order; the next block overwrites it. */
  data: NumericData;
  /** Shape of the whole array */
  shape: readonly number[];
}

const blockBytes = 16 * 2 ** 20;

/**
 * Reads an array of numbers some rows at a time, to bound the memory. (An array in Fortran order is read as a whole.)
 * Rejects as `readNpy` does.
 */
export async function* readNpyRows(
  path: string,
  { signal }: Pick<ReadNpyOptions, 'signal'> = {},
): AsyncGenerator<RowBlock> {
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
    if (fortranOrder && shape.length > 1) {
      yield { first: 0, count: rows, data: await readNumbers(source, header, signal), shape };
      return;
    }
    const rowsAtOnce = Math.max(1, Math.floor(blockBytes / Math.max(1, rowLength * dtype.itemBytes)));
    const buffer = allocate(path, dtype, Math.min(rows, rowsAtOnce) * rowLength);
    for (let first = 0; first < rows; first += rowsAtOnce) {
      if (signal?.aborted) throw abortError(signal);
      const count = Math.min(rowsAtOnce, rows - first);
      const data = buffer.subarray(0, count * rowLength);
      await readElements(source, dtype, data, signal);
      yield { first, count, data, shape };
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall) throw systemFileError(path, error);
    throw error;
  } finally {
    await handle.close();
  }
}

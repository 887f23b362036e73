import { open, type FileHandle } from 'node:fs/promises';

import { checkSteering, requireOptions, requireText } from '../arguments.js';
import { elementCount, type NdArray } from '../arrays.js';
import { argumentError } from '../errors.js';
import type { ByteSource } from './byte_source.js';
import { fileSource } from './sources.js';
import { toFloat64, toInt32 } from './convert.js';
import { isText } from './dtype.js';
import { fileError, systemFileError } from './file_error.js';
import { readNumbers, readTexts } from './npy_body.js';
import { npyPreambleBytes, parseNpyHeader, parseNpyPreamble, shapeText, type NpyHeader } from './npy_header.js';

/** Numbers from a file, in C order. Truth values are a Uint8Array of 0 and 1, half-precision floats a Float32Array. */
export interface NumericNpy extends NdArray {
  /** The type in the file, as numpy writes it, e.g. "<f8". */
  dtype: string;
}

/** Texts from a file, in C order. */
export interface TextNpy {
  data: string[];
  shape: readonly number[];
  dtype: string;
}

export type NpyArray = NumericNpy | TextNpy;

export interface ReadNpyOptions {
  /** Stops the reading within 100 ms; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Converts the numbers, whatever type the file has; a value that does not fit exactly is an error. */
  as?: 'float64' | 'int32' | undefined;
}

/**
 * Reads a .npy file (format versions 1 to 3; any byte order; C or Fortran order, the result is always in C order).
 * Pickled objects and structured arrays are refused. Rejects with a `DantError` DANT_DATA that names the file, or
 * DANT_MEMORY.
 */
export function readNpy(
  path: string,
  options: ReadNpyOptions & { as: 'float64' },
): Promise<NdArray<Float64Array> & { dtype: string }>;
export function readNpy(
  path: string,
  options: ReadNpyOptions & { as: 'int32' },
): Promise<NdArray<Int32Array> & { dtype: string }>;
export function readNpy(path: string, options?: ReadNpyOptions): Promise<NpyArray>;
export async function readNpy(path: string, options: ReadNpyOptions = {}): Promise<NpyArray> {
  requireText('path', path);
  options = requireOptions('options', options);
  checkSteering(options);
  if (![undefined, 'float64', 'int32'].includes(options.as)) {
    throw argumentError('as', '"float64" or "int32"', options.as);
  }
  return withFile(path, (handle, size) => readNpyFrom(fileSource(handle, path, size), options));
}

/** The shape of the array in a .npy file. Rejects as `readNpy` does. */
export async function readNpyShape(path: string): Promise<readonly number[]> {
  const { shape } = await withFile(path, (handle, size) => readNpyHeader(fileSource(handle, path, size)));
  return shape;
}

async function withFile<Result>(
  path: string,
  read: (handle: FileHandle, size: number) => Promise<Result>,
): Promise<Result> {
  try {
    const handle = await open(path);
    try {
      return await read(handle, (await handle.stat()).size);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall) throw systemFileError(path, error);
    throw error;
  }
}

/** Reads only what stands before the numbers: type and shape. */
export async function readNpyHeader(source: ByteSource): Promise<NpyHeader> {
  const { path, size } = source;
  const preamble = new Uint8Array(Math.min(npyPreambleBytes, size));
  const { start, length, version } = parseNpyPreamble(path, preamble.subarray(0, await source.read(preamble)));
  if (start + length > size) {
    throw fileError(path, `the file is cut off: its header needs ${start + length} bytes but it has ${size}.`);
  }
  const rest = Buffer.alloc(Math.max(0, start + length - npyPreambleBytes));
  await source.read(rest);
  const text = Buffer.concat([preamble.subarray(start, start + length), rest]).toString(
    version === 3 ? 'utf8' : 'latin1',
  );
  const header = parseNpyHeader(path, text);
  const expected = elementCount(header.shape) * header.dtype.itemBytes;
  const found = size - start - length;
  if (found !== expected) {
    const what = `${shapeText(header.shape)} of type ${header.dtype.name}`;
    throw fileError(
      path,
      found < expected
        ? `the file is cut off: an array of ${what} needs ${expected} bytes after the header but there are ${found}.`
        : `the file is longer than it should be: an array of ${what} needs ${expected} bytes after the header but there are ${found}.`,
    );
  }
  return header;
}

/** Reads a whole .npy file from wherever its bytes are. */
export async function readNpyFrom(source: ByteSource, { signal, as }: ReadNpyOptions): Promise<NpyArray> {
  const header = await readNpyHeader(source);
  const { shape, dtype } = header;
  if (isText(dtype)) {
    if (as) throw fileError(source.path, `expected numbers but found text (type ${dtype.name}).`);
    return { data: await readTexts(source, header), shape, dtype: dtype.name };
  }
  const numbers = await readNumbers(source, header, signal);
  const data =
    as === 'float64' ? toFloat64(source.path, numbers) : as === 'int32' ? toInt32(source.path, numbers) : numbers;
  return { data, shape, dtype: dtype.name };
}

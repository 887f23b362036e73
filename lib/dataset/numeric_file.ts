import type { NumericData } from '../arrays.js';
import { fileError } from '../files/file_error.js';
import { memorySource } from '../files/sources.js';
import { readNpy, readNpyFrom, type NumericNpy } from '../files/npy.js';
import { shapeText } from '../files/npy_header.js';

/** Reads integers or floats of any type; `content`: the file's bytes, where they are known. */
export async function readNumeric(path: string, signal?: AbortSignal, content?: Uint8Array): Promise<NumericNpy> {
  const { data, shape, dtype } = content
    ? await readNpyFrom(memorySource(content, path), { signal })
    : await readNpy(path, { signal });
  if (Array.isArray(data) || dtype === '|b1') throw fileError(path, `expected numbers but found type ${dtype}.`);
  return { data, shape, dtype };
}

/** Reads a list of numbers: shape (n,), (n, 1) or (1, n). */
export async function readVector(path: string, signal?: AbortSignal, content?: Uint8Array): Promise<NumericData> {
  const { data, shape } = await readNumeric(path, signal, content);
  if (shape.filter((length) => length !== 1).length > 1) {
    throw fileError(
      path,
      `expected a list of numbers, shape (n,), (n, 1) or (1, n), but found shape ${shapeText(shape)}.`,
    );
  }
  return data;
}

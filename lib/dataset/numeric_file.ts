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
  return (await readVectorFile(path, signal, content)).data;
}

/** The same with its type in the file. */
export async function readVectorFile(path: string, signal?: AbortSignal, content?: Uint8Array): Promise<NumericNpy> {
  const vector = await readNumeric(path, signal, content);
  const { shape } = vector;
  if (shape.filter((length) => length !== 1).length > 1) {
    throw fileError(
      path,
      `expected a list of numbers, shape (n,), (n, 1) or (1, n), but found shape ${shapeText(shape)}.`,
    );
  }
  return vector;
}

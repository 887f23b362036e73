import type { Blocks, NpyLayout, Space, WritableArray } from '../files/write_elements.js';
import type { RunOptions } from '../native/run.js';

/** An array of a result file: at hand, made block by block while it is written, or zero everywhere. */
export type ResultArray =
  | WritableArray
  | (NpyLayout & { blocks: (space: Space, options: RunOptions) => Blocks })
  | (NpyLayout & { zero: true });

export type ResultArrays = Record<string, ResultArray>;

/** A list of unit numbers, cluster ids and the like, in 64 bits as pyDANT writes them. */
export const ids = (data: Int32Array, shape: readonly number[] = [data.length]): WritableArray => ({
  data,
  shape,
  dtype: '<i8',
});

/** (P, 2) */
export const pairs = (data: Int32Array): WritableArray => ids(data, [data.length / 2, 2]);

export const scalar = (value: number, dtype?: string): WritableArray => ({ data: [value], shape: [], dtype });

export const textScalar = (text: string): WritableArray => ({ data: [text], shape: [] });

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { NdArray, NumericData } from '../arrays.js';
import { toFloat64, toInt32 } from '../files/convert.js';
import { readNpy, type NpyArray } from '../files/npy.js';
import { readNpyRows, type RowBlock } from '../files/npy_rows.js';
import { readNpz } from '../files/npz.js';
import type { ResultSource } from './result_source.js';
import { archivedPlaces, type ResultName } from './schema.js';

/**
 * A folder of results of any age or origin: what cannot be found is undefined, what cannot be read is undefined and
 * reported in `problems`.
 */
export class ResultFolder implements ResultSource {
  /** What could not be read, in words. */
  readonly problems: string[] = [];

  constructor(readonly path: string) {}

  has(file: string): boolean {
    return existsSync(join(this.path, file));
  }

  async floats(name: ResultName): Promise<NdArray<Float64Array> | undefined> {
    return this.#converted(name, toFloat64);
  }

  async integers(name: ResultName): Promise<NdArray<Int32Array> | undefined> {
    return this.#converted(name, toInt32);
  }

  /** A single text. */
  async text(name: ResultName): Promise<string | undefined> {
    const array = await this.#array(name);
    const text = array?.data[0];
    return typeof text === 'string' ? text : undefined;
  }

  /** The rows of an array, block by block, from its file or an archive; undefined if it is in neither. */
  async rows(name: ResultName): Promise<AsyncIterable<RowBlock> | undefined> {
    if (this.has(`${name}.npy`)) return readNpyRows(join(this.path, `${name}.npy`));
    const array = await this.floats(name);
    if (!array) return undefined;
    return oneBlock({ first: 0, count: array.shape[0] ?? 1, ...array });
  }

  async firstRow(name: ResultName): Promise<Float64Array | undefined> {
    for await (const { data, shape } of (await this.rows(name)) ?? []) {
      return Float64Array.from(data.subarray(0, shape[1]), Number);
    }
    return undefined;
  }

  async #converted<Data extends NumericData>(
    name: ResultName,
    convert: (path: string, data: NumericData) => Data,
  ): Promise<NdArray<Data> | undefined> {
    const array = await this.#array(name);
    if (array === undefined) return undefined;
    const { data, shape } = array;
    return this.#tolerate(() =>
      Array.isArray(data) ? undefined : { data: convert(join(this.path, name), data), shape },
    );
  }

  async #array(name: ResultName): Promise<NpyArray | undefined> {
    if (this.has(`${name}.npy`)) return this.#tolerate(() => readNpy(join(this.path, `${name}.npy`)));
    for (const [archive, member] of archivedPlaces(name)) {
      if (!this.has(archive)) continue;
      const arrays = await this.#tolerate(() => readNpz(join(this.path, archive), { names: [member] }));
      if (arrays?.[member]) return arrays[member];
    }
    return undefined;
  }

  async #tolerate<Result>(read: () => Result | Promise<Result>): Promise<Result | undefined> {
    try {
      return await read();
    } catch (error) {
      const { message } = error as Error;
      if (!this.problems.includes(message)) this.problems.push(message);
      return undefined;
    }
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- an array at hand, where a file is expected
async function* oneBlock(block: RowBlock): AsyncGenerator<RowBlock> {
  yield block;
}

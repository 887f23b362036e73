import { open } from 'node:fs/promises';
import type { Dataset, File, Filter, Group, Reference } from 'h5wasm/node';

import type { NumericData } from '../arrays.js';
import { DantError } from '../errors.js';
import { checkTexts, ChunkedRows, type ArrayTree, type TreeArray } from './array_tree.js';
import { toFloat64 } from './convert.js';
import { fileError, systemFileError } from './file_error.js';
import { hdf5Library, reasonOf } from './hdf5_open.js';

/**
 * Compressions that the library can undo; anything else would silently give what happens to be in memory. Of LZF (32000) it can read what did
 * not become smaller by it, and was stored as it is; of the rest it says that it cannot.
 */
const knownFilters = new Set([1, 2, 3, 4, 5, 6, 32000]);

/** An HDF5 file, open for reading. */
export class Hdf5File implements ArrayTree {
  private readonly rows = new Map<string, ChunkedRows>();
  /** Names in each group that was looked at */
  private readonly keys = new Map<string, ReadonlySet<string>>();

  private constructor(
    readonly path: string,
    private readonly file: File,
  ) {}

  /** Rejects with DANT_DATA if it cannot be read or is no whole HDF5 file. */
  static async open(path: string): Promise<Hdf5File> {
    try {
      await (await open(path)).close();
    } catch (error) {
      throw systemFileError(path, error);
    }
    const hdf5 = await hdf5Library();
    try {
      return new Hdf5File(path, new hdf5.File(path, 'r'));
    } catch (error) {
      const text = String(error);
      if (text.includes('truncated file')) {
        throw fileError(path, 'the file is cut off: it is shorter than it says itself. Copy it anew.', error);
      }
      if (text.includes('signature not found')) throw fileError(path, 'this is not an HDF5 file.', error);
      throw fileError(path, `this HDF5 file cannot be opened: ${reasonOf(error)}.`, error);
    }
  }

  members(group: string): Promise<string[] | undefined> {
    const found = this.find(group === '' ? '/' : group);
    return Promise.resolve(found && 'keys' in found ? [...this.keysOf(found)].sort() : undefined);
  }

  describe(name: string): Promise<TreeArray | undefined> {
    const found = this.find(name);
    if (!found || !('shape' in found)) return Promise.resolve(undefined);
    return Promise.resolve(
      this.attempt(name, () => {
        const { shape, dtype } = found;
        // S: of any length, S4: of a fixed one
        return { shape: shape ?? [], isText: typeof dtype === 'string' && dtype.startsWith('S') };
      }),
    );
  }

  /** Whether an array holds references to others. */
  isReference(name: string): boolean {
    const found = this.find(name);
    return this.attempt(name, () => found !== undefined && 'shape' in found && found.dtype === 'Reference');
  }

  attributes(name: string): Promise<Record<string, unknown>> {
    const found = this.find(name === '' ? '/' : name);
    const read = () => Object.entries(found?.attrs ?? {}).map(([key, attribute]) => [key, attribute.value] as const);
    return Promise.resolve(Object.fromEntries(this.attempt(name, read)));
  }

  async numbers(name: string, first = 0, end?: number): Promise<Float64Array> {
    const dataset = this.readable(name);
    const shape = dataset.shape ?? [];
    if (shape.length === 0) return this.asNumbers(name, [this.attempt(name, () => dataset.value)].flat());
    let rows = this.rows.get(name);
    if (rows === undefined) {
      const rowNumbers = shape.slice(1).reduce((product, length) => product * length, 1);
      const chunkRows = dataset.metadata.chunks?.[0] ?? 1;
      rows = new ChunkedRows(shape[0]!, rowNumbers, chunkRows, (from, to) =>
        Promise.resolve(this.attempt(name, () => this.asNumbers(name, dataset.slice([[from, to]])))),
      );
      this.rows.set(name, rows);
    }
    return rows.get(first, end ?? shape[0]!);
  }

  texts(name: string): Promise<string[]> {
    const dataset = this.readable(name);
    const value = dataset.shape?.includes(0) ? [] : [this.attempt(name, () => dataset.value)].flat();
    return Promise.resolve(checkTexts(this.path, name, value));
  }

  /** Names of what an array's references point at. */
  targets(name: string): string[] {
    const dataset = this.readable(name);
    const references = this.attempt(name, () => dataset.value) as Reference[];
    const dereference = dataset.dereference.bind(dataset) as (reference: Reference) => unknown;
    return references.map((reference, i) => {
      const target = this.attempt(name, () => dereference(reference));
      if (!(target instanceof Object && 'path' in target) || typeof target.path !== 'string') {
        throw fileError(this.path, `${name}: its reference ${i + 1} points at nothing.`);
      }
      return target.path.replace(/^\//, '');
    });
  }

  close(): Promise<void> {
    this.file.close();
    return Promise.resolve();
  }

  private find(name: string): Dataset | Group | undefined {
    const parts = name.split('/').filter((part) => part !== '');
    let group: Dataset | Group = this.file;
    for (const part of parts) {
      if (!('keys' in group) || !this.keysOf(group).has(part)) return undefined;
      const next = this.attempt(name, () => (group as Group).get(part));
      if (next === null || !('attrs' in next)) return undefined;
      group = next as Dataset | Group;
    }
    return group;
  }

  private keysOf(group: Group): ReadonlySet<string> {
    let keys = this.keys.get(group.path);
    if (keys === undefined) {
      keys = new Set(this.attempt(group.path, () => group.keys()));
      this.keys.set(group.path, keys);
    }
    return keys;
  }

  /** The array, whose filters are known. */
  private readable(name: string): Dataset {
    const found = this.find(name);
    if (!found || !('shape' in found)) throw fileError(this.path, `there is no ${name}.`);
    const unknown = this.attempt(name, () => found.filters).find(({ id }: Filter) => !knownFilters.has(id));
    if (unknown) throw this.compressed(name, `${unknown.id}${unknown.name ? ` (${unknown.name})` : ''}`);
    return found;
  }

  private compressed(name: string, filter: string) {
    return fileError(
      this.path,
      `${name} is compressed by the HDF5 filter ${filter}, which cannot be undone here. ` +
        'Write the file anew with gzip: h5repack -f GZIP=4 old new.',
    );
  }

  private asNumbers(name: string, value: unknown): Float64Array {
    if (ArrayBuffer.isView(value)) return toFloat64(`${this.path}: ${name}`, value as NumericData);
    if (Array.isArray(value) && value.every((v) => ['number', 'bigint', 'boolean'].includes(typeof v))) {
      return Float64Array.from(value as (number | bigint | boolean)[], Number);
    }
    throw fileError(this.path, `${name}: expected numbers.`);
  }

  private attempt<Result>(name: string, action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      if (error instanceof DantError) throw error;
      const filter = /required filter '(.*)' is not registered/.exec(String(error))?.[1];
      if (filter !== undefined) throw this.compressed(name, filter);
      throw fileError(
        this.path,
        `${name} cannot be read: ${reasonOf(error)}. Is the file damaged? Copy it anew.`,
        error,
      );
    }
  }
}

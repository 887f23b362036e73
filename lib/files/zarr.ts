import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Array as ZarrArray, AsyncReadable, DataType } from 'zarrita';

import type { NumericData } from '../arrays.js';
import { checkTexts, ChunkedRows, type ArrayTree, type TreeArray } from './array_tree.js';
import { toFloat64 } from './convert.js';
import { fileError, systemFileError } from './file_error.js';
import { parseJson } from './text_file.js';

/** What .zarray says. */
const arrayHeader = z
  .object({
    shape: z.array(z.int().nonnegative()),
    chunks: z.array(z.int().positive()),
    dtype: z.string(),
    compressor: z.object({ id: z.string() }).nullish(),
    filters: z.array(z.unknown()).nullish(),
  })
  .refine(({ shape, chunks }) => shape.length === chunks.length);
type ArrayHeader = z.infer<typeof arrayHeader>;

/** Of a blosc chunk, and where its header has the length of all. */
const bloscHeaderBytes = 16;
const bloscLengthAt = 12;

type AnyArray = ZarrArray<DataType, AsyncReadable>;

/** A Zarr folder (format 2), open for reading. */
export class ZarrFolder implements ArrayTree {
  private readonly arrays = new Map<string, AnyArray>();
  private readonly rows = new Map<string, ChunkedRows>();

  private constructor(
    readonly path: string,
    private readonly zarr: typeof import('zarrita'),
  ) {}

  /** Rejects with DANT_DATA if the folder is no Zarr group. */
  static async open(path: string): Promise<ZarrFolder> {
    let names: string[];
    try {
      names = await readdir(path);
    } catch (error) {
      throw systemFileError(path, error);
    }
    if (!names.includes('.zgroup')) throw fileError(path, 'this is not a Zarr folder (format 2): it has no .zgroup.');
    return new ZarrFolder(path, await import('zarrita'));
  }

  async members(group: string): Promise<string[] | undefined> {
    try {
      const entries = await readdir(join(this.path, group), { withFileTypes: true });
      if (!entries.some(({ name }) => name === '.zgroup')) return undefined;
      return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw systemFileError(join(this.path, group), error);
    }
  }

  async describe(name: string): Promise<TreeArray | undefined> {
    const header = await this.header(name);
    if (header === undefined) return undefined;
    const { shape, dtype } = header;
    return { shape, isText: /^[<>|](U|S|O)/.test(dtype) };
  }

  async attributes(name: string): Promise<Record<string, unknown>> {
    const found = await this.json(name === '' ? '.zattrs' : `${name}/.zattrs`);
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {};
  }

  async numbers(name: string, first = 0, end?: number): Promise<Float64Array> {
    const array = await this.open(name);
    if (array.shape.length === 0) return this.readRows(name, array, undefined);
    let rows = this.rows.get(name);
    if (rows === undefined) {
      const rowNumbers = array.shape.slice(1).reduce((product, length) => product * length, 1);
      rows = new ChunkedRows(array.shape[0]!, rowNumbers, array.chunks[0]!, (from, to) =>
        this.readRows(name, array, [from, to]),
      );
      this.rows.set(name, rows);
    }
    return rows.get(first, end ?? array.shape[0]!);
  }

  async texts(name: string): Promise<string[]> {
    const array = await this.open(name);
    const values = await this.attempt(name, async () =>
      Array.from((await this.zarr.get(array)).data as Iterable<unknown>),
    );
    return checkTexts(this.path, name, values);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async readRows(name: string, array: AnyArray, range: [number, number] | undefined): Promise<Float64Array> {
    const selection = range && [this.zarr.slice(...range), ...array.shape.slice(1).map(() => null)];
    const { data } = await this.attempt(name, () => this.zarr.get(array, selection));
    if (ArrayBuffer.isView(data)) return toFloat64(join(this.path, name), data as NumericData);
    const values = Array.from(data as Iterable<unknown>);
    if (!values.every((value) => ['number', 'boolean'].includes(typeof value)))
      throw this.wrong(name, 'expected numbers.');
    return Float64Array.from(values, Number);
  }

  private async open(name: string): Promise<AnyArray> {
    let array = this.arrays.get(name);
    if (array === undefined) {
      const header = await this.header(name);
      if (header === undefined) throw fileError(this.path, `there is no ${name}.`);
      const store: AsyncReadable = { get: (key) => this.readWhole(key, header) };
      array = await this.attempt(name, () =>
        this.zarr.open.v2(this.zarr.root(store).resolve(name), { kind: 'array', attrs: false }),
      );
      this.arrays.set(name, array);
    }
    return array;
  }

  /** Undefined: there is no such array. */
  private async header(name: string): Promise<ArrayHeader | undefined> {
    const content = await this.json(`${name}/.zarray`);
    if (content === undefined) return undefined;
    const { data, error } = arrayHeader.safeParse(content);
    if (data) return data;
    throw this.wrong(`${name}/.zarray`, `not as Zarr writes it: ${error.issues[0]!.path.join('.')}. Copy it anew.`);
  }

  private async json(name: string): Promise<unknown> {
    const bytes = await this.read(name);
    return bytes === undefined ? undefined : parseJson(join(this.path, name), bytes, 'Zarr writes');
  }

  private async read(name: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(this.path, name));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw systemFileError(join(this.path, name), error);
    }
  }

  /** A metadata file or a chunk, which the library would take for whole whatever its length. */
  private async readWhole(key: string, { compressor, filters, chunks, dtype }: ArrayHeader) {
    const bytes = await this.read(key);
    if (bytes === undefined || !/\/\d+([./]\d+)*$/.test(key)) return bytes;
    const itemBytes = Number(/\d+$/.exec(dtype)?.[0]) * (dtype.includes('U') ? 4 : 1);
    const needed =
      !compressor && !filters?.length
        ? chunks.reduce((product, length) => product * length, itemBytes)
        : compressor?.id === 'blosc'
          ? bytes.length < bloscHeaderBytes
            ? bloscHeaderBytes
            : new DataView(bytes.buffer, bytes.byteOffset).getUint32(bloscLengthAt, true)
          : bytes.length;
    if (bytes.length === needed) return bytes;
    throw this.wrong(key, `the chunk has ${bytes.length} bytes, expected ${needed}. Copy the folder anew.`);
  }

  private wrong(name: string, problem: string, cause?: unknown) {
    return fileError(join(this.path, name), problem, cause);
  }

  private async attempt<Result>(name: string, action: () => Promise<Result>): Promise<Result> {
    try {
      return await action();
    } catch (error) {
      const { name: kind, message } = error as Error;
      if (kind === 'DantError') throw error;
      if (/codec/i.test(`${kind} ${message}`)) {
        throw this.wrong(
          name,
          `is written in a way that is not read here (${message}). Write it anew with blosc, zstd or gzip.`,
          error,
        );
      }
      throw this.wrong(name, `cannot be read (${message}). Copy the folder anew.`, error);
    }
  }
}

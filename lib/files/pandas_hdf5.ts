import { rename, rm } from 'node:fs/promises';
import type { Dataset, File, Group } from 'h5wasm/node';

import {
  allowText,
  doublesOf,
  requireList,
  requireObject,
  requireOptions,
  requireText,
  requireTexts,
} from '../arguments.js';
import { argumentError } from '../errors.js';
import { systemOutputError } from './file_error.js';
import { hdf5Library, writing } from './hdf5_open.js';

/** Names of rows or columns. */
export interface FrameLevel {
  /** Undefined: it has none */
  name?: string | undefined;
  values: readonly string[] | readonly number[] | Float64Array | Int32Array;
}

/** One level: an Index; several of the same length: a MultiIndex. */
export type FrameAxis = readonly FrameLevel[];

export interface FrameOptions {
  columns: FrameAxis;
  type: 'float32' | 'float64';
  /** Compress with gzip: 0 (default, none) … 9 */
  gzip?: number | undefined;
}

/** Bytes of a chunk of the values, about. One that does not fit into the library's cache (1 MB) is written anew with each block in it. */
const chunkBytes = 2 ** 19;

/**
 * Writes a table to an HDF5 file that `pandas.read_hdf(path, 'df')` reads, as `DataFrame.to_hdf` writes it in its fixed format (PyTables 2.1).
 * Rows come block by block. The file appears whole at `finish`, in the place of one that is there, or not at all.
 */
export class FrameWriter {
  private rows = 0;
  private values: Dataset | undefined;

  private constructor(
    private readonly path: string,
    private readonly file: File,
    private readonly group: Group,
    private readonly options: FrameOptions,
    private readonly width: number,
  ) {}

  /** Rejects with DANT_OUTPUT if the file cannot be made. */
  static async create(path: string, options: FrameOptions): Promise<FrameWriter> {
    const width = options.columns[0]?.values.length ?? 0;
    if (options.columns.length === 0 || options.columns.some(({ values }) => values.length !== width)) {
      throw argumentError('columns', 'levels of the same length', options.columns);
    }
    const hdf5 = await hdf5Library();
    await rm(partOf(path), { force: true }).catch((error: unknown) => {
      throw systemOutputError(path, error);
    });
    const file = writing(path, () => new hdf5.File(partOf(path), 'w'));
    try {
      return writing(path, () => {
        textAttributes(file, { CLASS: 'GROUP', PYTABLES_FORMAT_VERSION: '2.1', TITLE: '', VERSION: '1.0' });
        const group = file.create_group('df');
        textAttributes(group, {
          ...{ CLASS: 'GROUP', TITLE: '', VERSION: '1.0', pandas_type: 'frame', encoding: 'UTF-8', errors: 'strict' },
        });
        group.create_attribute('nblocks', 1n as unknown as number, [], '<q');
        group.create_attribute('ndim', 2n as unknown as number, [], '<q');
        return new FrameWriter(path, file, group, options, width);
      });
    } catch (error) {
      await discard(path, file);
      throw error;
    }
  }

  /** Adds rows: (rows, columns). Throws DANT_OUTPUT. */
  write(block: Float32Array | Float64Array): void {
    if (block.length === 0) return;
    const { width, group, rows } = this;
    const Type = this.options.type === 'float32' ? Float32Array : Float64Array;
    const data = block instanceof Type ? block : new Type(block);
    const count = block.length / width;
    if (!Number.isInteger(count)) throw argumentError('block', `whole rows of ${width} columns`, block);
    writing(this.path, () => {
      if (this.values === undefined) {
        this.values = createArray(group, 'block0_values', data, { shape: [count, width], ...this.layout(count) });
        return;
      }
      this.values.resize([rows + count, width]);
      this.values.write_slice(
        [
          [rows, rows + count],
          [0, width],
        ],
        data,
      );
    });
    this.rows += count;
  }

  /** Ends the file. @param index Names of the rows; default: 0, 1, … */
  async finish(index?: FrameAxis): Promise<void> {
    const { path, file, group, options, width } = this;
    // Without columns no block tells how many rows there are.
    const rows = width === 0 ? (index?.[0]?.values.length ?? 0) : this.rows;
    const axis = index ?? [{ values: Int32Array.from({ length: rows }, (_, i) => i) }];
    if (axis.some(({ values }) => values.length !== rows)) throw argumentError('index', `${rows} values`, axis);
    try {
      writing(path, () => {
        if (this.values === undefined) emptyArray(group, 'block0_values', [rows, width], options.type);
        writeAxis(group, 'axis0', options.columns);
        writeAxis(group, 'axis1', axis);
        writeAxis(group, 'block0_items', options.columns);
        file.flush();
        file.close();
      });
      await rename(partOf(path), path).catch((error: unknown) => {
        throw systemOutputError(path, error);
      });
    } catch (error) {
      await discard(path, file);
      throw error;
    }
  }

  /** Gives the file up. */
  async discard(): Promise<void> {
    await discard(this.path, this.file);
  }

  private layout(firstRows: number) {
    const bytes = this.options.type === 'float32' ? 4 : 8;
    const columns = Math.min(this.width, Math.floor(chunkBytes / bytes));
    const rows = Math.max(1, Math.min(firstRows, Math.floor(chunkBytes / bytes / columns)));
    const { gzip = 0 } = this.options;
    return {
      maxshape: [null, this.width],
      chunks: [rows, columns],
      ...(gzip > 0 && { compression: 'gzip' as const, compression_opts: gzip }),
    };
  }
}

/** Writes a table that is in memory: `values` (rows, columns). Rejects as `FrameWriter` does. */
export async function writeFrame(
  path: string,
  values: Float32Array | Float64Array,
  columns: FrameAxis,
  options: { index?: FrameAxis | undefined; gzip?: number | undefined } = {},
): Promise<void> {
  requireText('path', path);
  const data = values instanceof Float32Array ? values : doublesOf('values', values);
  const { index, gzip = 0 } = requireOptions('options', options);
  if (!(Number.isInteger(gzip) && gzip >= 0 && gzip <= 9)) throw argumentError('gzip', 'a whole number, 0 to 9', gzip);
  const axis = axisOf('columns', columns);
  const width = axis[0]!.values.length;
  if (data.length % Math.max(1, width) !== 0) throw argumentError('values', `whole rows of ${width} columns`, values);
  const rowNames = index === undefined ? undefined : axisOf('index', index);
  const type = data instanceof Float32Array ? 'float32' : 'float64';
  const writer = await FrameWriter.create(path, { columns: axis, type, gzip });
  try {
    writer.write(data);
    await writer.finish(rowNames);
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/** Levels, at least one, each of texts or of numbers. */
function axisOf(name: string, axis: FrameAxis): FrameAxis {
  const levels = requireList(name, axis);
  if (levels.length === 0) throw argumentError(name, 'at least one level', axis);
  return levels.map((level, l) => {
    const { name: called, values } = requireObject(`${name}[${l}]`, level);
    allowText(`${name}[${l}].name`, called);
    if (!Array.isArray(values) || typeof values[0] !== 'string') {
      return { name: called, values: doublesOf(`${name}[${l}].values`, values) };
    }
    requireTexts(`${name}[${l}].values`, values);
    return { name: called, values: values as string[] };
  });
}

const partOf = (path: string) => `${path}.part`;

async function discard(path: string, file: File): Promise<void> {
  try {
    file.close();
  } catch {
    // It was closed, or the disk is full: it goes anyway.
  }
  await rm(partOf(path), { force: true });
}

function writeAxis(group: Group, name: string, axis: FrameAxis): void {
  const isMulti = axis.length > 1;
  textAttributes(group, { [`${name}_variety`]: isMulti ? 'multi' : 'regular' });
  if (!isMulti) {
    writeLevel(group, name, axis[0]!);
    return;
  }
  group.create_attribute(`${name}_nlevels`, BigInt(axis.length) as unknown as number, [], '<q');
  axis.forEach(({ name: levelName, values }, level) => {
    const unique = [...new Set<string | number>(values)].sort((a, b) => (a < b ? -1 : 1));
    const placeOf = new Map(unique.map((value, i) => [value, i]));
    const labels = Int32Array.from(values as Iterable<string | number>, (value) => placeOf.get(value)!);
    const dataset = writeLevel(group, `${name}_level${level}`, { name: levelName, values: unique as string[] });
    textAttributes(dataset, { [`${name}_name${levelName ?? 'None'}`]: levelName ?? '' });
    if (labels.length === 0) emptyArray(group, `${name}_label${level}`, [0], 'int32');
    else createArray(group, `${name}_label${level}`, labels, { shape: [labels.length] });
  });
}

function writeLevel(group: Group, name: string, { name: levelName, values }: FrameLevel): Dataset {
  const named: Record<string, string> = levelName === undefined ? {} : { name: levelName };
  if (values.length === 0) {
    const dataset = emptyArray(group, name, [0], 'float64');
    textAttributes(dataset, { kind: 'float', ...named });
    return dataset;
  }
  if (typeof values[0] === 'string') {
    const bytes = Math.max(1, ...(values as string[]).map((value) => Buffer.byteLength(value)));
    const dataset = createArray(group, name, values as string[], { shape: [values.length], dtype: `S${bytes}` });
    textAttributes(dataset, { kind: 'string', nan_rep: '', ...named });
    return dataset;
  }
  const numbers = Float64Array.from(values as ArrayLike<number>);
  const isWhole = numbers.every(Number.isSafeInteger);
  const data = isWhole ? BigInt64Array.from(numbers, BigInt) : numbers;
  const dataset = createArray(group, name, data, { shape: [numbers.length] });
  textAttributes(dataset, { kind: isWhole ? 'integer' : 'float', ...named });
  return dataset;
}

type ArrayOptions = Omit<Parameters<Group['create_dataset']>[0], 'name' | 'data'>;

function createArray(
  group: Group,
  name: string,
  data: Parameters<Group['create_dataset']>[0]['data'],
  options: ArrayOptions,
): Dataset {
  const dataset = group.create_dataset({ ...options, name, data });
  markArray(dataset);
  return dataset;
}

const types = { int32: Int32Array, float32: Float32Array, float64: Float64Array };

/** As PyTables keeps arrays without elements: one element, and the shape beside it. */
function emptyArray(group: Group, name: string, shape: readonly number[], type: keyof typeof types): Dataset {
  const dataset = createArray(group, name, new types[type](1), { shape: shape.map(() => 1) });
  textAttributes(dataset, { value_type: type });
  dataset.create_attribute('shape', BigInt64Array.from(shape, BigInt));
  return dataset;
}

function markArray(dataset: Dataset): void {
  textAttributes(dataset, { CLASS: 'ARRAY', FLAVOR: 'numpy', TITLE: '', VERSION: '2.4' });
  dataset.create_attribute('transposed', Uint8Array.of(1), []);
}

/** Texts of fixed length, which PyTables wants. */
function textAttributes(object: Group | Dataset, attributes: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(attributes)) {
    object.create_attribute(key, value, [], `S${Math.max(1, Buffer.byteLength(value))}`);
  }
}

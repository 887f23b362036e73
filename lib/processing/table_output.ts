import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import { requireText } from '../arguments.js';
import { argumentError } from '../errors.js';
import { systemOutputError } from '../files/file_error.js';
import { NpyWriter } from '../files/npy_writer.js';
import { NpzWriter } from '../files/npz_writer.js';
import { FrameWriter, type FrameAxis } from '../files/pandas_hdf5.js';

type Block = Float32Array | Float64Array;

/** A table whose rows come block by block. */
export interface TableStream {
  columns: FrameAxis;
  rows: number;
  type: 'float32' | 'float64';
  /** (·, columns); each may be reused when the next one is asked for */
  blocks: AsyncIterable<Block> | Iterable<Block>;
  /** Names of the rows; default: 0, 1, … */
  index?: FrameAxis | undefined;
}

/** h5, hdf5, npy or npz; else throws DANT_ARGUMENT. */
export function tableEnding(name: string, path: string): string {
  requireText(name, path);
  const ending = /\.(h5|hdf5|npy|npz)$/i.exec(path)?.[1]?.toLowerCase();
  if (ending === undefined) throw argumentError(name, 'a file that ends in .h5, .npy or .npz', path);
  return ending;
}

/**
 * Writes a table to `path`, in the place of a file that is there, whole or not at all: `.h5`, which `pandas.read_hdf(path, 'df')` reads; `.npy`,
 * the values (rows, columns); `.npz` with `values`, and the names of the columns and rows by their levels. Rejects with DANT_OUTPUT.
 */
export async function writeTable(path: string, table: TableStream): Promise<void> {
  const ending = tableEnding('the output', path);
  try {
    await mkdir(dirname(path), { recursive: true });
    if (ending === 'h5' || ending === 'hdf5') {
      await writeHdf5(path, table);
      return;
    }
    const part = `${path}.part`;
    await rm(part, { force: true });
    try {
      await (ending === 'npy' ? writeArray(part, table) : writeArchive(part, table));
      await rename(part, path);
    } finally {
      await rm(part, { force: true });
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : systemOutputError(path, error);
  }
}

async function writeHdf5(path: string, { columns, type, blocks, index }: TableStream): Promise<void> {
  const writer = await FrameWriter.create(path, { columns, type });
  try {
    for await (const block of blocks) writer.write(block);
    await writer.finish(index);
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

const layoutOf = ({ columns, rows, type }: TableStream) => ({
  dtype: type === 'float32' ? ('<f4' as const) : ('<f8' as const),
  shape: [rows, columns[0]!.values.length],
});

async function writeArray(path: string, table: TableStream): Promise<void> {
  const writer = await NpyWriter.create(path, layoutOf(table));
  try {
    for await (const block of table.blocks) await writer.write(block);
    await writer.close();
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

async function writeArchive(path: string, table: TableStream): Promise<void> {
  const writer = await NpzWriter.create(path);
  try {
    await writer.addBlocks('values', layoutOf(table), () => table.blocks);
    for (const [axis, levels] of [
      ['column', table.columns],
      ['row', table.index ?? []],
    ] as const) {
      for (const [l, { name, values }] of levels.entries()) {
        const isText = typeof values[0] === 'string';
        await writer.add(name ?? (levels.length === 1 ? axis : `${axis}_${l}`), {
          data: isText ? values : Float64Array.from(values as ArrayLike<number>),
          shape: [values.length],
        });
      }
    }
    await writer.close();
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { elementCount } from '../arrays.js';
import type { WritableData } from '../files/encode.js';
import type { RowBlock } from '../files/npy_rows.js';
import { NpyWriter, writeNpy, type WriteOptions } from '../files/npy_writer.js';
import { NpzWriter } from '../files/npz_writer.js';
import { writeBlocks, type Blocks } from '../files/write_elements.js';
import type { RunOptions } from '../native/run.js';
import type { ResultArray, ResultArrays } from './result_array.js';
import { shankFolder } from './schema.js';

/** How result files are computed and written. */
export type FileOptions = RunOptions & Pick<WriteOptions, 'buffers'>;

/** Shows a block of rows of a large array of the run's folder (by file name) while it is written. */
export type OnRows = (name: string, block: RowBlock) => void;

/** The folder of the run, or of a shank. */
export function folderOf(path: string, shank: number | undefined): string {
  return shank === undefined ? path : join(path, shankFolder(shank));
}

/** Makes the folder of the run, or of a shank in it. */
export async function makeFolder(path: string, shank: number | undefined): Promise<string> {
  const folder = folderOf(path, shank);
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Writes an array to a new file `<name>.npy`. */
export async function writeFile(
  folder: string,
  name: string,
  array: ResultArray,
  options: FileOptions,
  onRows: OnRows | undefined,
): Promise<void> {
  const path = join(folder, `${name}.npy`);
  if ('data' in array) return writeNpy(path, array, options);
  const writer = await NpyWriter.create(path, array, options);
  try {
    if ('blocks' in array) {
      await writeBlocks(writer, (space) => {
        const blocks = array.blocks(space, options);
        return onRows ? shown(name, blocks, array.shape, onRows) : blocks;
      });
    }
  } finally {
    await writer.close();
  }
}

/** Whole rows of numbers; the rest is passed on. */
async function* shown(
  name: string,
  blocks: Blocks,
  shape: readonly number[],
  onRows: OnRows,
): AsyncGenerator<WritableData> {
  const rowLength = elementCount(shape.slice(1));
  let first = 0;
  for await (const block of blocks) {
    const count = block.length / rowLength;
    if (ArrayBuffer.isView(block)) onRows(name, { first, count, data: block, shape });
    first += count;
    yield block;
  }
}

/** Writes arrays to a new archive. */
export async function writeArchive(path: string, members: ResultArrays, options: FileOptions): Promise<void> {
  const writer = await NpzWriter.create(path, options);
  try {
    for (const [name, array] of Object.entries(members)) {
      if ('data' in array) await writer.add(name, array);
      else if ('blocks' in array) await writer.addBlocks(name, array, (space) => array.blocks(space, options));
    }
    await writer.close();
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

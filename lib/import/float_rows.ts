import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { NpyWriter, withOutputErrors } from '../files/npy_writer.js';
import { readFully } from './open_file.js';

/** Bytes that are copied at once. */
const copiedBytes = 8 * 2 ** 20;

/** An .npy file of single precision (rows, …) whose number of rows is known only at its end. */
export class FloatRows {
  private constructor(
    private readonly folder: string,
    private readonly name: string,
    private readonly shape: readonly number[],
    private readonly part: FileHandle,
  ) {}

  /** `shape`: of a row. */
  static async create(folder: string, name: string, shape: readonly number[]): Promise<FloatRows> {
    return new FloatRows(folder, name, shape, await open(join(folder, `${name}.part`), 'wx+'));
  }

  /** Adds values, in order. */
  async add({ buffer, byteOffset, byteLength }: Float32Array): Promise<void> {
    await withOutputErrors(this.folder, () => this.part.writeFile(new Uint8Array(buffer, byteOffset, byteLength)));
  }

  /** Writes the file. */
  async finish(rows: number): Promise<void> {
    const path = join(this.folder, `${this.name}.part`);
    const size = this.shape.reduce((product, length) => product * length, 1);
    const writer = await NpyWriter.create(join(this.folder, this.name), { dtype: '<f4', shape: [rows, ...this.shape] });
    try {
      const step = Math.max(1, Math.floor(copiedBytes / (4 * size)));
      for (let first = 0; first < rows; first += step) {
        const block = new Float32Array(Math.min(step, rows - first) * size);
        await readFully(this.part, path, new Uint8Array(block.buffer), 4 * first * size);
        await writer.write(block);
      }
    } finally {
      await writer.close();
    }
    await rm(path);
  }

  async close(): Promise<void> {
    await this.part.close();
  }
}

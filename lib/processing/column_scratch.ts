import { open, rm, type FileHandle } from 'node:fs/promises';

import { systemOutputError } from '../files/file_error.js';
import { sharedArray } from '../native/memory.js';
import { readFully } from '../import/open_file.js';

/**
 * A table (rows, columns) of float32 in a file of its own, which is written and read both row after row and column after column: blocks of
 * rows, in each of which a column is in one piece.
 */
export class ColumnScratch {
  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    readonly rows: number,
    readonly columns: number,
    readonly blockRows: number,
  ) {}

  /** Rejects with DANT_OUTPUT. Discard it in the end. */
  static async create(path: string, rows: number, columns: number, blockRows = 8192): Promise<ColumnScratch> {
    try {
      return new ColumnScratch(path, await open(path, 'w+'), rows, columns, blockRows);
    } catch (error) {
      throw systemOutputError(path, error);
    }
  }

  /** Takes all rows in their order, in blocks of any size: (·, columns). */
  async fill(blocks: AsyncIterable<Float32Array | Float64Array>): Promise<void> {
    const { columns, blockRows } = this;
    const block = new Float32Array(columns * blockRows);
    let row = 0;
    for await (const values of blocks) {
      for (let i = 0; i < values.length; i += columns, row++) {
        const length = this.rowsOf(row);
        const place = row % blockRows;
        for (let c = 0; c < columns; c++) block[c * length + place] = values[i + c]!;
        if (place === length - 1) await this.write(block.subarray(0, columns * length), (row - place) * columns);
      }
    }
  }

  /** The columns first … first + count − 1: (count, rows) */
  async readColumns(first: number, count: number): Promise<Float32Array> {
    const { rows, columns, blockRows } = this;
    const values = sharedArray(Float32Array, count * rows);
    for (let row = 0; row < rows; row += blockRows) {
      const length = this.rowsOf(row);
      const part = await this.read(row * columns + first * length, count * length);
      for (let c = 0; c < count; c++) values.set(part.subarray(c * length, (c + 1) * length), c * rows + row);
    }
    return values;
  }

  /** Columns from `first` on: (count, rows) */
  async writeColumns(first: number, values: Float64Array): Promise<void> {
    const { rows, columns, blockRows } = this;
    const count = values.length / rows;
    for (let row = 0; row < rows; row += blockRows) {
      const length = this.rowsOf(row);
      const part = new Float32Array(count * length);
      for (let c = 0; c < count; c++) part.set(values.subarray(c * rows + row, c * rows + row + length), c * length);
      await this.write(part, row * columns + first * length);
    }
  }

  /** All rows in their order, in blocks: (·, columns) */
  async *readRows(): AsyncGenerator<Float32Array> {
    const { rows, columns, blockRows } = this;
    for (let row = 0; row < rows; row += blockRows) {
      const length = this.rowsOf(row);
      const part = await this.read(row * columns, length * columns);
      const block = sharedArray(Float32Array, part.length);
      for (let c = 0; c < columns; c++) {
        for (let i = 0; i < length; i++) block[i * columns + c] = part[c * length + i]!;
      }
      yield block;
    }
  }

  async discard(): Promise<void> {
    await this.handle.close();
    await rm(this.path, { force: true });
  }

  /** Rows of the block that a row is in */
  private rowsOf(row: number): number {
    const first = row - (row % this.blockRows);
    return Math.min(this.blockRows, this.rows - first);
  }

  private async write(values: Float32Array, at: number): Promise<void> {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    try {
      for (let done = 0; done < bytes.length;) {
        done += (await this.handle.write(bytes, done, bytes.length - done, 4 * at + done)).bytesWritten;
      }
    } catch (error) {
      throw systemOutputError(this.path, error);
    }
  }

  private async read(at: number, length: number): Promise<Float32Array> {
    const values = new Float32Array(length);
    await readFully(this.handle, this.path, new Uint8Array(values.buffer), 4 * at);
    return values;
  }
}

import { medianOf } from '../arrays.js';
import { replaceText } from '../files/text_file.js';
import { runNative, type RunOptions } from '../native/run.js';

/** Standard deviations of the columns of a table whose rows come block by block. */
export class ColumnSpread {
  /** That were looked at */
  rows = 0;
  /** Of the first row: sums of differences to it lose fewer digits. */
  private readonly origin: Float64Array;
  private readonly sums: Float64Array;
  private readonly squares: Float64Array;

  constructor(
    private readonly columns: number,
    private readonly run: RunOptions = {},
  ) {
    this.origin = new Float64Array(columns);
    this.sums = new Float64Array(columns);
    this.squares = new Float64Array(columns);
  }

  /** Passes blocks (·, columns) on, having looked at them. */
  async *of<Block extends Float32Array | Float64Array>(blocks: AsyncIterable<Block>): AsyncGenerator<Block> {
    for await (const block of blocks) {
      await this.add(block);
      yield block;
    }
  }

  /** (columns) of all rows until now, divided by their number (not by one less) */
  deviations(): Float64Array {
    const { rows, sums, squares } = this;
    return sums.map((sum, c) => Math.sqrt(Math.max(0, squares[c]! / rows - (sum / rows) ** 2)));
  }

  /** Looks at rows (·, columns). */
  async add(rows: Float32Array | Float64Array): Promise<void> {
    if (rows.length === 0) return;
    const { columns, origin, sums, squares } = this;
    if (this.rows === 0) origin.set(rows.subarray(0, columns));
    this.rows += rows.length / columns;
    await runNative((native, control) => native.addToSums({ ...control, rows, origin, sums, squares }), this.run);
  }
}

/** Writes `<recording>.lf_sd.json`: `median` of the channels, `SDs` (µV), `unit`. Rejects with DANT_OUTPUT. */
export async function writeSpread(path: string, sdsUv: Float64Array): Promise<void> {
  await replaceText(path, `${JSON.stringify({ median: medianOf(sdsUv), SDs: Array.from(sdsUv), unit: 'uV' })}\n`);
}

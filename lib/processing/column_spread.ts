import { medianOf } from '../arrays.js';
import { replaceText } from '../files/text_file.js';

/** Standard deviations of the columns of a table whose rows come block by block. */
export class ColumnSpread {
  /** That were looked at */
  rows = 0;
  /** Of the first row: sums of differences to it lose fewer digits. */
  private readonly origin: Float64Array;
  private readonly sums: Float64Array;
  private readonly squares: Float64Array;

  constructor(private readonly columns: number) {
    this.origin = new Float64Array(columns);
    this.sums = new Float64Array(columns);
    this.squares = new Float64Array(columns);
  }

  /** Passes blocks (·, columns) on, having looked at them. */
  async *of<Block extends Float32Array | Float64Array>(blocks: AsyncIterable<Block>): AsyncGenerator<Block> {
    for await (const block of blocks) {
      this.add(block);
      yield block;
    }
  }

  /** (columns) of all rows until now, divided by their number (not by one less) */
  deviations(): Float64Array {
    const { rows, sums, squares } = this;
    return sums.map((sum, c) => Math.sqrt(Math.max(0, squares[c]! / rows - (sum / rows) ** 2)));
  }

  /** Looks at rows (·, columns). */
  add(block: Float32Array | Float64Array): void {
    const { columns, origin, sums, squares } = this;
    const rows = block.length / columns;
    if (this.rows === 0 && rows > 0) origin.set(block.subarray(0, columns));
    this.rows += rows;
    // Four rows at once: sums are loaded and stored less often.
    let row = 0;
    for (; row + 4 <= rows; row += 4) {
      let [a, b, c, d] = [row * columns, (row + 1) * columns, (row + 2) * columns, (row + 3) * columns];
      for (let column = 0; column < columns; column++) {
        const from = origin[column]!;
        const v = block[a++]! - from;
        const w = block[b++]! - from;
        const x = block[c++]! - from;
        const y = block[d++]! - from;
        sums[column]! += v + w + (x + y);
        squares[column]! += v * v + w * w + (x * x + y * y);
      }
    }
    for (let i = row * columns; i < block.length; i++) {
      const value = block[i]! - origin[i % columns]!;
      sums[i % columns]! += value;
      squares[i % columns]! += value * value;
    }
  }
}

/** Writes `<recording>.lf_sd.json`: `median` of the channels, `SDs` (µV), `unit`. Rejects with DANT_OUTPUT. */
export async function writeSpread(path: string, sdsUv: Float64Array): Promise<void> {
  await replaceText(path, `${JSON.stringify({ median: medianOf(sdsUv), SDs: Array.from(sdsUv), unit: 'uV' })}\n`);
}

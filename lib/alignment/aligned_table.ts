import { argumentError } from '../errors.js';
import { outputError, systemOutputError } from '../files/file_error.js';
import type { FrameLevel } from '../files/pandas_hdf5.js';
import { csvLine } from '../import/csv.js';
import { writeTable } from '../processing/table_output.js';
import { open, rename, rm } from 'node:fs/promises';

export type TableValues = Float32Array | Float64Array;

/** Values that are written at once */
const valuesAtOnce = 2 ** 20;

/**
 * What was aligned: columns with named levels (session, unit, trial …), each with a value for every row (a time, or a number). A pandas
 * DataFrame has the same columns and rows.
 */
export class AlignedTable {
  constructor(
    /** Each with a value per column (K) */
    readonly levels: readonly (FrameLevel & { name: string })[],
    /** The rows (R): their name, "time" in s for instance, and a value for each */
    readonly index: FrameLevel & { name: string },
    /** (K, R); NaN: there is nothing */
    readonly data: TableValues,
  ) {
    const { columns, rows } = this;
    if (levels.some(({ values }) => values.length !== columns) || data.length !== columns * rows) {
      throw argumentError('data', `${columns} columns of ${rows} rows, and as many values in each level`, data);
    }
  }

  get columns(): number {
    return this.levels[0]?.values.length ?? 0;
  }

  get rows(): number {
    return this.index.values.length;
  }

  /** The values of a column (R). */
  column(k: number): TableValues {
    return this.data.subarray(k * this.rows, (k + 1) * this.rows);
  }

  /** The values of a level by name. Throws DANT_ARGUMENT if there is none of it. */
  level(name: string): FrameLevel['values'] {
    const found = this.levels.find((level) => level.name === name);
    if (found) return found.values;
    throw argumentError('level', this.levels.map((level) => level.name).join(' or '), name);
  }

  /** Writes a frame that `pandas.read_hdf(path, 'df')` reads, in the place of a file that is there. Rejects with DANT_OUTPUT. */
  toHdf5(path: string): Promise<void> {
    return writeTable(path, this.stream());
  }

  /** Writes `values` (R, K), and an array for each level and for the index, by their names. Rejects with DANT_OUTPUT. */
  toNpz(path: string): Promise<void> {
    return writeTable(path, this.stream());
  }

  /** Writes one line per value: the levels, the index, the value (empty: none). Rejects with DANT_OUTPUT. */
  async toCsv(path: string): Promise<void> {
    const { levels, index, rows } = this;
    const part = `${path}.part`;
    try {
      await rm(part, { force: true });
      const file = await open(part, 'wx');
      try {
        await file.writeFile(csvLine([...levels.map(({ name }) => name), index.name, 'value']));
        for (let k = 0; k < this.columns; k++) {
          const names = levels.map(({ values }) => values[k]);
          const values = this.column(k);
          const lines = Array.from({ length: rows }, (_, r) =>
            csvLine([...names, index.values[r], Number.isNaN(values[r]) ? undefined : values[r]]),
          );
          await file.writeFile(lines.join(''));
        }
      } finally {
        await file.close();
      }
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw systemOutputError(path, error);
    }
  }

  /** By the file's ending: .h5, .npz or .csv. Rejects with DANT_OUTPUT. */
  async write(path: string): Promise<void> {
    if (/\.csv$/i.test(path)) return this.toCsv(path);
    if (/\.(h5|hdf5|npz)$/i.test(path)) return writeTable(path, this.stream());
    throw outputError(path, 'expected a file that ends in .h5, .npz or .csv.');
  }

  private stream() {
    return {
      columns: this.levels,
      rows: this.rows,
      type: this.data instanceof Float32Array ? ('float32' as const) : ('float64' as const),
      blocks: this.blocks(),
      index: [this.index],
    };
  }

  /** (·, K), row after row */
  private *blocks(): Generator<TableValues> {
    const { columns, rows, data } = this;
    const rowsAtOnce = Math.max(1, Math.floor(valuesAtOnce / Math.max(1, columns)));
    const Type = data instanceof Float32Array ? Float32Array : Float64Array;
    for (let first = 0; first < rows; first += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, rows - first);
      const block = new Type(count * columns);
      for (let k = 0; k < columns; k++) {
        for (let r = 0; r < count; r++) block[r * columns + k] = data[k * rows + first + r]!;
      }
      yield block;
    }
  }
}

import { runNative, type RunOptions } from '../native/run.js';

/** Units by numbers that are comparable: each column has mean 0 and variance 1. */
export interface Embedding {
  /** (n, dimensions) */
  embedding: Float64Array;
  dimensions: number;
}

/** Rows of norm 1 (n, ·), of which the leading principal components count. */
export interface EmbeddedRows {
  rows: Float32Array | Float64Array;
  /** As many at most; fewer where there are fewer than `unitsPerComponent` units for each. */
  components: number;
  unitsPerComponent: number;
}

/**
 * Puts principal components of tables and single numbers of n units side by side.
 * @param columns each (n); a number that is not finite takes the mean of the others
 */
export async function embed(
  count: number,
  tables: readonly EmbeddedRows[],
  columns: readonly Float64Array[],
  options: RunOptions,
): Promise<Embedding> {
  const all: Float64Array[] = [];
  for (const { rows, components: most, unitsPerComponent } of tables) {
    const components = Math.max(1, Math.min(most, Math.floor(count / unitsPerComponent)));
    const scores = new Float64Array(count * components);
    const values = rows instanceof Float64Array ? rows : Float64Array.from(rows);
    await runNative(
      (native, control) =>
        native.principalComponents({ ...control, rows: values, count, centreRows: false, components, scores }),
      options,
    );
    for (let c = 0; c < components; ++c) all.push(scores.filter((_, index) => index % components === c));
  }
  all.push(...columns);
  const kept = all.flatMap((column) => standardised(column) ?? []);
  const embedding = new Float64Array(count * kept.length);
  kept.forEach((column, c) => {
    column.forEach((value, unit) => {
      embedding[unit * kept.length + c] = value;
    });
  });
  return { embedding, dimensions: kept.length };
}

/** Undefined for a column that does not vary. */
function standardised(column: Float64Array): Float64Array | undefined {
  const known = column.filter(Number.isFinite);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length;
  if (!(variance > 1e-18)) return undefined;
  return column.map((value) => (Number.isFinite(value) ? (value - mean) / Math.sqrt(variance) : 0));
}

/** Rows (n, length) less the mean row, each of norm 1 then; 0 where nothing is left, or where the row holds NaN. */
export function centredRows(rows: Float64Array, count: number): Float32Array {
  const length = rows.length / count;
  const row = (unit: number) => rows.subarray(unit * length, (unit + 1) * length);
  const known = Array.from({ length: count }, (_, unit) => unit).filter((unit) => row(unit).every(Number.isFinite));
  const mean = new Float64Array(length);
  for (const unit of known) {
    row(unit).forEach((value, k) => {
      mean[k]! += value / known.length;
    });
  }
  const centred = new Float32Array(rows.length);
  for (const unit of known) {
    const difference = row(unit).map((value, k) => value - mean[k]!);
    const norm = Math.sqrt(difference.reduce((sum, value) => sum + value ** 2, 0));
    if (norm > 1e-12)
      centred.set(
        difference.map((value) => value / norm),
        unit * length,
      );
  }
  return centred;
}

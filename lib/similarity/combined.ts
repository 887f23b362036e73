import type { MatrixRowsArgument } from '../native/native.js';
import { runNative, type RunOptions } from '../native/run.js';
import type { FisherZ } from './compare.js';

/** S = Σ weights[f]·features[f] of n units. */
export interface CombinedSimilarity {
  /** n */
  units: number;
  /** each (n, n) */
  features: FisherZ[];
  /** (features) */
  weights: Float64Array;
}

/** Writes rows of a matrix between the units of a group into a block of rows of a matrix of all units. */
export async function fillMatrixRows(rows: MatrixRowsArgument, options: RunOptions): Promise<void> {
  await runNative((native, control) => native.matrixRows({ ...control, ...rows }), options);
}

/** Fills `out` (P, features) with each feature's similarity of pairs (P, 2) of units. */
export async function fillPairSimilarities(
  combined: CombinedSimilarity,
  pairs: Int32Array,
  out: Float64Array,
  options: RunOptions,
): Promise<void> {
  await runNative((native, control) => native.pairSimilarities({ ...control, ...combined, pairs, out }), options);
}

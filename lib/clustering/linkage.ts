import type { NdArray } from '../arrays.js';
import { runNative, type RunOptions } from '../native/run.js';
import { squareSize } from './arguments.js';

/**
 * A hierarchical clustering of n points: (n − 1, 4), one row per merge in the order of the distances: left node, right
 * node, distance, points in the merged node. Nodes below n are points; row k makes node n + k. As in SciPy.
 */
export type Linkage = NdArray<Float64Array>;

export interface SingleLinkageInput {
  /** (n, n) symmetric distances, finite and ≥ 0; the diagonal is not read. */
  distances: NdArray<Float64Array>;
}

/**
 * Single-linkage clustering, by Prim's algorithm from point 0; equal distances go to the smaller index.
 * Rejects with DANT_ARGUMENT for a wrong shape or type, DANT_INPUT for NaN, infinite, negative or unsymmetric distances.
 */
export async function singleLinkage({ distances }: SingleLinkageInput, options: RunOptions = {}): Promise<Linkage> {
  const n = squareSize('distances', distances);
  if (n === 0) return { data: new Float64Array(0), shape: [0, 4] };
  const data = await runNative(
    (native, control) => native.singleLinkage({ ...control, distances: distances.data, n }),
    options,
  );
  return { data, shape: [n - 1, 4] };
}

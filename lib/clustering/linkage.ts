import { requireObject } from '../arguments.js';
import type { NdArray } from '../arrays.js';
import { runNative, type RunOptions } from '../native/run.js';
import { matrixOf } from './arguments.js';

/**
 * A hierarchical clustering of n points: (n − 1, 4), one row per merge in the order of the distances: left node, right
 * node, distance, points in the merged node. Nodes below n are points; row k makes node n + k. As in SciPy.
 */
export type Linkage = NdArray<Float64Array>;

export interface SingleLinkageInput {
  /** (n, n) symmetric distances, finite and ≥ 0; the diagonal is not read. */
  distances: NdArray;
}

/**
 * Single-linkage clustering, by Prim's algorithm from point 0; equal distances go to the smaller index.
 * Rejects with DANT_ARGUMENT for a wrong shape or type, DANT_INPUT for NaN, infinite, negative or unsymmetric distances.
 */
export async function singleLinkage(input: SingleLinkageInput, options: RunOptions = {}): Promise<Linkage> {
  const { n, data: distances } = matrixOf('distances', requireObject('input', input).distances);
  if (n === 0) return { data: new Float64Array(0), shape: [0, 4] };
  const data = await runNative((native, control) => native.singleLinkage({ ...control, distances, n }), options);
  return { data, shape: [n - 1, 4] };
}

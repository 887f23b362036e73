import { requireObject } from '../arguments.js';
import type { NdArray } from '../arrays.js';
import { DantError, argumentError } from '../errors.js';
import { runNative, type RunOptions } from '../native/run.js';
import type { CombinedSimilarity } from '../similarity/combined.js';
import { matrixOf, tableOf } from './arguments.js';
import type { Linkage } from './linkage.js';

export interface LeafOrderInput {
  /** Any binary tree, whatever linkage made it. */
  linkage: Linkage;
  /** (n, n) symmetric distances, finite and ≥ 0; the diagonal is not read. */
  distances: NdArray;
  /**
   * 'optimal' (default): the smallest sum that the tree allows. 'scipy': what SciPy's optimal_leaf_ordering returns, and
   * so pyDANT's: each merge is ordered as if it stood alone, which often costs a few percent more
   * (github.com/scipy/scipy/issues/11227).
   */
  rule?: 'optimal' | 'scipy';
}

/**
 * The order of a tree's leaves that has the smallest sum of distances between neighbours (Bar-Joseph et al. 2001).
 * (n) indices; which of the two ends comes first has no meaning. Needs 4·n² bytes. Rejects with DANT_ARGUMENT for wrong
 * shapes or types, DANT_INPUT when the linkage is not a tree or distances are NaN, infinite, negative or unsymmetric.
 */
export async function optimalLeafOrder(input: LeafOrderInput, options: RunOptions = {}): Promise<Int32Array> {
  const { linkage, distances, rule = 'optimal' } = requireObject('input', input);
  const { n, data: distancesOfAll } = matrixOf('distances', distances);
  const { rows, columns, data: merges } = tableOf('linkage', linkage);
  if (rows !== Math.max(0, n - 1) || columns !== 4) {
    throw new DantError(
      'DANT_ARGUMENT',
      `Expected the shape [${Math.max(0, n - 1)}, 4] for the linkage of ${n} points but received [${rows}, ${columns}].`,
    );
  }
  if (!['optimal', 'scipy'].includes(rule)) throw argumentError('rule', '"optimal" or "scipy"', rule);
  if (n === 0) return new Int32Array(0);
  return runNative(
    (native, control) =>
      native.leafOrder({
        ...control,
        n,
        linkage: merges,
        distances: distancesOfAll,
        optimal: rule === 'optimal',
      }),
    options,
  );
}

/** (n) leaves of the single-linkage tree of a combined similarity, in SciPy's order of `optimal_leaf_ordering`. */
export async function leafOrderOfSimilarity(combined: CombinedSimilarity, options: RunOptions): Promise<Int32Array> {
  return runNative((native, control) => native.leafOrderOfSimilarity({ ...control, ...combined }), options);
}

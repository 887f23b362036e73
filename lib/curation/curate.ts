import { integersOf, requireObject, type NumberList } from '../arguments.js';
import type { NdArray } from '../arrays.js';
import { floatMatrixOf } from '../clustering/arguments.js';
import { argumentError } from '../errors.js';
import { runNative, type RunOptions } from '../native/run.js';
import type { CombinedSimilarity } from '../similarity/combined.js';

/** What a curation pair's type says. */
export const curationTypeNames = ['Removal_SameSession', 'Removal_LowSimilarity'] as const;

export interface CurationInput {
  /** (units) cluster ids from 1; −1: unmatched. */
  labels: NumberList;
  /** (units) session of each unit. */
  sessions: NumberList;
  /** (units, units) symmetric; read within clusters only, diagonal included. */
  similarity: NdArray;
  /** Splits clusters into groups that similarities above it connect; left out: no split. */
  threshold?: number;
}

export interface Curation {
  /** (units) cluster ids 1 … K without gaps; −1: unmatched. */
  labels: Int32Array;
  /** (P, 2) units that were taken apart, smaller index first, in the order in which they were found. */
  pairs: NdArray<Int32Array>;
  /** (P) 1: two units of one session; 2: low similarity. Names: `curationTypeNames[type − 1]`. */
  types: Int32Array;
}

/**
 * Automatic curation of clusters of units: in each, a session keeps one unit, the one that is more similar to the others;
 * groups of units that no similarity above the threshold connects become clusters of their own; single units become
 * unmatched. Rejects with DANT_ARGUMENT for wrong shapes, types or ids.
 */
export async function curateClusters(input: CurationInput, options: RunOptions = {}): Promise<Curation> {
  const { threshold, ...given } = requireObject('input', input);
  const { data: similarity, n: units } = floatMatrixOf('similarity', given.similarity);
  const labels = integersOf('labels', given.labels, units);
  const sessions = integersOf('sessions', given.sessions, units);
  const wrong = labels.findIndex((label) => label < -1 || label === 0 || label > units);
  if (wrong >= 0) {
    throw argumentError(
      `labels[${wrong}]`,
      `a cluster id from 1 to the number of units, ${units}, or −1 (unmatched; labels of hdbscan start from 0: add 1)`,
      labels[wrong],
    );
  }
  if (threshold !== undefined && (typeof threshold !== 'number' || Number.isNaN(threshold))) {
    throw argumentError('threshold', 'a number', threshold);
  }
  const { pairs, ...result } = await runNative(
    (native, control) =>
      native.curateClusters({
        ...control,
        labels,
        sessions,
        similarity,
        ...(threshold !== undefined && { threshold }),
      }),
    options,
  );
  return { ...result, pairs: { data: pairs, shape: [pairs.length / 2, 2] } };
}

/** The same by the combined similarity of features, without checks. `threshold` undefined: no split. */
export async function curateBySimilarity(
  combined: CombinedSimilarity,
  { labels, sessions, threshold }: { labels: Int32Array; sessions: Int32Array; threshold: number | undefined },
  options: RunOptions,
): Promise<{ labels: Int32Array; pairs: Int32Array; types: Int32Array }> {
  return runNative(
    (native, control) =>
      native.curateClusters({
        ...control,
        ...combined,
        labels,
        sessions,
        ...(threshold !== undefined && { threshold }),
      }),
    options,
  );
}

import type { SimilarityCounts } from '../native/native.js';
import { runNative, type RunOptions } from '../native/run.js';
import type { CombinedSimilarity } from '../similarity/combined.js';

/** What units are clustered by, besides their similarity. */
export interface ClusteredUnits {
  /** (n) µm, corrected for motion */
  depthsUm: Float64Array;
  /** (n) from 1 */
  sessions: Int32Array;
  /** Pairs that lie farther apart in depth are neither matched nor learned from. */
  maxDistanceUm: number;
  maxClusterSize: number;
  /** Rounds of clustering and learning, at most. */
  iterations: number;
  /** Weights that change by less than this end the rounds. */
  tolerance: number;
}

export interface LearnedClusters {
  /** (n) from 1; −1: in no cluster */
  labels: Int32Array;
  /** (features) */
  weights: Float64Array;
  /** Similarity above which two units of a cluster count as a good match; undefined when it could not be learned. */
  threshold: number | undefined;
  /** Number of pairs in the same cluster */
  matchedPairs: number;
  /** Of the nearby pairs */
  similarities: SimilarityCounts;
  /** (P, 2) */
  nearbyPairs: Int32Array;
  /** (M, 2) pairs that motion is estimated from */
  goodPairs: Int32Array;
}

/** HDBSCAN and the weights by linear discriminant analysis, in turn, from equal weights on (docs/reference-method.md). */
export async function clusterAndLearnWeights(
  features: CombinedSimilarity['features'],
  units: ClusteredUnits,
  options: RunOptions,
): Promise<LearnedClusters> {
  const { threshold, ...found } = await runNative(
    (native, control) =>
      native.clusterAndLearnWeights({
        ...control,
        ...units,
        units: units.sessions.length,
        features,
        weights: new Float64Array(features.length).fill(1 / features.length),
      }),
    options,
  );
  return { ...found, threshold: Number.isNaN(threshold) ? undefined : threshold };
}

import { motionAt, type Motion } from '../../recording/motion.js';
import type { SimilarityCounts } from '../../native/native.js';
import { runNative } from '../../native/run.js';
import type { FeatureName, Settings } from '../../settings/index.js';
import type { FeatureSimilarity, FisherZ } from './feature_similarity.js';
import type { RunContext } from '../run_context.js';
import type { TrackedUnits } from '../tracked_units.js';

/** What clustering and weight learning found with one set of features. */
export interface Matching {
  features: readonly FeatureName[];
  /** Per feature, (n, n) */
  matrices: FisherZ[];
  /** (features) */
  weights: Float64Array;
  /** Similarity above which two units of a cluster count as a good match; undefined when it could not be learned. */
  threshold: number | undefined;
  /** (n) from 1; −1: in no cluster */
  labels: Int32Array;
  /** Number of pairs in the same cluster */
  matchedPairs: number;
  /** Of the nearby pairs */
  similarities: SimilarityCounts;
  /** (P, 2) */
  nearbyPairs: Int32Array;
  /** (M, 2) pairs that motion is estimated from */
  goodPairs: Int32Array;
}

/** Section 7 of the specification. */
export async function matchUnits(
  units: TrackedUnits,
  similarity: FeatureSimilarity,
  features: readonly FeatureName[],
  motion: Motion,
  settings: Settings['clustering'],
  context: RunContext,
): Promise<Matching> {
  const matrices: FisherZ[] = [];
  for (const feature of features) matrices.push(await similarity.get(feature, context));
  const depthsUm = units.depthsUm.map((depth, i) => depth - motionAt(motion, units.sessions[i]!, depth));
  const { threshold, ...found } = await context.stage('clustering', (options) =>
    runNative(
      (native, control) =>
        native.clusterAndLearnWeights({
          ...control,
          units: units.count,
          features: matrices,
          weights: new Float64Array(features.length).fill(1 / features.length),
          depthsUm,
          sessions: units.sessions,
          maxDistanceUm: settings.max_distance,
          maxClusterSize: units.sessionCount,
          iterations: settings.n_iter,
          tolerance: settings.weight_tol,
        }),
      options,
    ),
  );
  return { ...found, features, matrices, threshold: Number.isNaN(threshold) ? undefined : threshold };
}

import { clusterAndLearnWeights, type LearnedClusters } from '../../clustering/learn_weights.js';
import { motionAt, type Motion } from '../../recording/motion.js';
import type { FeatureName, Settings } from '../../settings/index.js';
import type { FisherZ } from '../../similarity/compare.js';
import type { RunContext } from '../run_context.js';
import type { TrackedUnits } from '../tracked_units.js';
import type { FeatureSimilarity } from './feature_similarity.js';

/** What clustering and weight learning found with one set of features. */
export interface ClusterRound extends LearnedClusters {
  features: readonly FeatureName[];
  /** Per feature, (n, n) */
  matrices: FisherZ[];
}

/** One round of clustering (docs/reference-method.md, section 7). */
export async function clusterRound(
  units: TrackedUnits,
  similarity: FeatureSimilarity,
  features: readonly FeatureName[],
  motion: Motion,
  settings: Settings['clustering'],
  context: RunContext,
): Promise<ClusterRound> {
  const matrices: FisherZ[] = [];
  for (const feature of features) matrices.push(await similarity.get(feature, context));
  const depthsUm = units.depthsUm.map((depth, i) => depth - motionAt(motion, units.sessions[i]!, depth));
  const found = await context.stage('clustering', (options) =>
    clusterAndLearnWeights(
      matrices,
      {
        depthsUm,
        sessions: units.sessions,
        maxDistanceUm: settings.max_distance,
        maxClusterSize: units.sessionCount,
        iterations: settings.n_iter,
        tolerance: settings.weight_tol,
      },
      options,
    ),
  );
  return { ...found, features, matrices };
}

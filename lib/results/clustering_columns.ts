import type { GroupResult } from '../tracking/result.js';
import type { FeatureName } from '../settings/index.js';
import type { CombinedSimilarity } from '../similarity/combined.js';

/**
 * What pyDANT's files hold of the clustering of a group: features with their weights, and the threshold of good matches. Of
 * match probabilities there is one such feature, "Match": half the log odds that two units are one neuron.
 */
export interface ClusteringColumns extends CombinedSimilarity {
  names: readonly (FeatureName | 'Match')[];
  /** Undefined when it could not be learned. */
  threshold: number | undefined;
}

export function clusteringColumns(group: GroupResult): ClusteringColumns {
  const units = group.units.length;
  if (group.method === 'probabilistic') {
    const { similarity, minLogOdds } = group;
    return { units, names: ['Match'], features: [similarity], weights: Float64Array.of(1), threshold: minLogOdds / 2 };
  }
  const { features: names, matrices: features, weights, threshold } = group;
  return { units, names, features, weights, threshold };
}

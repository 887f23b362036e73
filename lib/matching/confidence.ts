import { clusterMembers } from '../clustering/members.js';

/** How sure the clusters are. */
export interface Confidence {
  /** (n + 1) expected share of right pairs of each cluster, by label; 0 for labels without a cluster of two sessions */
  clusters: Float64Array;
  /** False-positive rate: expected share of wrong pairs among all matched pairs; NaN without any. */
  falsePositiveRate: number;
}

export const probabilityOf = (logOdds: number) => 1 / (1 + Math.exp(-logOdds));
export const logOddsOf = (probability: number) => Math.log(probability / (1 - probability));

/**
 * Expected share of right pairs among those of one cluster and different sessions.
 * @param labels (n) from 1; −1: none
 * @param logOdds of two units, given the clusters
 */
export function clusterConfidence(
  labels: Int32Array,
  sessions: Int32Array,
  logOdds: (i: number, j: number) => number,
): Confidence {
  const members = clusterMembers(labels);
  const clusters = new Float64Array(Math.max(0, ...members.keys()) + 1);
  let wrong = 0;
  let pairs = 0;
  for (const [label, units] of members) {
    let right = 0;
    let count = 0;
    units.forEach((i, a) => {
      for (const j of units.slice(0, a)) {
        if (sessions[i] === sessions[j]) continue;
        right += probabilityOf(logOdds(i, j));
        ++count;
      }
    });
    if (count > 0) clusters[label] = right / count;
    wrong += count - right;
    pairs += count;
  }
  return { clusters, falsePositiveRate: wrong / pairs };
}

import { runNative, type RunOptions } from '../native/run.js';
import type { ScoredPairs } from './match_order.js';

/**
 * (n) clusters of units, from 1; −1: alone. Average linkage on the log odds; see native/core/matching/neuron_clusters.h.
 * @param split (Q, 2) units of one session that are one neuron; of others, a cluster has one in a session
 */
export async function clusterNeurons(
  pairs: ScoredPairs,
  sessions: Int32Array,
  split: Int32Array,
  minLogOdds: number,
  options: RunOptions,
): Promise<Int32Array> {
  return runNative(
    (native, control) => native.clusterNeurons({ ...control, ...pairs, sessions, split, minLogOdds }),
    options,
  );
}

import { runNative, type RunOptions } from '../native/run.js';
import type { ModelCoordinates } from './pair_model.js';

export interface NeuronClusters {
  /** (n) from 1; −1: alone */
  labels: Int32Array;
  /** (M, 2) all pairs of units in the same cluster */
  matches: Int32Array;
  /** (M) given all units */
  logOdds: Float32Array;
  /** (R, 2) unit that holds spikes of two neurons, and the label of the one that it has fewer of */
  mixedUnits: Int32Array;
}

/** Clusters of units by the evidence for groups of units to be one neuron; see native/core/matching/neuron_clusters.h. */
export async function clusterNeurons(
  {
    nearbyPairs: pairs,
    logOdds,
    vectors,
    spread,
  }: ModelCoordinates & { nearbyPairs: Int32Array; logOdds: Float32Array },
  sessions: Int32Array,
  minLogOdds: number,
  options: RunOptions,
): Promise<NeuronClusters> {
  return runNative(
    (native, control) => native.clusterNeurons({ ...control, sessions, pairs, logOdds, vectors, spread, minLogOdds }),
    options,
  );
}

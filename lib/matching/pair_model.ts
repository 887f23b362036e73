import { runNative, type RunOptions } from '../native/run.js';
import type { UnitVectors } from './unit_vectors.js';

/** Units in the coordinates of the pair model, in which those of one neuron vary by 1 in each direction. */
export interface ModelCoordinates {
  /** (n, D) */
  vectors: Float64Array;
  /** (D) variance of neurons in these directions */
  spread: Float64Array;
}

export interface PairModel extends ModelCoordinates {
  /** (P, 2) */
  nearbyPairs: Int32Array;
  /** (P) that the two units are one neuron */
  logOdds: Float32Array;
  /** Matches that the variation within neurons was learned from; 0: none, and nothing could be learned. */
  learnedFrom: number;
}

/** Log odds that nearby units are one neuron, learned from first matches; see native/core/matching/pair_model.h. */
export async function learnPairModel(
  { vectors, dimensions }: UnitVectors,
  units: { sessions: Int32Array; depthsUm: Float64Array; maxDistanceUm: number },
  firstMatches: Int32Array,
  options: RunOptions,
): Promise<PairModel> {
  return runNative(
    (native, control) => native.learnPairModel({ ...control, vectors, dimensions, ...units, firstMatches }),
    options,
  );
}

/** Changes the log odds in place: a unit has at most one match in a session, unless the sorter split the neuron there. */
export async function weighCompetitors(
  pairs: Int32Array,
  logOdds: Float32Array,
  sessions: Int32Array,
  options: RunOptions,
): Promise<void> {
  await runNative((native, control) => native.weighCompetitors({ ...control, sessions, pairs, logOdds }), options);
}

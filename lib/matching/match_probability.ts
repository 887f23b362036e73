import type { UnitShapes } from '../native/functions/matching.js';
import { runNative, type RunOptions } from '../native/run.js';
import type { Embedding } from './embedding.js';
import type { ScoredPairs } from './match_order.js';
import type { UnitPlaces } from './mutual_best.js';

/** Where the pairs are from that cannot be one neuron, and show how alike different ones look. */
export type DecoyKind = 'displaced' | 'wholeProbe' | 'sameSession';

const kinds: readonly DecoyKind[] = ['displaced', 'wholeProbe', 'sameSession'];

/** Sites that units are matched on. */
export interface Sites {
  /** (C) columns of the waveforms */
  channels: Int32Array;
  /** (C, 2) */
  locationsUm: Float64Array;
  /** (C) */
  shanks: Int32Array;
}

/** What units of a neuron have in common, besides waveforms and places. */
export interface UnitTraits {
  /** each (n, ·) of norm 1 */
  profiles: Float32Array[];
  /** each (n) */
  differences: Float64Array[];
  /** each (n), the larger the more doubtful */
  faults: Float64Array[];
  usesPlace: boolean;
  usesAmplitude: boolean;
}

/** What is known of matches before any probability is. */
export interface FirstKnowledge {
  /** (Q, 2) units of one session that are one neuron */
  split: Int32Array;
  /** (L, 2) from 1 */
  linkedSessions: Int32Array;
  /** (L) */
  expectedMatches: Float64Array;
  /** (M, 2) likely matches, and (M) how likely they are */
  seeds: Int32Array;
  seedProbabilities: Float64Array;
}

export interface MatchProbabilities extends ScoredPairs {
  decoyKind: DecoyKind;
  /** (P) log odds before they were calibrated on the decoys */
  scores: Float32Array;
  /** (D) of decoys, and how many wrong candidates each stands for */
  decoyScores: Float32Array;
  decoyWeights: Float32Array;
}

/**
 * Log odds that nearby units of linked sessions are one neuron; see native/core/matching/match_probability.h.
 * `isRough`: a first look, without what is learned from confident pairs.
 */
export async function matchProbabilities(
  sites: Sites,
  places: UnitPlaces & { correctedUm: Float64Array },
  { components, scores, live, derivative, aligned, alignedSlope, logAmplitudes }: UnitShapes,
  traits: UnitTraits,
  embedding: Embedding,
  known: FirstKnowledge,
  { maxDistanceUm, isRough }: { maxDistanceUm: number; isRough: boolean },
  options: RunOptions,
): Promise<MatchProbabilities> {
  const { decoyKind, ...found } = await runNative(
    (native, control) =>
      native.matchProbabilities({
        ...control,
        siteLocationsUm: sites.locationsUm,
        siteShanks: sites.shanks,
        ...places,
        components,
        scores,
        live,
        derivative,
        aligned,
        alignedSlope,
        logAmplitudes,
        ...traits,
        ...embedding,
        ...known,
        maxDistanceUm,
        isRough,
      }),
    options,
  );
  return { ...found, decoyKind: kinds[decoyKind]! };
}

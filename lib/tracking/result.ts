import type { SimilarityCounts } from '../native/native.js';
import type { UnitFeatures } from '../features/unit_features.js';
import type { Correction } from '../correction/templates.js';
import type { Confidence } from '../matching/confidence.js';
import type { DecoyKind } from '../matching/match_probability.js';
import type { Motion, MotionInterval } from '../recording/motion.js';
import type { FeatureName } from '../settings/index.js';
import type { FisherZ } from '../similarity/compare.js';
import type { Stage } from './progress.js';

/** Which units of different days are the same neuron, and how that was found. */
export interface TrackResult {
  /** (N) cluster of each unit, 1 … K; −1: unmatched */
  clusters: Int32Array;
  /** K */
  clusterCount: number;
  /** (M, 2) pairs of units in the same cluster, the smaller index first */
  matchedPairs: Int32Array;
  features: UnitFeatures;
  /** One entry per shank in shank order, or a single one for a run of all units together; all by one method. */
  groups: GroupResult[];
  warnings: string[];
  /** Seconds spent in each stage. */
  seconds: ReadonlyMap<Stage, number>;
}

/** The result for units that were tracked together, by the method that tracked them. */
export type GroupResult = ReferenceGroup | ProbabilisticGroup;

/** What both methods find. Units are numbered within the group, 0 … n − 1. */
interface TrackedGroup {
  /** Shank of the group; undefined when all units were tracked in one run. */
  shank: number | undefined;
  /** (n) index of each unit in the data set */
  units: Int32Array;
  motion: Motion;
  /** Bounds of the 95 % intervals of the motion; NaN: not known. Undefined when none was estimated. */
  motionInterval: MotionInterval | undefined;
  /** The correction of the waveforms in the final clustering. */
  correction: Correction;
  /** (n) clusters before curation, from 1; −1: in none */
  labelsBeforeCuration: Int32Array;
  /** (n) clusters, 1 … K; −1: unmatched */
  labels: Int32Array;
  /** (P, 2) pairs of units near enough to be one neuron; by probabilities, of connected sessions */
  nearbyPairs: Int32Array;
  /** (n) units in the order in which the distance matrix is shown */
  leafOrder: Int32Array;
}

/** By pyDANT's method (docs/reference-method.md). */
export interface ReferenceGroup extends TrackedGroup {
  method: 'reference';
  motionIterations: MotionIteration[];
  stoppedBecause: 'no more matches' | 'all iterations done';
  /** The features of the final clustering, with their weights and matrices (n, n). */
  features: readonly FeatureName[];
  weights: Float64Array;
  matrices: FisherZ[];
  /** Similarity above which a match counts as good; undefined when it could not be learned. */
  threshold: number | undefined;
  /** (Q, 2) pairs that curation took apart, and why: 1 same session, 2 low similarity */
  curationPairs: Int32Array;
  curationTypes: Int32Array;
}

/** One round of pyDANT's motion estimate, for the record. */
export interface MotionIteration {
  features: readonly string[];
  weights: Float64Array;
  threshold: number | undefined;
  matchedPairs: number;
  /** The motion that the waveforms and depths were corrected with in this round. */
  motionUsed: Motion;
  similarity: SimilarityCounts;
}

/** By match probabilities that are learned from the recording (docs/method.md). */
export interface ProbabilisticGroup extends TrackedGroup {
  method: 'probabilistic';
  /** (n, n) half the log odds that two units are one neuron, cut at ±6 */
  similarity: FisherZ;
  /** Log odds from which two units count as matched: those of the setting matching.min_probability */
  minLogOdds: number;
  model: MatchModel;
}

/** What is known about who is who, besides clusters. Log odds are natural. */
export interface MatchModel extends Confidence {
  /** (P) log odds that each of the nearby pairs is one neuron, judged by these two units, their rivals and the decoys */
  logOdds: Float32Array;
  /** (M) the same of the matched pairs (those of `pairsWithin`) */
  matchLogOdds: Float32Array;
  /** (Q, 2) pairs of units of one session that are one neuron with a probability above 0.95: split by the sorter */
  splitCandidates: Int32Array;
  /** (R) units that fire within the refractory time as at other times: no single neurons, and left out of matching */
  contaminatedUnits: Int32Array;
  connections: SessionConnections;
  /** What false matches were estimated from; undefined: nothing was compared. */
  decoyKind: DecoyKind | undefined;
  /** (bins, 3) see `scoreCounts` */
  scoreCounts: Float64Array;
}

/** Which sessions show neurons in common. */
export interface SessionConnections {
  /** (S) Sessions with equal numbers are connected. Between others the motion is not known; each group has mean 0. */
  component: Int32Array;
  /** Every two sessions. */
  pairs: SessionPair[];
}

export interface SessionPair {
  /** From 1, A < B */
  sessionA: number;
  sessionB: number;
  /** Whether they have neurons in common, or are each connected with a third session; otherwise nothing was matched. */
  isConnected: boolean;
  /** How far the probe moved from A to B at the middle of its sites, µm; NaN: not known */
  displacementUm: number;
  /** That chance makes as many depth differences pile up between the two */
  chanceProbability: number;
  /** Matched pairs of units */
  matches: number;
  /** Pairs of units that the motion rests on */
  motionMatches: number;
}

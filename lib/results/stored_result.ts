import type { NdArray } from '../arrays.js';
import type { UnitOrigin } from '../import/units_table.js';
import type { Motion, MotionInterval } from '../recording/motion.js';
import type { Settings } from '../settings/index.js';
import type { SessionPair } from '../tracking/result.js';
import type { RunRecord } from './run_record.js';

/** One tracking: of all units, or of those of a shank. */
export interface StoredGroup {
  /** Undefined: all units were tracked together. */
  shank: number | undefined;
  /** Features of pyDANT's final clustering with their weights; none by the probabilistic method. */
  features: { name: string; weight: number }[];
  /** Similarity above which a match counts as good; undefined when it is not known. */
  threshold: number | undefined;
  motion: Motion | undefined;
  /** Bounds of the 95 % intervals; NaN: not known. */
  motionInterval: MotionInterval | undefined;
  /** (S) sessions with equal numbers are connected, and their motion is known; undefined by pyDANT's method */
  component: Int32Array | undefined;
}

/** Match probabilities and what follows from them, of the probabilistic method. */
export interface MatchEvidence {
  /** (P, 2) nearby units of connected sessions */
  pairs: Int32Array;
  /** (P) probability that they are one neuron */
  probabilities: Float64Array;
  /** Units of one cluster (M, 2), and the probability (M) that they are one neuron; of newer results */
  matched: { pairs: Int32Array; probabilities: Float64Array } | undefined;
  /** (K) expected share of right pairs of each cluster */
  confidence: Float64Array | undefined;
  /** (groups) expected share of wrong pairs among the matched ones; NaN where there are none */
  falsePositiveRates: Float64Array | undefined;
  /** (Q, 2) units of one session that are surely one neuron (above 0.95), split by the sorter */
  splitCandidates: Int32Array;
  /** (R) units without a refractory period, which were not matched */
  contaminatedUnits: Int32Array;
  /** Every two sessions of each tracking; none of older results */
  connections: StoredConnection[];
  /** (bins, 3) lower edge of the score, candidates, and the wrong ones that decoys make expect; of newer results */
  scoreCounts: Float64Array | undefined;
}

/** A row of `Connections`. */
export interface StoredConnection extends SessionPair {
  /** Undefined: all units were tracked together. */
  shank: number | undefined;
}

/** Two units that curation took apart. */
export interface CurationEvent {
  units: [number, number];
  reason: 'sameSession' | 'lowSimilarity';
}

/** What is known of a run from its results and its data. Everything but the clusters may be absent. N units. */
export interface StoredResult {
  folder: string;
  /** Where the input files are, if they were found. */
  dataFolder: string | undefined;
  unitCount: number;
  /** (N) 1 … K; −1: unmatched */
  clusters: Int32Array;
  clusterCount: number;
  clustersBeforeCuration: Int32Array | undefined;
  /** (N) session of each unit, from 1 */
  sessions: Int32Array | undefined;
  sessionCount: number;
  /** (N) whose the units are; undefined: the data were not imported */
  origins: UnitOrigin[] | undefined;
  /** (S) day of each session, counted from any */
  sessionDays: Float64Array | undefined;
  /** (N) units in the order of the tree's leaves */
  leafOrder: Int32Array | undefined;
  /** (N, 3) µm */
  locationsUm: Float64Array | undefined;
  /** (N) µV */
  amplitudes: Float64Array | undefined;
  peakChannels: Int32Array | undefined;
  /** (N) */
  shanks: Int32Array | undefined;
  autoCorrelograms: NdArray<Float64Array> | undefined;
  isiHistograms: NdArray<Float64Array> | undefined;
  peth: NdArray<Float64Array> | undefined;
  /** (C, 2) µm */
  channelLocationsUm: Float64Array | undefined;
  settings: StoredSettings | undefined;
  groups: StoredGroup[];
  /** (P, 2) pairs that the weights were learned from */
  nearbyPairs: Int32Array | undefined;
  /** Of the probabilistic method; undefined: tracked by pyDANT's. */
  matches: MatchEvidence | undefined;
  curation: CurationEvent[];
  record: RunRecord | undefined;
  seconds: number | undefined;
  /** What the run warned of. */
  warnings: readonly string[];
  /** What is not there and therefore not shown, in words. */
  missing: string[];
}

/** Settings of a run, as far as they were written down. */
export type StoredSettings = {
  [Key in keyof Settings]?: Settings[Key] extends object ? Partial<Settings[Key]> : Settings[Key];
};

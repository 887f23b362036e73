import type { Motion } from '../recording/motion.js';
import type { RunRecord } from '../results/run_record.js';
import type { FeatureName, Settings } from '../settings/index.js';
import type { UnitCurves } from './curves.js';

export const reportFile = 'report.html';
export const figureFolder = 'Figures';

/** One tracking: of all units, or of those of a shank. */
export interface TrackedGroup {
  /** Undefined: all units were tracked together. */
  shank: number | undefined;
  /** Features of the final clustering with their weights. */
  features: { name: string; weight: number }[];
  /** Similarity above which a match counts as good; undefined when it is not known. */
  threshold: number | undefined;
  motion: Motion | undefined;
  /** Bounds of the 95 % intervals. */
  motionInterval: { low: Motion; high: Motion } | undefined;
}

/** Match probabilities and what follows from them, of the probabilistic method. */
export interface MatchEvidence {
  /** (P, 2) nearby units, also of the same session */
  pairs: Int32Array;
  /** (P) probability that they are one neuron, of the two and their rivals */
  probabilities: Float64Array;
  /** Units of one cluster (M, 2), and the probability (M) that they are one neuron given all units; of newer results */
  matched: { pairs: Int32Array; probabilities: Float64Array } | undefined;
  /** (K) expected share of right pairs of each cluster */
  confidence: Float64Array | undefined;
  /** (groups) expected share of wrong pairs among the matched ones; NaN where there are none */
  wrongShares: Float64Array | undefined;
  /** (Q, 2) units of one session that look like one neuron split by the sorter */
  splitCandidates: Int32Array;
  /** (R, 2) unit that holds spikes of a second neuron as well, and a unit of that neuron */
  mixedUnits: Int32Array;
}

/** Two units that curation took apart. */
export interface CurationEvent {
  units: [number, number];
  reason: 'sameSession' | 'lowSimilarity';
}

/** What is known of a run from its results and its data. Everything but the clusters may be absent. N units. */
export interface ReportData {
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
  /** (N) units in the order of the tree's leaves */
  leafOrder: Int32Array | undefined;
  /** (N, 3) µm */
  locationsUm: Float64Array | undefined;
  /** (N) µV */
  amplitudes: Float64Array | undefined;
  peakChannels: Int32Array | undefined;
  /** (N) */
  shanks: Int32Array | undefined;
  curves: UnitCurves[];
  /** (C, 2) µm */
  channelLocationsUm: Float64Array | undefined;
  settings: DeepSettings | undefined;
  groups: TrackedGroup[];
  /** (P, 2) pairs that the weights were learned from */
  nearbyPairs: Int32Array | undefined;
  /** Undefined: tracked by the reference's method. */
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
export type DeepSettings = {
  [Key in keyof Settings]?: Settings[Key] extends object ? Partial<Settings[Key]> : Settings[Key];
};

/** Files of the features' similarity matrices. */
export const similarityFiles: Record<FeatureName, string> = {
  Waveform: 'waveform_similarity_matrix',
  AutoCorr: 'AutoCorr_similarity_matrix',
  ISI: 'ISI_similarity_matrix',
  PETH: 'PETH_similarity_matrix',
};

/** How to get what only `save_intermediate_results` keeps. */
export const saveThem =
  'To have them, run again with "save_intermediate_results": true (large files: units × units, and all waveforms).';

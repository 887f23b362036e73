import type { FeatureName } from '../settings/index.js';

type Archive = 'Output.npz' | 'ClusteringResults.npz';

/** What is known of a result: it stands in `<name>.npy`, or in archives, or in both. */
interface ResultEntry {
  /** N units, S sessions, C channels, T samples, K clusters, M matched pairs, P nearby pairs, G shanks that are tracked apart */
  shape: string;
  meaning: string;
  /** Whether pyDANT writes it too; `file: false`: only in archives. */
  isPydant?: true;
  file?: false;
  /** Where else it stands: archive and name in it. */
  archived?: readonly (readonly [Archive, string])[];
}

const pydant = { isPydant: true } as const;

/** Every array of a result, by the name of its file. The one place that names them. */
export const resultSchema = {
  IdxCluster: {
    shape: 'N',
    meaning: 'cluster of each unit, 1 … K; −1: unmatched',
    ...pydant,
    archived: [['Output.npz', 'IdxCluster']],
  },
  MatchedPairs: { shape: 'M, 2', meaning: 'pairs of units (from 0) in the same cluster', ...pydant },
  locations: {
    shape: 'N, 3',
    meaning: 'x, y (depth) and z of each unit, µm',
    ...pydant,
    archived: [['Output.npz', 'Locations']],
  },
  amplitude: { shape: 'N', meaning: 'amplitude of each unit, µV (triangulation: µV·µm)', ...pydant },
  peak_channels: { shape: 'N', meaning: 'channel with the largest peak-to-trough amplitude', ...pydant },
  unit_shanks: {
    shape: 'N',
    meaning: 'shank of the peak channel',
    ...pydant,
    archived: [['Output.npz', 'IdxShank']],
  },
  original_unit_indices: { shape: 'N', meaning: 'in the folder of a shank: index in the data set', ...pydant },
  auto_corr: { shape: 'N, lags', meaning: 'autocorrelograms', ...pydant },
  isi: { shape: 'N, bins', meaning: 'interspike-interval histograms', ...pydant },
  peth: { shape: 'N, bins', meaning: 'peri-event time histograms', ...pydant },
  waveforms_centered: { shape: 'N, C, T', meaning: 'waveforms shifted in time to their trough, µV', ...pydant },
  waveforms_corrected: { shape: 'N, C, T, templates', meaning: 'waveforms corrected for motion, µV', ...pydant },
  waveform_similarity_matrix: { shape: 'N, N', meaning: 'similarity of the waveforms, Fisher z', ...pydant },
  AutoCorr_similarity_matrix: { shape: 'N, N', meaning: 'of the autocorrelograms', ...pydant },
  ISI_similarity_matrix: { shape: 'N, N', meaning: 'of the interspike-interval histograms', ...pydant },
  PETH_similarity_matrix: { shape: 'N, N', meaning: 'of the peri-event time histograms', ...pydant },
  SimilarityMatrix: {
    shape: 'N, N',
    meaning: 'weighted similarity',
    ...pydant,
    archived: [
      ['ClusteringResults.npz', 'similarity_matrix'],
      ['Output.npz', 'SimilarityMatrix'],
    ],
  },
  DistanceMatrix: {
    shape: 'N, N',
    meaning: '1 / (1 + tanh similarity)',
    ...pydant,
    archived: [['ClusteringResults.npz', 'distance_matrix']],
  },
  ClusterMatrix: { shape: 'N, N', meaning: 'whether two units are in the same cluster', ...pydant },
  SimilarityWeights: {
    shape: '[G,] features',
    meaning: 'weights of the features',
    ...pydant,
    archived: [
      ['ClusteringResults.npz', 'weights'],
      ['Output.npz', 'SimilarityWeights'],
    ],
  },
  SimilarityThreshold: {
    shape: '[G]',
    meaning: 'similarity above which a match is good; NaN: not learned',
    ...pydant,
    archived: [
      ['ClusteringResults.npz', 'thres'],
      ['Output.npz', 'SimilarityThreshold'],
    ],
  },
  SimilarityPairs: {
    shape: 'P, 2',
    meaning: 'nearby pairs of units, which weights were learned from',
    ...pydant,
    archived: [
      ['ClusteringResults.npz', 'idx_unit_pairs'],
      ['Output.npz', 'SimilarityPairs'],
    ],
  },
  CurationPairs: { shape: 'Q, 2', meaning: 'pairs of units that curation took apart', ...pydant },
  CurationTypes: { shape: 'Q', meaning: 'why: 1 same session, 2 low similarity', ...pydant },
  CurationTypeNames: { shape: '2', meaning: 'names of these', ...pydant },
  motion_linear_scale: { shape: '[G]', meaning: 'factor of motion_linear, 0.001', ...pydant },
  motion_linear: { shape: '[G,] S', meaning: 'motion per depth, µm per mm', ...pydant },
  motion_quadratic: { shape: '[G,] S', meaning: 'motion per squared depth, µm per mm²; missing: 0' },
  motion_constant: { shape: '[G,] S', meaning: 'motion at depth 0, µm', ...pydant },
  motion_linear_interval: { shape: '[G,] S, 2', meaning: 'bounds of the 95 % interval of motion_linear' },
  motion_constant_interval: { shape: '[G,] S, 2', meaning: 'bounds of the 95 % interval of motion_constant' },
  motion_component: {
    shape: '[G,] S',
    meaning: 'sessions with equal numbers are connected; between others the motion is not known',
  },
  RunTimeSec: { shape: '', meaning: 'seconds that the run took', ...pydant },
  MatchProbabilityPairs: { shape: 'P, 2', meaning: 'nearby pairs of units of connected sessions' },
  MatchProbability: { shape: 'P', meaning: 'that they are one neuron, by the two units, their rivals and the decoys' },
  MatchedProbability: { shape: 'M', meaning: 'that the matched pairs are one neuron' },
  ClusterConfidence: { shape: 'K', meaning: 'expected share of right pairs in each cluster' },
  FalsePositiveRate: { shape: '[G]', meaning: 'expected share of wrong pairs among the matched ones; NaN without any' },
  SplitCandidates: { shape: 'Q, 2', meaning: 'units of one session that are one neuron with a probability above 0.95' },
  ContaminatedUnits: { shape: 'R', meaning: 'units without a refractory period; they are not matched' },
  Connections: {
    shape: 'pairs of sessions, 8',
    meaning:
      'shank (0: all in one); the two sessions, from 1; 1: they are connected, 0: nothing was matched between them; motion from the ' +
      'first to the second in the middle of the probe, µm, NaN: not known; probability that chance makes as many ' +
      'displacements agree; matched pairs of units; pairs that the motion rests on',
  },
  ScoreCounts: {
    shape: 'bins, 3',
    meaning:
      'of the candidate pairs, by score: lower edge (ln odds before calibration), their number, and the number of wrong ones that ' +
      'decoys make expect',
  },
  leafOrder: {
    shape: 'N',
    meaning: 'order of the units in the distance matrix',
    file: false,
    archived: [
      ['ClusteringResults.npz', 'leafOrder'],
      ['Output.npz', 'IdxSort'],
    ],
  },
  clustersBeforeCuration: {
    shape: 'N',
    meaning: 'clusters before curation',
    file: false,
    archived: [['ClusteringResults.npz', 'idx_cluster_hdbscan']],
  },
  sessions: { shape: 'N', meaning: 'session of each unit', file: false, archived: [['Output.npz', 'Sessions']] },
  settings: { shape: '', meaning: 'settings as JSON', file: false, archived: [['Output.npz', 'Params']] },
} as const satisfies Record<string, ResultEntry>;

/** Columns of `Connections`. */
export const connectionColumns = [
  'shank',
  'sessionA',
  'sessionB',
  'isConnected',
  'displacementUm',
  'chanceProbability',
  'matches',
  'motionMatches',
] as const;

/** Name of an array of a result. */
export type ResultName = keyof typeof resultSchema;

/** Archives that hold copies of the arrays. */
export const archiveFiles = { clusteringResults: 'ClusteringResults.npz', output: 'Output.npz' } as const;

/** Where an array can be found besides its own file. */
export function archivedPlaces(name: ResultName): readonly (readonly [Archive, string])[] {
  return (resultSchema[name] as ResultEntry).archived ?? [];
}

/** Names of the files that pyDANT writes. */
export const pydantFiles: ReadonlySet<string> = new Set([
  ...Object.entries<ResultEntry>(resultSchema)
    .filter(([, { isPydant }]) => isPydant)
    .map(([name]) => `${name}.npy`),
  ...Object.values(archiveFiles),
]);

/** What a run was made with and how it went, as JSON; see `RunRecord`. */
export const runRecordFile = 'run.json';

/** Similarity matrices of the features. */
export const similarityFiles = {
  Waveform: 'waveform_similarity_matrix',
  ISI: 'ISI_similarity_matrix',
  AutoCorr: 'AutoCorr_similarity_matrix',
  PETH: 'PETH_similarity_matrix',
} as const satisfies Record<FeatureName, ResultName>;

/** Folder of the results of one shank, in that of the run. */
export const shankFolder = (shank: number) => `Shank${shank}`;

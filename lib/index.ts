// The public interface of the package.
export { track, runTracking, type RunOutcome, type RunTrackingOptions, type TrackInput } from './run/run.js';
export type { TrackOptions } from './tracking/run_context.js';
export type {
  GroupResult,
  MatchModel,
  MotionIteration,
  ProbabilisticGroup,
  ReferenceGroup,
  TrackResult,
} from './tracking/result.js';
export type { UnitFeatures } from './features/unit_features.js';
export type { ProgressEvent, Stage } from './tracking/progress.js';
export type { RunOptions } from './native/run.js';

export { refreshReport } from './report/refresh.js';
export type { ReportOptions, WrittenReport } from './report/write_report.js';

export { elementCount, type NdArray, type NumericData } from './arrays.js';
export { DantError, errorCodes, type ErrorCode } from './errors.js';
export { datasetFromArrays, type TrackingArrays } from './dataset/from_arrays.js';
export {
  checkDataset,
  datasetRequirements,
  loadDataset,
  type DatasetCheck,
  type DatasetFacts,
  type DatasetRequirements,
} from './dataset/load.js';
export type { Dataset } from './recording/dataset.js';
export {
  completeSettings,
  defaultSettings,
  featureNames,
  loadSettings,
  parseSettings,
  type FeatureName,
  type PartialSettings,
  type Settings,
} from './settings/index.js';

export * from './features/index.js';
export { krigeWaveforms, type KrigingParams } from './correction/krige.js';
export { motionAt, motionLinearScale, noMotion, type Motion } from './recording/motion.js';
export {
  rowSimilarity,
  waveformSimilarity,
  type SimilarityMatrix,
  type WaveformSimilarityParams,
} from './similarity/compare.js';
export { hdbscan, type HdbscanInput, type HdbscanResult } from './clustering/hdbscan.js';
export { lda, type LdaInput, type LinearDiscriminant } from './clustering/lda.js';
export { optimalLeafOrder, type LeafOrderInput } from './clustering/leaf_order.js';
export { singleLinkage, type Linkage, type SingleLinkageInput } from './clustering/linkage.js';
export { curateClusters, type Curation, type CurationInput } from './curation/curate.js';
export { estimateMotion, type MatchedDepths, type MotionEstimate, type MotionOptions } from './motion/estimate.js';

export {
  importSessions,
  type ImportControl,
  type ImportedDataSet,
  type ImportSummary,
} from './import/import_sessions.js';
export type { ImportOptions, SessionSource } from './import/options.js';
export { exportToPhy } from './export/phy.js';
export { exportCsv, exportNpz, type TableOptions } from './export/table.js';
export { trackedUnits, type TrackedUnit } from './export/tracked_units.js';
export type { UnitOrigin } from './import/units_table.js';
export { readSessionsFile } from './import/sessions_file.js';

export { simulate, type SimulateControl, type SimulationSummary } from './simulate/simulate.js';
export { simulateRaw, type RawSummary } from './simulate/raw/simulate_raw.js';
export type { SimulateOptions } from './simulate/parameters.js';
export { presets as simulationPresets, type PresetName } from './simulate/presets.js';
export type { SimulationParameters } from './simulate/table.js';
export { scoreResult, type Score } from './score/score.js';
export type { ConfidenceScore, ReliabilityBin } from './score/confidence.js';
export type { MotionError } from './score/motion.js';
export type { PairScore } from './score/pairs.js';

export { readNpy, type NpyArray, type NumericNpy, type ReadNpyOptions, type TextNpy } from './files/npy.js';
export { NpyWriter, writeNpy, type WriteOptions } from './files/npy_writer.js';
export { readNpz } from './files/npz.js';
export { NpzWriter, writeNpz } from './files/npz_writer.js';

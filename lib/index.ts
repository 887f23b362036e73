import './native/package_folder.js';
// The public interface of the package.
export { track, runTracking, type RunOutcome, type RunTrackingOptions, type TrackInput } from './run/run.js';
export type { TrackOptions } from './tracking/run_context.js';
export type {
  GroupResult,
  MatchModel,
  MotionIteration,
  ProbabilisticGroup,
  ReferenceGroup,
  SessionConnections,
  SessionPair,
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
export { recognise, type Recognised, type SessionForm } from './import/recognise.js';
export { importBombcell, type BombcellImportOptions } from './import/bombcell/import_bombcell.js';
export { importMatlab, type MatlabImportOptions } from './import/matlab/import_matlab.js';
export { importNwb, type NwbImportOptions } from './import/nwb/import_nwb.js';
export { importAnalyzers, type AnalyzerImportOptions } from './import/sorting_analyzer/import_analyzers.js';
export { exportToNwb, type NwbExportOptions } from './export/nwb.js';
export { exportToPhy } from './export/phy.js';
export { exportCsv, exportNpz, type TableOptions } from './export/table.js';
export { trackedUnits, type TrackedUnit } from './export/tracked_units.js';
export type { UnitOrigin } from './import/units_table.js';
export { readSessionsFile } from './import/sessions_file.js';

export {
  findSessions,
  openOneCache,
  type OneCache,
  type OneSession,
  type SessionQuery,
} from './import/ibl/one_cache.js';
export { findProbe, type FoundProbe, type ProbeQuery } from './import/ibl/find_probe.js';
export type { AlfArray, AlfObject } from './import/ibl/alf_object.js';
export type { HistologyLevel } from './import/ibl/insertions.js';
export { loadChannels, type ProbeChannels } from './import/ibl/load_channels.js';
export { loadSpikeSorting, type SpikeSorting, type SpikeSortingOptions } from './import/ibl/load_spike_sorting.js';
export { mergeClusters, type MergeInput } from './import/ibl/merge_clusters.js';
export { metricNames, unitMetrics, type SortedSpikes, type UnitMetrics } from './import/ibl/metrics/unit_metrics.js';
export { loadDrift, type ProbeDrift } from './import/ibl/load_drift.js';
export { loadProbeClock, type ProbeClock } from './import/ibl/probe_clock.js';
export { binCounts, type BinCounts, type BinLimits } from './import/ibl/bin_counts.js';
export { firingRateImage, type RateImage } from './import/ibl/rate_image.js';
export { spikeRaster, type SpikeRaster, type SpikesInDepth } from './import/ibl/spike_raster.js';
export { brainRegion, type BrainRegion } from './import/ibl/brain_regions.js';
export { importIbl, type IblImportOptions } from './import/ibl/import_ibl.js';
export { recogniseIbl, type IblFolder } from './import/ibl/recognise.js';
export { readParquet, type Table, type TableColumn } from './files/parquet.js';

export { resample, type ResamplingMethod } from './processing/resample.js';
export { processAp, processLfp, type LfpOptions, type ProcessedEphys } from './processing/ephys.js';
export type { EphysPaths } from './processing/ephys_file.js';
export type { Lag } from './processing/lag.js';
export {
  behaviourTable,
  croppedBehaviour,
  writeBehaviour,
  type BehaviourSignal,
  type BehaviourTable,
} from './processing/behaviour.js';
export { assessNoise, type NoiseAssessment } from './processing/noise.js';
export { Camera } from './processing/camera.js';
export { atEveryMs, frameTimes } from './processing/frame_times.js';
export { motionIndex, type Polygon } from './processing/motion_index.js';
export { readDeepLabCut, writeMotionTracking, type TrackedParts } from './processing/motion_tracking.js';
export { extractVideo } from './processing/video.js';
export { writeFrame, type FrameAxis, type FrameLevel } from './files/pandas_hdf5.js';
export { AlignedTable } from './alignment/aligned_table.js';
export { alignedRateConfidence, alignTrials, type Aligned, type AlignOptions } from './alignment/align_trials.js';
export { alignClips, type Clip } from './alignment/clips.js';
export { spikeRateConfidence, type ConfidenceOptions } from './alignment/confidence.js';
export { exportTracking, type TrackingExport } from './alignment/export_tracking.js';
export { neuronRates, trackedNeurons, type NeuronRates, type TrackedNeuron } from './alignment/neuron_rates.js';
export { selectUnits, type SelectedUnits, type UnitSelection } from './alignment/select_units.js';
export { SessionData } from './alignment/session_data.js';
export { alignSpikeRates, alignSpikeTimes, type UnitSpikes } from './alignment/spikes.js';
export { spikeWaveforms } from './alignment/spike_waveforms.js';
export { findTrials, type ActionLabels, type Trial, type TrialKind } from './alignment/trials.js';
export {
  unitWaveformMetrics,
  waveformMetricNames,
  writeWaveformMetrics,
  type UnitWaveformMetrics,
} from './alignment/unit_waveform_metrics.js';
export { spikeWidth, waveformMetrics, type WaveformMetrics } from './alignment/waveform_metrics.js';

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

export { openExperiment, type ExperimentOptions } from './experiment/folders.js';
export type { Experiment, Session, SessionFile, SessionRecording } from './experiment/session.js';
export {
  processExperiment,
  type ProcessControl,
  type ProcessOptions,
  type ProcessSummary,
} from './experiment/process.js';
export { loadTask, presetTasks, type Task } from './experiment/task.js';
export { TdmsFile, type TdmsChannel } from './tdms/tdms_file.js';
export { simulateExperiment, type ExperimentSummary } from './simulate/experiment/simulate_experiment.js';

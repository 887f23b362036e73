/** Spikes in any order. */
export interface SpikeRecords {
  /** (n) from the beginning of the segment */
  samples: ArrayLike<number>;
  /** (n) rows of the units */
  units: ArrayLike<number>;
  /** (n) */
  segments: ArrayLike<number>;
}

/** What a folder of SpikeInterface holds, whatever its form. */
export interface AnalyzerStore {
  folder: string;
  /** "binary_folder", "zarr" or "WaveformExtractor" */
  format: string;
  /** Version of SpikeInterface */
  version: string | undefined;
  unitIds: (string | number)[];
  recording: RecordingInfo;
  /** Whether the templates are in µV */
  isInUv: boolean;
  msBefore: number;
  /** Spikes that are averaged per unit, at most; undefined: not known */
  mostAveraged: number | undefined;
  /** (units, channels) 1: measured; undefined: all are */
  sparsity: ArrayLike<number> | undefined;
  /** (units, samples, channels) */
  templateShape: readonly number[];
  /** (samples, channels) of a unit, by its row */
  template(unit: number): Promise<ArrayLike<number>>;
  /** Names of the units' properties */
  properties: string[];
  /** Undefined: it is no text */
  property: (name: string) => Promise<string[] | undefined>;
  /** All spikes, block by block; may be asked for again */
  spikes(): AsyncIterable<SpikeRecords>;
}

/** recording_info of a folder. */
export interface RecordingInfo {
  sampleRateHz: number;
  /** Samples of each segment */
  lengths: number[];
  channels: number;
  /** (channels) µV of a count, and what is added; undefined: not known */
  gains: number[] | undefined;
  offsets: number[] | undefined;
  probes: Probe[];
}

/** As probeinterface writes it. */
export interface Probe {
  si_units?: string;
  contact_positions: number[][];
  shank_ids?: string[];
  device_channel_indices?: number[];
}

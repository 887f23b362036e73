import type { JobControl } from '../arguments.js';

interface SpikeTrains {
  /** Spike times of all units, one unit after the other. */
  timesMs: Float64Array;
  /** (N + 1): unit k has the times offsets[k] … offsets[k + 1] − 1. */
  offsets: Float64Array;
}

interface Binning {
  windowMs: number;
  binWidthMs: number;
  gaussianSigmaMs: number;
}

/** Features of single units, and spike trains. */
export interface FeaturesFunctions {
  /** Peak channel and location of each unit (N units, C channels, T samples), into the last three arrays. */
  locateUnits(
    params: JobControl & {
      /** (N, C, T), µV */
      waveforms: Float32Array | Float64Array;
      units: number;
      channels: number;
      samples: number;
      /** (C, 2): x, y */
      channelLocationsUm: Float64Array;
      nearestChannels: number;
      /** Monopolar triangulation, else centre of mass. */
      monopolar: boolean;
      /** (N) */
      peakChannels: Int32Array;
      /** (N, 3): x, y, z */
      locationsUm: Float64Array;
      /** (N): µV·µm of the monopole, or µV of the peak channel */
      amplitudes: Float64Array;
    },
  ): Promise<void>;

  /** The waveforms (N, C, T), each with its peak channel's minimum in the middle, into `out` of the same type. */
  centreWaveforms(
    params: JobControl & {
      waveforms: Float32Array | Float64Array;
      units: number;
      channels: number;
      samples: number;
      out: Float32Array | Float64Array;
    },
  ): Promise<void>;

  /**
   * smallestMs (N), largestMs (N) = range of each unit's spike times: NaN where one of them is not finite, ∞ and −∞ where there
   * are none.
   */
  spikeRanges(params: JobControl & SpikeTrains & { smallestMs: Float64Array; largestMs: Float64Array }): Promise<void>;

  /** Autocorrelograms of all units into `out` (N, 2n − 1), n = floor(windowMs / binWidthMs) + 1. */
  autoCorrelograms(params: JobControl & SpikeTrains & Binning & { out: Float64Array }): Promise<void>;

  /** Inter-spike interval histograms of all units into `out` (N, bins); bins begin at 0, b, 2b, … below the window. */
  isiHistograms(params: JobControl & SpikeTrains & Binning & { out: Float64Array }): Promise<void>;

  /** Numbers of pairs of a spike of `a` and one of `b` (ms, any order) by their lag; (2n − 1), n as above. */
  crossCorrelogram(
    params: JobControl & { a: Float64Array; b: Float64Array; windowMs: number; binWidthMs: number },
  ): Promise<Float64Array>;

  /** Smooths each row of `rows` (rows × length) into `out`. */
  gaussianFilter1d(
    params: JobControl & { rows: Float64Array; length: number; sigmaBins: number; out: Float64Array },
  ): Promise<void>;
}

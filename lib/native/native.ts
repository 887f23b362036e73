/**
 * The native functions: the one place that declares them. Each takes one object, runs off the JavaScript thread and
 * returns a promise. Arguments are checked by the callers in TypeScript; the native side checks types and lengths again.
 * Arrays are flat, in C order; the comment behind each gives its shape and unit. Call them through `runNative`.
 */

import type { NumericData } from '../arrays.js';

/** Part of every call; filled in by `runNative`. */
export interface JobControl {
  /** Threads that the call may use; −1: all cores. */
  threads: number;
  /** [0]: set to 1 to abort. [1]: done share in millionths. */
  control: Int32Array;
}

export interface NativeAddon {
  /**
   * CRC-32 as in zip archives of `bytes`, which follow bytes whose CRC-32 is `previous` (0: none). The one function
   * that returns its result at once, on the calling thread: a megabyte takes a fraction of a millisecond.
   */
  crc32(params: { bytes: Uint8Array; previous: number }): number;

  /**
   * Puts slices firstSlice, firstSlice + 1, … of an array's last axis, which stand in `slab` in Fortran order, to their
   * places in `target`, the whole array of `shape` (at least two axes) in C order.
   */
  fortranToC(
    params: JobControl & {
      slab: NumericData;
      target: NumericData;
      shape: Float64Array;
      /** Size of an element: 1, 2, 4 or 8. */
      itemBytes: number;
      firstSlice: number;
    },
  ): Promise<void>;

  /** notFinite[row] = 1 if that row of `values` (rows × any length) holds NaN or infinity, else 0. */
  findNonFiniteRows(params: JobControl & { values: Float32Array | Float64Array; notFinite: Uint8Array }): Promise<void>;

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

export type NativeFunction = {
  [Name in keyof NativeAddon]: Name;
}[keyof NativeAddon];

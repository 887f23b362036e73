import {
  allowFlag,
  arrayOf,
  integersOf,
  positionsOf,
  requireInteger,
  requireObject,
  requireOptions,
  type NumberList,
} from '../arguments.js';
import type { NdArray } from '../arrays.js';
import { shiftsOf } from '../correction/krige.js';
import { argumentError } from '../errors.js';
import { locateUnits } from '../features/locations.js';
import { waveformAxes, type Waveforms } from '../recording/waveforms.js';
import { sharedArray } from '../native/memory.js';
import type { WaveformsArgument } from '../native/native.js';
import { runNative, type RunOptions } from '../native/run.js';

/** Fisher z, atanh(r), of correlations (n, n), |z| ≤ 6; diagonal 6. */
export type FisherZ = Float32Array<ArrayBuffer>;

/** The same with its shape. */
export type SimilarityMatrix = NdArray<FisherZ>;

export interface WaveformSimilarityParams {
  /** (N, C, T) µV */
  waveforms: Waveforms;
  /** (C, 2) x, y of each channel, µm */
  channelLocationsUm: NdArray;
  /** (C) shank of each channel; default: all on one */
  channelShanks?: NumberList;
  /** Channels around the peak channel, on its shank, that two waveforms are compared over. Default 38. */
  nearestChannels?: number;
  /** (K, N) how far each unit's waveform is moved along the probe (kriging) for each of K templates, µm; default: not. */
  shiftsUm?: NdArray;
  /** Compares waveforms as numbers of 16 bits: in two thirds of the time, r within 1e-5 over 38 channels (within 4e-5 over one). Default false: z within 1e-6. */
  quantised?: boolean;
}

/**
 * Similarity of the waveforms of every two units: the correlation over the channels around the peak channel of one of
 * them, whichever is larger, and the largest over the templates. A waveform without variance there has similarity 0.
 */
export async function waveformSimilarity(
  params: WaveformSimilarityParams,
  options: RunOptions = {},
): Promise<SimilarityMatrix> {
  const {
    waveforms,
    channelLocationsUm,
    nearestChannels = 38,
    quantised = false,
    ...given
  } = requireObject('params', params);
  const { units, channels, samples } = waveformAxes(waveforms);
  const locations = positionsOf('channelLocationsUm', channelLocationsUm, channels);
  requireInteger('nearestChannels', nearestChannels, 1);
  allowFlag('quantised', quantised);
  const channelShanks =
    given.channelShanks === undefined ? undefined : integersOf('channelShanks', given.channelShanks, channels);
  const shiftsUm = given.shiftsUm === undefined ? undefined : shiftsOf(given.shiftsUm, units);
  const { peakChannels } = await locateUnits({ waveforms, channelLocationsUm, algorithm: 'center_of_mass' }, options);
  const similarity = sharedArray(Float32Array, units ** 2);
  await compareWaveforms(
    {
      waveforms: waveforms.data,
      units: Int32Array.from({ length: units }, (_, unit) => unit),
      channels,
      samples,
      channelLocationsUm: locations,
      channelShanks,
      nearestChannels,
      peakChannels,
      shiftsUm: shiftsUm?.data,
      quantised,
    },
    similarity,
    options,
  );
  return { data: similarity, shape: [units, units] };
}

/**
 * Similarity of every two rows of a table (N, L), such as autocorrelograms, ISI histograms or PETHs. With `skipNaN`, over the
 * columns in which both have a value (two rows without one are an error); else a row that holds NaN has 0 with all others.
 */
export async function rowSimilarity(
  rows: NdArray,
  params: { skipNaN?: boolean } = {},
  options: RunOptions = {},
): Promise<SimilarityMatrix> {
  const { skipNaN = false } = requireOptions('params', params);
  allowFlag('skipNaN', skipNaN);
  const { data, shape } = arrayOf('rows', rows);
  const [count] = shape;
  if (shape.length !== 2) throw argumentError('rows', 'an array of shape (units, values)', rows);
  const similarity = sharedArray(Float32Array, count! ** 2);
  const gapNames = skipNaN ? Int32Array.from({ length: count! }, (_, row) => row) : undefined;
  await compareRows(data, gapNames, similarity, options);
  return { data: similarity, shape: [count!, count!] };
}

/** What waveforms are compared with; the arrays are of the right lengths. */
export interface ComparedWaveforms extends WaveformsArgument {
  /** (C) */
  channelShanks: Int32Array | undefined;
  nearestChannels: number;
  /** (n) channels at which the units peak as recorded */
  peakChannels: Int32Array;
  /** (K, n) µm; undefined: compared as recorded */
  shiftsUm: Float64Array | undefined;
  quantised: boolean;
}

/** Fills `similarity` (n, n); the time resolves that was spent on correcting waveforms. */
export async function compareWaveforms(
  compared: ComparedWaveforms,
  similarity: FisherZ,
  options: RunOptions,
): Promise<{ correctionSeconds: number }> {
  return runNative((native, control) => native.waveformSimilarity({ ...control, ...compared, similarity }), options);
}

/**
 * Fills `similarity` (n, n) with Fisher z of the correlations of `rows` (n, L). With `gapNames` (n), over the columns that
 * are not NaN in both rows; a pair without any is an error that calls the rows by these numbers.
 */
export async function compareRows(
  rows: Float64Array,
  gapNames: Int32Array | undefined,
  similarity: FisherZ,
  options: RunOptions,
): Promise<void> {
  const count = Math.sqrt(similarity.length);
  await runNative(
    (native, control) => native.rowSimilarity({ ...control, rows, count, gapNames, similarity }),
    options,
  );
}

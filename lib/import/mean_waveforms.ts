import { abortError } from '../errors.js';
import { runNative, type RunOptions } from '../native/run.js';
import type { RawSource } from './raw_source.js';
import { WindowSums, windowBytes } from './window_sums.js';

/** What mean waveforms are made of. */
export interface MeanWaveformsInput {
  source: RawSource;
  /** (C) columns of the recording */
  channels: Int32Array;
  /** (C) */
  uvPerBit: Float64Array;
  sampleRateHz: number;
  /** Of each unit, the spikes to average: samples in ascending order, with a whole window in the recording. */
  spikes: readonly Float64Array[];
  /** 0: the recording is filtered already */
  highPassHz: number;
  /** Whether the median over all C channels is subtracted, after the filter; default: not */
  commonMedian?: boolean | undefined;
  /** Whether the means of both halves of the recording are wanted too; default: not */
  halves?: boolean | undefined;
}

export interface MeanWaveforms {
  /** (units, C, 61) µV; the trough of the peak channel at sample 20 */
  waveforms: Float32Array;
  /** (units, 2, C, 61) µV, NaN where a unit is silent in a half; empty if not asked for */
  halves: Float32Array;
  /** (units) samples by which the trough is later than the spike time */
  shifts: Int32Array;
  /** (units) */
  peakChannels: Int32Array;
}

export const waveformSamples = 61;
export const troughSample = 20;
const maxShift = 10;
/** What the filter needs on each side at the ends of a recording. */
const margin = 300;
const windowSamples = waveformSamples + 2 * maxShift;
/** Samples of a window before the spike time. */
const windowBefore = troughSample + maxShift;

/** The memory that sums may take. */
const mostSumBytes = 256 * 2 ** 20;

/** Whether a spike is far enough from the ends of a recording. */
export function hasWindow(spike: number, rows: number): boolean {
  return spike >= windowBefore + margin && spike - windowBefore + windowSamples + margin <= rows;
}

/**
 * Mean waveforms of units in µV, high-pass filtered (Butterworth, order 3, zero phase) as the whole recording would be. The
 * recording is read once, in order (once more for every 1800 units of 384 channels). Rejects with DANT_DATA if it cannot be read.
 */
export async function meanWaveforms(input: MeanWaveformsInput, options: RunOptions = {}): Promise<MeanWaveforms> {
  const { channels, spikes, halves = false } = input;
  const size = channels.length * waveformSamples;
  const result = emptyMeans(spikes.length, size, halves);
  const parts = halves ? 2 : 1;
  const most = Math.max(1, Math.floor(mostSumBytes / (parts * windowBytes(channels.length, windowSamples))));
  const passes = Math.ceil(spikes.length / most);
  for (let pass = 0; pass < passes; pass++) {
    const first = pass * most;
    const means = await onePass(
      { ...input, spikes: spikes.slice(first, first + most) },
      { ...options, onProgress: (share) => options.onProgress?.((pass + share) / passes) },
    );
    result.waveforms.set(means.waveforms, first * size);
    result.halves.set(means.halves, 2 * first * size);
    result.shifts.set(means.shifts, first);
    result.peakChannels.set(means.peakChannels, first);
  }
  return result;
}

function emptyMeans(units: number, size: number, halves: boolean): MeanWaveforms {
  return {
    waveforms: new Float32Array(units * size),
    halves: new Float32Array(halves ? 2 * units * size : 0),
    shifts: new Int32Array(units),
    peakChannels: new Int32Array(units),
  };
}

async function onePass(input: MeanWaveformsInput, { threads, signal, onProgress }: RunOptions): Promise<MeanWaveforms> {
  const { source, channels, uvPerBit, spikes, sampleRateHz, highPassHz, halves = false, commonMedian = false } = input;
  const run = { threads, signal };
  // Each half of the recording counts as a unit of its own.
  const groups = halves ? spikes.flatMap((times) => inHalves(times, source.rows / 2)) : spikes;
  const sums = new WindowSums(
    {
      source,
      channels,
      sampleRateHz,
      highPassHz,
      spikes: groups,
      before: windowBefore,
      window: windowSamples,
      medianUvPerBit: commonMedian ? uvPerBit : undefined,
    },
    run,
  );
  // The next block is read while the windows of one are added.
  let reading = sums.read(0);
  for (let block = 0; block < sums.blocks; block++) {
    const filled = await reading;
    if (signal?.aborted) throw abortError(signal);
    reading = block + 1 < sums.blocks ? sums.read(block + 1) : reading;
    try {
      await sums.add(block, filled);
    } catch (error) {
      await reading.catch(() => undefined);
      throw error;
    }
    onProgress?.((block + 1) / sums.blocks);
  }
  const means = emptyMeans(spikes.length, channels.length * waveformSamples, halves);
  await runNative(
    (native, control) =>
      native.finishMeans({
        ...control,
        ...means,
        sums: sums.windows,
        outside: sums.outside,
        counts: Int32Array.from(groups, ({ length }) => length),
        baselines: sums.baselines(),
        medians: sums.medians,
        uvPerBit,
        sampleRateHz,
        highPassHz,
        samples: waveformSamples,
        trough: troughSample,
        maxShift,
        parts: halves ? 2 : 1,
      }),
    run,
  );
  return means;
}

function inHalves(times: Float64Array, middle: number): [Float64Array, Float64Array] {
  const found = times.findIndex((time) => time >= middle);
  const at = found < 0 ? times.length : found;
  return [times.subarray(0, at), times.subarray(at)];
}

import { sharedArray } from '../native/memory.js';
import { runNative, type RunOptions } from '../native/run.js';
import { piecesInOrder } from './pieces_in_order.js';
import type { Piece, RawSource } from './raw_source.js';

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
}

export interface MeanWaveforms {
  /** (units, C, 61) µV; the trough of the peak channel at sample 20 */
  waveforms: Float32Array;
  /** (units) samples by which the trough is later than the spike time */
  shifts: Int32Array;
  /** (units) */
  peakChannels: Int32Array;
}

export const waveformSamples = 61;
export const troughSample = 20;
const margin = 300;
const maxShift = 10;
const windowSamples = waveformSamples + 2 * (margin + maxShift);
/** Samples of a window before the spike time. */
const windowBefore = troughSample + margin + maxShift;

/** The memory that everything may take together, and the sums and the block of samples alone. */
const workBytes = 800 * 2 ** 20;
const mostSumBytes = 640 * 2 ** 20;
const mostBlockBytes = 256 * 2 ** 20;

/** Whether a spike has a whole window in a recording. */
export function hasWindow(spike: number, rows: number): boolean {
  return spike >= windowBefore && spike - windowBefore + windowSamples <= rows;
}

/**
 * Mean waveforms of units in µV, high-pass filtered (Butterworth, order 3, zero phase). The recording is read once, in
 * order (once more for every 600 units of 384 channels); the sums are exact. Rejects with DANT_DATA if it cannot be read.
 */
export async function meanWaveforms(input: MeanWaveformsInput, options: RunOptions = {}): Promise<MeanWaveforms> {
  const { channels, spikes } = input;
  const size = channels.length * waveformSamples;
  const result: MeanWaveforms = {
    waveforms: new Float32Array(spikes.length * size),
    shifts: new Int32Array(spikes.length),
    peakChannels: new Int32Array(spikes.length),
  };
  const most = Math.max(1, Math.floor(mostSumBytes / (4 * channels.length * windowSamples)));
  const passes = Math.ceil(spikes.length / most);
  for (let pass = 0; pass < passes; pass++) {
    const first = pass * most;
    const last = Math.min(spikes.length, first + most);
    const means = await onePass(
      { ...input, spikes: spikes.slice(first, last) },
      { ...options, onProgress: (share) => options.onProgress?.((pass + share) / passes) },
    );
    result.waveforms.set(means.waveforms, first * size);
    result.shifts.set(means.shifts, first);
    result.peakChannels.set(means.peakChannels, first);
  }
  return result;
}

async function onePass(input: MeanWaveformsInput, { threads, signal, onProgress }: RunOptions): Promise<MeanWaveforms> {
  const { source, channels, uvPerBit, spikes, sampleRateHz, highPassHz } = input;
  const run = { threads, signal };
  const sums = new WindowSums(input, run);
  let rowsDone = 0;
  const pieces = piecesInOrder(source, signal);
  for await (const piece of pieces) {
    await sums.add(piece);
    rowsDone += piece.rows;
    onProgress?.(rowsDone / source.rows);
  }
  await sums.end();
  const means: MeanWaveforms = {
    waveforms: new Float32Array(spikes.length * channels.length * waveformSamples),
    shifts: new Int32Array(spikes.length),
    peakChannels: new Int32Array(spikes.length),
  };
  await runNative(
    (native, control) =>
      native.finishMeans({
        ...control,
        ...means,
        sums: sums.sums,
        counts: Int32Array.from(spikes, ({ length }) => length),
        uvPerBit,
        sampleRateHz,
        highPassHz,
        samples: waveformSamples,
        trough: troughSample,
        margin,
        maxShift,
      }),
    run,
  );
  return means;
}

/** Sums of windows, filled as pieces come: samples are collected in a block, channel after channel. */
class WindowSums {
  /** (C, units, window) */
  readonly sums: Int32Array;
  private readonly block: Int16Array;
  private readonly capacity: number;
  /** Row of the recording that the block begins with, and samples in it */
  private first = 0;
  private filled = 0;
  /** Next spike of each unit */
  private readonly next: Int32Array;

  constructor(
    private readonly input: MeanWaveformsInput,
    private readonly run: RunOptions,
  ) {
    const { source, channels, spikes } = input;
    this.sums = sharedArray(Int32Array, channels.length * spikes.length * windowSamples);
    const bytes = Math.min(mostBlockBytes, workBytes - this.sums.byteLength);
    const largestPiece = Math.max(...source.pieces);
    this.capacity = Math.max(
      largestPiece + windowSamples,
      Math.min(source.rows, Math.floor(bytes / (2 * channels.length))),
    );
    this.block = sharedArray(Int16Array, channels.length * this.capacity);
    this.next = new Int32Array(spikes.length);
  }

  async add({ samples, rows, ...layout }: Piece): Promise<void> {
    const { block, capacity } = this;
    const { source, channels } = this.input;
    if (this.filled + rows > capacity) await this.flush();
    await runNative(
      (native, control) =>
        native.takeSamples({
          ...control,
          ...layout,
          samples: samples.subarray(0, rows * source.columns),
          rows,
          columns: source.columns,
          channels,
          block,
          capacity,
          at: this.filled,
        }),
      this.run,
    );
    this.filled += rows;
  }

  /** Call it after the last piece. */
  async end(): Promise<void> {
    await this.flush();
  }

  /** Adds all windows that end within the block, and keeps what the others need. */
  private async flush(): Promise<void> {
    const { block, capacity, filled, first, sums } = this;
    const { channels, spikes } = this.input;
    const end = first + filled;
    const starts: number[] = [];
    const offsets = new Int32Array(spikes.length + 1);
    spikes.forEach((times, unit) => {
      let i = this.next[unit]!;
      for (; i < times.length && times[i]! - windowBefore + windowSamples <= end; i++) {
        starts.push(times[i]! - windowBefore - first);
      }
      this.next[unit] = i;
      offsets[unit + 1] = starts.length;
    });
    await runNative(
      (native, control) =>
        native.addWindows({
          ...control,
          block,
          channels: channels.length,
          capacity,
          starts: Int32Array.from(starts),
          offsets,
          window: windowSamples,
          sums,
        }),
      this.run,
    );
    const kept = Math.min(filled, windowSamples - 1);
    await runNative(
      (native, control) =>
        native.keepSamples({ ...control, block, channels: channels.length, capacity, filled, count: kept }),
      this.run,
    );
    this.first += filled - kept;
    this.filled = kept;
  }
}

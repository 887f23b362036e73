import { sharedArray } from '../native/memory.js';
import { runNative, type RunOptions } from '../native/run.js';
import { tileChannels, type RawSource } from './raw_source.js';

/** Numbers that the filter keeps of the samples before a window, and of those behind it, per channel. */
const outsideStates = 6;
/** Rows that a block holds more on each side, by which the filter has forgotten what was before. */
const lead = 600;
/** Of two blocks, one of which is read while the other one is worked on. */
const blockBytes = 64 * 2 ** 20;
/** Every so many rows count for the baseline of a recording that is filtered already. */
const totalledEvery = 16;

export interface WindowSumsInput {
  source: RawSource;
  /** (C) */
  channels: Int32Array;
  sampleRateHz: number;
  /** 0: the recording is filtered already */
  highPassHz: number;
  /** (C) µV of a count, if medians over the channels are wanted */
  medianUvPerBit?: Float64Array | undefined;
  /** Per unit, samples in ascending order, with whole windows in the recording */
  spikes: readonly Float64Array[];
  /** Samples of a window, and those of it before the spike */
  window: number;
  before: number;
}

const tilesOf = (channels: number) => Math.ceil(channels / tileChannels);

/** What the sums of a unit take. */
export function windowBytes(channels: number, window: number): number {
  return tilesOf(channels) * tileChannels * (4 * window + 8 * outsideStates);
}

/** Rows of a block that were read. */
interface FilledBlock {
  block: Int16Array;
  /** Row of the recording that it begins with */
  first: number;
  rows: number;
}

/**
 * Sums of windows around spikes. The recording is read in blocks of a size that does not depend on how it is stored: a block has all
 * windows that begin in its part of the recording, and what the filter needs on both sides.
 */
export class WindowSums {
  readonly blocks: number;
  /** (⌈C/16⌉, units, window, 16) */
  readonly windows: Int32Array;
  /** (⌈C/16⌉, units, 2, 3, 16) what the filter keeps of the samples before and behind the windows */
  readonly outside: Float64Array;
  /** (units, window) of the medians over the channels, µV; empty: not wanted */
  readonly medians: Float64Array;
  private readonly tiles: number;
  private readonly rowsPerBlock: number;
  private readonly capacity: number;
  private readonly rooms: Int16Array[] = [];
  /** Next spike of each unit */
  private readonly next: Int32Array;
  /** (⌈C/16⌉, 16) of `totalled` rows, where there is no filter */
  private readonly totals: Float64Array;
  private totalled = 0;

  constructor(
    private readonly input: WindowSumsInput,
    private readonly run: RunOptions,
  ) {
    const { source, channels, spikes, window, highPassHz, medianUvPerBit } = input;
    this.tiles = tilesOf(channels.length);
    const lanes = this.tiles * tileChannels;
    this.windows = sharedArray(Int32Array, lanes * spikes.length * window);
    this.outside = sharedArray(Float64Array, highPassHz > 0 ? lanes * spikes.length * outsideStates : 0);
    this.medians = new Float64Array(medianUvPerBit ? spikes.length * window : 0);
    this.totals = new Float64Array(lanes);
    this.rowsPerBlock = Math.max(1, Math.min(source.rows, Math.floor(blockBytes / (2 * lanes))));
    this.capacity = Math.min(source.rows, this.rowsPerBlock + window + 2 * lead);
    this.blocks = Math.ceil(source.rows / this.rowsPerBlock);
    this.next = new Int32Array(spikes.length);
  }

  /** Reads a block; at most one more is in use. */
  async read(index: number): Promise<FilledBlock> {
    const { source, channels, window } = this.input;
    const first = Math.max(0, index * this.rowsPerBlock - lead);
    const rows = Math.min(source.rows, (index + 1) * this.rowsPerBlock + window + lead) - first;
    const block = this.rooms.pop() ?? sharedArray(Int16Array, this.tiles * tileChannels * this.capacity);
    await source.read(first, rows, { block, capacity: this.capacity, channels }, 0, this.run);
    return { block, first, rows };
  }

  /** Adds the windows of a block; call it in order. */
  async add(index: number, { block, first, rows }: FilledBlock): Promise<void> {
    const { channels, spikes, window, before, sampleRateHz, highPassHz } = this.input;
    const end = (index + 1) * this.rowsPerBlock;
    const starts: number[] = [];
    const offsets = new Int32Array(spikes.length + 1);
    spikes.forEach((times, unit) => {
      let i = this.next[unit]!;
      for (; i < times.length && times[i]! - before < end; i++) starts.push(times[i]! - before - first);
      this.next[unit] = i;
      offsets[unit + 1] = starts.length;
    });
    const windows = { starts: Int32Array.from(starts), offsets };
    const filled = { block, capacity: this.capacity, channels: channels.length, rows };
    await runNative(
      (native, control) =>
        native.addWindows({
          ...control,
          ...filled,
          ...windows,
          window,
          sampleRateHz,
          highPassHz,
          sums: this.windows,
          outside: this.outside,
        }),
      this.run,
    );
    if (highPassHz === 0) {
      await runNative(
        (native, control) => native.addRowTotals({ ...control, ...filled, totals: this.totals }),
        this.run,
      );
      this.totalled += Math.ceil(rows / totalledEvery);
    }
    await this.addMedians(filled, windows);
    this.rooms.push(block);
  }

  /** Sums the windows of the medians over all channels, which are not linear: they are those of every row. */
  private async addMedians(
    filled: { block: Int16Array; capacity: number; rows: number },
    { starts, offsets }: { starts: Int32Array; offsets: Int32Array },
  ): Promise<void> {
    const { window, sampleRateHz, highPassHz, medianUvPerBit: uvPerBit } = this.input;
    if (uvPerBit === undefined || starts.length === 0) return;
    const first = starts.reduce((least, start) => Math.min(least, start));
    const last = starts.reduce((most, start) => Math.max(most, start));
    const medians = new Float32Array(last + window - first);
    await runNative(
      (native, control) =>
        native.commonMedians({
          ...control,
          ...filled,
          first,
          sampleRateHz,
          highPassHz,
          baselines: this.baselines(),
          uvPerBit,
          medians,
        }),
      this.run,
    );
    for (let unit = 0; unit + 1 < offsets.length; unit++) {
      for (const start of starts.subarray(offsets[unit], offsets[unit + 1])) {
        for (let t = 0; t < window; t++) this.medians[unit * window + t]! += medians[start - first + t]!;
      }
    }
  }

  /** (C) the mean of each channel, where there is no filter. */
  baselines(): Float64Array {
    const { length } = this.input.channels;
    return this.totals.slice(0, length).map((total) => (this.totalled > 0 ? total / this.totalled : 0));
  }
}

import { argumentError } from '../errors.js';
import type { Events } from './events.js';
import type { CompleteImportOptions } from './options.js';

/** How peri-event time histograms are made. */
export type PethOptions = Pick<CompleteImportOptions, 'pethWindowMs' | 'pethBinMs' | 'pethSmoothMs'>;

/** Beyond this many standard deviations the kernel is 0. */
const kernelReach = 4;

/** @throws DANT_ARGUMENT unless the window is a whole number of bins. */
export function checkPethOptions({ pethWindowMs, pethBinMs, pethSmoothMs }: PethOptions): void {
  const [from, to] = pethWindowMs;
  if (pethWindowMs.length !== 2 || !(from! < to!))
    throw argumentError('pethWindowMs', 'two times, from and to', pethWindowMs);
  if (!(pethBinMs > 0)) throw argumentError('pethBinMs', 'a number of ms above 0', pethBinMs);
  if (!(pethSmoothMs >= 0)) throw argumentError('pethSmoothMs', 'a number of ms of at least 0', pethSmoothMs);
  const bins = (to! - from!) / pethBinMs;
  if (Math.abs(bins - Math.round(bins)) > 1e-9) {
    throw argumentError('pethBinMs', `a length that divides the window of ${to! - from!} ms`, pethBinMs);
  }
}

/** Makes the histograms of a session's units; all sessions have the same types. */
export class PethMaker {
  /** Bins of one type, and of a row: all types, one after the other */
  readonly bins: number;
  readonly length: number;
  private readonly padding: number;
  private readonly kernel: Float64Array;

  constructor(
    readonly types: readonly string[],
    private readonly options: PethOptions,
  ) {
    const { pethWindowMs, pethBinMs, pethSmoothMs } = options;
    this.bins = Math.round((pethWindowMs[1]! - pethWindowMs[0]!) / pethBinMs);
    this.length = this.bins * types.length;
    this.padding = Math.ceil((kernelReach * pethSmoothMs) / pethBinMs);
    this.kernel = gaussian(this.padding, pethSmoothMs / pethBinMs);
  }

  /** Events whose window, with what the smoothing needs on each side, lies within the recording. */
  whole(times: Float64Array, durationMs: number): Float64Array {
    const { pethWindowMs, pethBinMs } = this.options;
    const first = pethWindowMs[0]! - this.padding * pethBinMs;
    const last = pethWindowMs[1]! + this.padding * pethBinMs;
    return times.filter((time) => time + first >= 0 && time + last <= durationMs);
  }

  /**
   * A unit's row, spikes per second: the mean over the events of each type in bins of the window, smoothed by a Gaussian.
   * A type without events in the session is NaN.
   * @param spikesMs Ascending
   * @param events Those of `whole`
   */
  row(spikesMs: Float64Array, events: Events): Float64Array {
    const row = new Float64Array(this.length).fill(NaN);
    this.types.forEach((type, k) => {
      const times = events.get(type);
      if (times === undefined || times.length === 0) return;
      row.set(this.smoothed(this.counts(spikesMs, times), times.length), k * this.bins);
    });
    return row;
  }

  /** Spikes in the window and its padding, summed over the events. */
  private counts(spikesMs: Float64Array, times: Float64Array): Float64Array {
    const { pethWindowMs, pethBinMs } = this.options;
    const counts = new Float64Array(this.bins + 2 * this.padding);
    let first = 0;
    for (const time of times) {
      const begin = time + pethWindowMs[0]! - this.padding * pethBinMs;
      while (first < spikesMs.length && spikesMs[first]! < begin) first++;
      for (let i = first; i < spikesMs.length; i++) {
        const bin = Math.floor((spikesMs[i]! - begin) / pethBinMs);
        if (bin >= counts.length) break;
        counts[bin]!++;
      }
    }
    return counts;
  }

  private smoothed(counts: Float64Array, events: number): Float64Array {
    const perSecond = 1000 / (events * this.options.pethBinMs);
    return Float64Array.from({ length: this.bins }, (_, bin) => {
      let sum = 0;
      for (let k = 0; k < this.kernel.length; k++) sum += this.kernel[k]! * counts[bin + k]!;
      return perSecond * sum;
    });
  }
}

/** A Gaussian over 2 · reach + 1 bins whose sum is 1. */
function gaussian(reach: number, sigmaBins: number): Float64Array {
  const values = Float64Array.from({ length: 2 * reach + 1 }, (_, k) =>
    k === reach ? 1 : Math.exp(-0.5 * ((k - reach) / sigmaBins) ** 2),
  );
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
}

/** Whether every two sessions have a type of events in common, without which units of theirs cannot be compared. */
export function shareEvents(sessions: readonly (Events | undefined)[]): boolean {
  const types = sessions.map((events) =>
    [...(events ?? [])].filter(([, times]) => times.length > 0).map(([type]) => type),
  );
  return types.every((own) => types.every((others) => own.some((type) => others.includes(type))));
}

import type { NdArray } from '../arrays.js';
import { checkedTrains, type SpikeTrains } from '../recording/spike_trains.js';

/** Bins of equal width on a logarithmic scale: most neurons differ in bursts and pauses, not in the bins of 1 ms. */
export const intervalBins = { count: 40, fromMs: 1, toMs: 3000 } as const;
/** Units of fewer spikes are left out: their histogram is mostly noise. */
export const fewestSpikes = 200;

/**
 * Interspike-interval histograms (N, 40) over intervals of 1 to 3000 ms, each of sum 1; bins are half-open, the last one is
 * closed. NaN of units with fewer than 200 spikes or without such an interval.
 */
export function logIntervalHistograms(trains: SpikeTrains): NdArray<Float64Array> {
  const { units } = checkedTrains(trains);
  const { count, fromMs, toMs } = intervalBins;
  const edges = Float64Array.from({ length: count + 1 }, (_, k) =>
    k === count ? toMs : fromMs * (toMs / fromMs) ** (k / count),
  );
  const data = new Float64Array(units * count).fill(NaN);
  for (let unit = 0; unit < units; unit++) {
    const times = trains.timesMs.slice(trains.offsets[unit], trains.offsets[unit + 1]).sort();
    if (times.length < fewestSpikes) continue;
    const bins = new Float64Array(count);
    let total = 0;
    for (let k = 1; k < times.length; k++) {
      const interval = times[k]! - times[k - 1]!;
      if (!(interval >= fromMs && interval <= toMs)) continue;
      bins[binOf(interval, edges)]!++;
      total++;
    }
    if (total > 0)
      data.set(
        bins.map((value) => value / total),
        unit * count,
      );
  }
  return { data, shape: [units, count] };
}

function binOf(interval: number, edges: Float64Array): number {
  const { count, fromMs, toMs } = intervalBins;
  const guess = Math.floor((count * Math.log(interval / fromMs)) / Math.log(toMs / fromMs));
  let bin = Math.min(count - 1, Math.max(0, guess));
  // The logarithm may be off by one in the last place.
  while (bin > 0 && interval < edges[bin]!) bin--;
  while (bin < count - 1 && interval >= edges[bin + 1]!) bin++;
  return bin;
}

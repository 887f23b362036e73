import { expect, it } from 'vitest';

import { gaussianFilter1d } from '../../lib/features/gaussian.js';
import { isiHistograms } from '../../lib/features/isi_histograms.js';
import { joinSpikeTrains } from '../../lib/recording/spike_trains.js';
import { deviation } from './deviation.js';
import { uniform } from './random.js';

/** The definition: a search among edges. */
function countIntervals(times: number[], windowMs: number, binWidthMs: number): number[] {
  const edges: number[] = [];
  for (let k = 0; k * binWidthMs < windowMs; k++) edges.push(k * binWidthMs);
  const counts = new Array<number>(edges.length).fill(0);
  for (let i = 1; i < times.length; i++) {
    const interval = times[i]! - times[i - 1]!;
    if (interval <= windowMs) counts[edges.findLastIndex((edge) => edge <= interval)]!++;
  }
  return counts;
}

const random = uniform(2);
const train = (count: number, interval: () => number) => {
  let now = 50;
  return Array.from({ length: count }, () => (now += interval())).sort(() => random() - 0.5);
};
const units = [
  train(500, () => random() * 120),
  train(500, () => Math.floor(random() * 240) / 2),
  train(500, () => Math.floor(random() * 1000) * 0.1),
  train(500, () => Math.floor(random() * 3600) / 30),
  [5, 5, 5, 7, 7, 107, 207.5],
  [4],
  [],
];

it.each([
  [100, 1, 100],
  [100, 2, 50],
  [100, 0.1, 1000],
  [100, 30, 4],
  [99.5, 1, 100],
  [0.3, 0.1, 3],
  [0.1 + 0.2, 0.1, 3],
  [0.6, 0.2, 3],
  [50, 1 / 30, 1500],
  [2, 7, 1],
])('histograms with a window of %f ms and bins of %f ms are the definition', async (windowMs, binWidthMs, bins) => {
  for (const gaussianSigmaMs of [0, 1.5 * binWidthMs]) {
    const found = await isiHistograms(joinSpikeTrains(units), { windowMs, binWidthMs, gaussianSigmaMs });
    expect(found.shape).toEqual([units.length, bins]);
    for (const [unit, times] of units.entries()) {
      const sorted = times.toSorted((a, b) => a - b);
      const counts = countIntervals(
        sorted.map((time) => time - sorted[0]!),
        windowMs,
        binWidthMs,
      );
      const total = counts.reduce((sum, count) => sum + count, 0);
      const shares = { data: Float64Array.from(counts, (count) => count / total), shape: [bins] };
      const expected = (await gaussianFilter1d(shares, gaussianSigmaMs / binWidthMs)).data;
      expect(deviation(found.data.subarray(unit * bins, (unit + 1) * bins), expected), `unit ${unit}`).toBe(0);
    }
  }
});

it('counts an interval as long as the window in the last bin', async () => {
  const trains = joinSpikeTrains([[0, 10, 20.5, 23]]);
  const { data } = await isiHistograms(trains, { windowMs: 10, binWidthMs: 4, gaussianSigmaMs: 0 });
  expect([...data]).toEqual([0.5, 0, 0.5]);
});

it('refuses a window that is not a duration', async () => {
  const call = isiHistograms(joinSpikeTrains([[1, 2]]), { windowMs: -5, binWidthMs: 4, gaussianSigmaMs: 0 });
  await expect(call).rejects.toMatchObject({ code: 'DANT_ARGUMENT', message: /windowMs/ });
});

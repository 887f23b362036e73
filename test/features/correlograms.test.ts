import { describe, expect, it } from 'vitest';

import { autoCorrelograms, crossCorrelogram } from '../../lib/features/correlograms.js';
import { gaussianFilter1d } from '../../lib/features/gaussian.js';
import { joinSpikeTrains } from '../../lib/recording/spike_trains.js';
import { deviation } from './deviation.js';
import { uniform } from './random.js';

/** Round half to even. */
function nearestInteger(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest === 0.5) return below % 2 === 0 ? below : below + 1;
  return rest < 0.5 ? below : below + 1;
}

/** The definition, pair by pair: counts of bins −(n − 1) … n − 1. */
function countPairs(
  a: number[],
  b: number[],
  windowMs: number,
  binWidthMs: number,
  counts: (i: number, j: number) => boolean,
) {
  const n = Math.floor(windowMs / binWidthMs) + 1;
  const histogram = new Float64Array(2 * n - 1);
  for (const [i, from] of a.entries()) {
    for (const [j, to] of b.entries()) {
      const bin = nearestInteger((to - from) / binWidthMs);
      if (Math.abs(bin) < n && counts(i, j)) histogram[n - 1 + bin]!++;
    }
  }
  return histogram;
}

function sortedFrom(times: Iterable<number>, origin: number): number[] {
  return [...times].sort((a, b) => a - b).map((time) => time - origin);
}

const random = uniform(1);
const times = (count: number, time: () => number) => Float64Array.from({ length: count }, time);
const shortTrains = {
  'anywhere, unsorted': times(300, () => random() * 900),
  'before 0': times(200, () => random() * 400 - 1000),
  'on multiples of 0.5 ms': times(400, () => Math.floor(random() * 1200) / 2),
  'on multiples of 0.1 ms': times(400, () => Math.floor(random() * 4000) * 0.1),
  'on samples at 30 kHz': times(400, () => Math.floor(random() * 20_000) / 30),
  'on samples at 30 kHz, late': times(400, () => (1e9 + Math.floor(random() * 20_000)) / 30),
  'many at once': times(200, () => Math.floor(random() * 20)),
  'one spike': Float64Array.of(123.4),
  'no spike': new Float64Array(0),
};
const binnings = [
  [300, 1],
  [100, 0.5],
  [30, 0.1],
  [50, 1 / 30],
  [20.4, 0.7],
  [200, 2],
  [7, 3],
  [1, 5],
] as const;

describe('crossCorrelogram', () => {
  it.each(binnings)('counts the pairs of the definition: window %f ms, bin %f ms', async (windowMs, binWidthMs) => {
    for (const [nameA, a] of Object.entries(shortTrains)) {
      for (const [nameB, b] of Object.entries(shortTrains)) {
        const origin = Math.min(...a, ...b);
        const found = await crossCorrelogram(a, b, { windowMs, binWidthMs });
        const expected = countPairs(sortedFrom(a, origin), sortedFrom(b, origin), windowMs, binWidthMs, () => true);
        expect(deviation(found, expected), `${nameA}; ${nameB}`).toBe(0);
      }
    }
  });

  it('has positive lags where the second train follows the first', async () => {
    const counts = await crossCorrelogram(Float64Array.of(10, 50), Float64Array.of(12), { windowMs: 3, binWidthMs: 1 });
    expect([...counts]).toEqual([0, 0, 0, 0, 0, 1, 0]);
  });

  it('refuses times that are not finite', async () => {
    const call = crossCorrelogram(Float64Array.of(1), Float64Array.of(2, NaN), { windowMs: 3, binWidthMs: 1 });
    await expect(call).rejects.toMatchObject({ code: 'DANT_INPUT', message: /second spike train/ });
  });
});

describe('autoCorrelograms', () => {
  const trains = joinSpikeTrains(Object.values(shortTrains));

  it.each(binnings)('are the definition: window %f ms, bin %f ms', async (windowMs, binWidthMs) => {
    const n = Math.floor(windowMs / binWidthMs) + 1;
    const before = trains.timesMs.slice();
    for (const gaussianSigmaMs of [0, 2.5 * binWidthMs]) {
      const found = await autoCorrelograms(trains, { windowMs, binWidthMs, gaussianSigmaMs });
      expect(found.shape).toEqual([9, 2 * n - 1]);
      for (const [unit, [name, own]] of Object.entries(shortTrains).entries()) {
        const sorted = sortedFrom(own, Math.min(...own));
        const pairs = countPairs(sorted, sorted, windowMs, binWidthMs, (i, j) => i < j).subarray(n - 1);
        const right = { data: pairs.subarray(1), shape: [n - 1] };
        const smooth = n === 1 ? [] : [...(await gaussianFilter1d(right, gaussianSigmaMs / binWidthMs)).data];
        const row = [...smooth.toReversed(), pairs[0]!, ...smooth];
        const largest = Math.max(...row);
        const expected = row.map((value) => value / largest);
        const foundRow = found.data.subarray(unit * (2 * n - 1), (unit + 1) * (2 * n - 1));
        expect(deviation(foundRow, expected), name).toBeLessThanOrEqual(gaussianSigmaMs === 0 ? 0 : 1e-12);
      }
    }
    expect(deviation(trains.timesMs, before)).toBe(0);
  });

  it('are NaN for a unit with no pair in the window', async () => {
    const few = joinSpikeTrains([[], [7], [0, 1000]]);
    const { data } = await autoCorrelograms(few, { windowMs: 3, binWidthMs: 1, gaussianSigmaMs: 1 });
    expect([...data]).toEqual(new Array(3 * 7).fill(NaN));
  });

  it('has the same bits for any number of threads', async () => {
    const many = joinSpikeTrains(Array.from({ length: 40 }, (_, k) => times(100 * k, () => random() * 1e5)));
    const binning = { windowMs: 300, binWidthMs: 1, gaussianSigmaMs: 5 };
    const [one, ...others] = await Promise.all(
      [1, 2, 5].map((threads) => autoCorrelograms(many, binning, { threads })),
    );
    for (const other of others) expect(deviation(other.data, one!.data)).toBe(0);
  });

  it('takes no unit at all', async () => {
    const { shape } = await autoCorrelograms(joinSpikeTrains([]), { windowMs: 3, binWidthMs: 1, gaussianSigmaMs: 1 });
    expect(shape).toEqual([0, 7]);
  });

  it('names the unit whose times are not finite', async () => {
    const broken = joinSpikeTrains([
      [1, 2],
      [3, Infinity],
    ]);
    await expect(autoCorrelograms(broken, { windowMs: 3, binWidthMs: 1, gaussianSigmaMs: 1 })).rejects.toMatchObject({
      code: 'DANT_INPUT',
      message: /unit 1/,
    });
  });

  it.each([
    { windowMs: 0 },
    { windowMs: NaN },
    { windowMs: Infinity },
    { binWidthMs: 0 },
    { binWidthMs: -1 },
    { binWidthMs: 1e-9 },
    { gaussianSigmaMs: -1 },
    { gaussianSigmaMs: NaN },
    { gaussianSigmaMs: 1e9 },
  ])('refuses %o', async (wrong) => {
    const call = autoCorrelograms(trains, { windowMs: 300, binWidthMs: 1, gaussianSigmaMs: 5, ...wrong });
    await expect(call).rejects.toMatchObject({ code: 'DANT_ARGUMENT', message: new RegExp(Object.keys(wrong)[0]!) });
  });

  it.each([[[]], [[1, 2]], [[0, 3]], [[0, 2, 1, 2]], [[0, 0.5, 2]], [[0, NaN, 2]], [[0, -1, 2]]])(
    'refuses the offsets %j of two times',
    async (offsets) => {
      const wrong = { timesMs: new Float64Array(2), offsets: Float64Array.from(offsets) };
      const call = autoCorrelograms(wrong, { windowMs: 300, binWidthMs: 1, gaussianSigmaMs: 5 });
      await expect(call).rejects.toMatchObject({ code: 'DANT_ARGUMENT', message: /offsets/ });
    },
  );
});

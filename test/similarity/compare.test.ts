import { describe, expect, it } from 'vitest';

import { krigeWaveforms } from '../../lib/correction/krige.js';
import { rowSimilarity, waveformSimilarity } from '../../lib/similarity/compare.js';
import { noise, pearson } from '../numbers.js';

const fisherZ = (r: number) => (Number.isNaN(r) ? 0 : Math.atanh(Math.min(Math.max(r, -Math.tanh(6)), Math.tanh(6))));

function expectSame(ours: Float32Array | Float64Array, theirs: number[][], tolerance = 1e-6): void {
  const n = theirs.length;
  let worst = 0;
  for (let i = 0; i < n; ++i) {
    for (let j = 0; j < n; ++j) worst = Math.max(worst, Math.abs(ours[i * n + j]! - theirs[i]![j]!));
  }
  expect(worst).toBeLessThan(tolerance);
}

/** The specification, pair by pair: waveforms (K)(N)(C × T). */
function waveformsSlowly(
  templates: Float64Array[][],
  locations: number[][],
  shanks: number[],
  samples: number,
  nearest: number,
): number[][] {
  const neighbours = locations.map(([x, y], channel) =>
    locations
      .map(([ox, oy], other) => ({ other, far: (ox! - x!) ** 2 + (oy! - y!) ** 2 }))
      .filter(({ other }) => shanks[other] === shanks[channel])
      .sort((a, b) => a.far - b.far || a.other - b.other)
      .slice(0, nearest)
      .map(({ other }) => other)
      .sort((a, b) => a - b),
  );
  const range = (w: Float64Array, c: number) => {
    const row = w.subarray(c * samples, (c + 1) * samples);
    return Math.max(...row) - Math.min(...row);
  };
  const count = templates[0]!.length;
  const result = Array.from({ length: count }, () => new Array<number>(count).fill(-Infinity));
  for (const units of templates) {
    const over = (unit: Float64Array, set: number[]) =>
      Float64Array.from(set.flatMap((c) => [...unit.subarray(c * samples, (c + 1) * samples)]));
    const sets = units.map((unit) => {
      const ranges = locations.map((_, c) => range(unit, c));
      return neighbours[ranges.indexOf(Math.max(...ranges))]!;
    });
    for (let i = 0; i < count; ++i) {
      for (let j = 0; j < count; ++j) {
        const z = fisherZ(pearson(over(units[i]!, sets[i]!), over(units[j]!, sets[i]!)));
        result[i]![j] = Math.max(result[i]![j]!, z);
        result[j]![i] = Math.max(result[j]![i]!, z);
      }
    }
  }
  result.forEach((row, i) => (row[i] = 6));
  return result;
}

/** Units of a few neurons, so that correlations of every size are there. */
function makeUnits(count: number, locations: number[][], samples: number): Float64Array {
  const data = new Float64Array(count * locations.length * samples);
  for (let unit = 0; unit < count; ++unit) {
    const neuron = unit % 7;
    const [x, y] = locations[(neuron * 11) % locations.length]!;
    locations.forEach(([cx, cy], c) => {
      const amplitude = 200 / (1 + Math.hypot(cx! - x!, cy! - y!) / 20);
      for (let t = 0; t < samples; ++t) {
        const wave =
          -Math.exp(-(((t - 8 - neuron / 3) / (2 + neuron / 4)) ** 2)) + 0.3 * Math.sin((t * (neuron + 1)) / samples);
        data[(unit * locations.length + c) * samples + t] =
          amplitude * wave + 10 * unit ** 0.5 * noise(unit * 7919 + c * 101 + t);
      }
    });
  }
  return data;
}

describe('waveformSimilarity', () => {
  const locations = Array.from({ length: 24 }, (_, c) => [
    32 * (c % 2) + 250 * (c >= 16 ? 1 : 0),
    15 * ((c % 16) >> 1),
  ]);
  const shanks = locations.map((_, c) => (c >= 16 ? 2 : 1));
  const samples = 29;
  const channelLocationsUm = { data: Float64Array.from(locations.flat()), shape: [24, 2] };

  // 75 units: more than a panel at every width, and not a multiple of any.
  it.each([1, 2, 75])(
    'equals the definition for %i units, on two shanks with fewer channels than asked',
    async (count) => {
      const data = makeUnits(count, locations, samples);
      const { data: ours } = await waveformSimilarity({
        waveforms: { data, shape: [count, 24, samples] },
        channelLocationsUm,
        channelShanks: Int32Array.from(shanks),
        nearestChannels: 10,
      });
      const units = Array.from({ length: count }, (_, u) => data.subarray(u * 24 * samples, (u + 1) * 24 * samples));
      expectSame(ours, waveformsSlowly([units], locations, shanks, samples, 10));
    },
  );

  it('takes the best of the templates after kriging, in single precision too', async () => {
    const count = 40;
    const waveforms = { data: Float32Array.from(makeUnits(count, locations, samples)), shape: [count, 24, samples] };
    const shiftsUm = { data: Float64Array.from({ length: 3 * count }, (_, i) => 60 * noise(i)), shape: [3, count] };
    const { data: ours } = await waveformSimilarity({ waveforms, channelLocationsUm, nearestChannels: 8, shiftsUm });
    const { data: corrected } = await krigeWaveforms({ waveforms, channelLocationsUm, shiftsUm });
    const templates = [0, 1, 2].map((k) =>
      Array.from({ length: count }, (_, u) =>
        Float64Array.from({ length: 24 * samples }, (_, e) => corrected[(u * 24 * samples + e) * 3 + k]!),
      ),
    );
    expectSame(
      ours,
      waveformsSlowly(
        templates,
        locations,
        locations.map(() => 1),
        samples,
        8,
      ),
    );
  });

  // Samples in pairs and one left over; waveforms of 1e-3 to 1e6 µV. The fewer channels there are, the less the roundings of
  // each, in steps of its own, cancel out.
  it.each([
    { nearest: 38, size: 1e-5, within: 1e-5 },
    { nearest: 38, size: 1, within: 1e-5 },
    { nearest: 38, size: 1e4, within: 1e-5 },
    { nearest: 10, size: 1, within: 1.5e-5 },
    { nearest: 1, size: 1, within: 4e-5 },
  ])(
    'is within $within of the definition as numbers of 16 bits over $nearest channels, at $size times the size',
    async ({ nearest, size, within }) => {
      const [count, channels] = [75, 48];
      const places = Array.from({ length: channels }, (_, c) => [[43, 11, 59, 27][c % 4]!, 20 * (c >> 1)]);
      const data = makeUnits(count, places, samples).map((value) => size * value);
      const waveforms = { data: Float32Array.from(data), shape: [count, channels, samples] };
      // With ten channels on two shanks, of which one has fewer.
      const ofShank = places.map((_, c) => (nearest === 10 && c >= 40 ? 2 : 1));
      const args = {
        waveforms,
        channelShanks: Int32Array.from(ofShank),
        channelLocationsUm: { data: Float64Array.from(places.flat()), shape: [channels, 2] },
        nearestChannels: nearest,
      };
      const { data: ours } = await waveformSimilarity({ ...args, quantised: true });
      const length = channels * samples;
      const units = Array.from({ length: count }, (_, u) => data.subarray(u * length, (u + 1) * length));
      const expected = waveformsSlowly([units], places, ofShank, samples, nearest);
      // Correlations; Float64Array, so that they are not rounded once more.
      expectSame(
        Float64Array.from(ours, Math.tanh),
        expected.map((row) => row.map(Math.tanh)),
        within,
      );
      expect(ours).not.toEqual((await waveformSimilarity(args)).data);
    },
  );

  it('counts waveforms without variance as 0 and equal ones as 6', async () => {
    const data = new Float64Array(4 * 24 * samples);
    data.fill(5, 0, 24 * samples); // constant
    const units = makeUnits(2, locations, samples);
    data.set(units.subarray(24 * samples), 2 * 24 * samples);
    data.set(units.subarray(24 * samples), 3 * 24 * samples);
    for (const quantised of [false, true]) {
      const waveforms = { data, shape: [4, 24, samples] };
      const { data: z } = await waveformSimilarity({ waveforms, channelLocationsUm, quantised });
      expect(Array.from(z.subarray(0, 8))).toEqual([6, 0, 0, 0, 0, 6, 0, 0]);
      expect(z[2 * 4 + 3]).toBeCloseTo(6, quantised ? 0 : 3);
    }
  });

  it('does not depend on the number of threads', async () => {
    const count = 130;
    const waveforms = { data: makeUnits(count, locations, samples), shape: [count, 24, samples] };
    const shiftsUm = { data: Float64Array.from({ length: 2 * count }, (_, i) => 60 * noise(i)), shape: [2, count] };
    const [one, two, three] = await Promise.all(
      [1, 2, 3].map((threads) => waveformSimilarity({ waveforms, channelLocationsUm, shiftsUm }, { threads })),
    );
    expect(two!.data).toEqual(one!.data);
    expect(three!.data).toEqual(one!.data);
  });
});

describe('rowSimilarity', () => {
  it.each([1, 2, 53])('equals the definition for %i rows', async (count) => {
    const rows = Array.from({ length: count }, (_, i) =>
      Float64Array.from({ length: 31 }, (_, k) => Math.sin(k * (1 + (i % 5))) + 0.4 * noise(i * 31 + k)),
    );
    const { data } = await rowSimilarity({ data: Float64Array.from(rows.flatMap((r) => [...r])), shape: [count, 31] });
    expectSame(
      data,
      rows.map((a, i) => rows.map((b, j) => (i === j ? 6 : fisherZ(pearson(a, b))))),
    );
  });

  it.each([30, 31])('equals the definition for rows of %i columns that are their own mirror images', async (length) => {
    const count = 41;
    const rows = Array.from({ length: count }, (_, i) =>
      Float64Array.from({ length }, (_, k) => {
        const lag = Math.abs(k - (length - 1) / 2);
        return Math.cos(lag * (1 + (i % 4))) + 0.4 * noise(i * length + lag);
      }),
    );
    rows[7]!.fill(NaN);
    const { data } = await rowSimilarity({
      data: Float64Array.from(rows.flatMap((r) => [...r])),
      shape: [count, length],
    });
    expectSame(
      data,
      rows.map((a, i) => rows.map((b, j) => (i === j ? 6 : fisherZ(pearson(a, b))))),
    );
  });

  it('gives rows with NaN or without variance 0', async () => {
    const data = Float64Array.of(1, 2, 3, NaN, 2, 1, 4, 4, 4, 3, 2, 1);
    const { data: z } = await rowSimilarity({ data, shape: [4, 3] });
    expect(Array.from(z, Math.round)).toEqual([6, 0, 0, -6, 0, 6, 0, 0, 0, 0, 6, 0, -6, 0, 0, 6]);
  });

  it('skips the columns that are NaN in either row', async () => {
    const count = 37;
    const rows = Array.from({ length: count }, (_, i) =>
      Float64Array.from({ length: 40 }, (_, k) =>
        noise(i * 40 + k + 9999) > 0.3 ? NaN : Math.cos(k * (1 + (i % 3))) + noise(i * 40 + k),
      ),
    );
    const { data } = await rowSimilarity(
      { data: Float64Array.from(rows.flatMap((r) => [...r])), shape: [count, 40] },
      { skipNaN: true },
    );
    const expected = rows.map((a, i) =>
      rows.map((b, j) => {
        const common = [...a.keys()].filter((k) => !Number.isNaN(a[k]! + b[k]!));
        return i === j
          ? 6
          : fisherZ(
              pearson(
                common.map((k) => a[k]!),
                common.map((k) => b[k]!),
              ),
            );
      }),
    );
    expectSame(data, expected);
  });

  it('names two rows that have no column in common', async () => {
    const data = Float64Array.of(1, 2, NaN, NaN, 5, 1, 2, 3, NaN, NaN, 3, 4);
    await expect(rowSimilarity({ data, shape: [3, 4] }, { skipNaN: true })).rejects.toThrow(
      'Units 0 and 2 have no PETH bin in which both have a value',
    );
  });
});

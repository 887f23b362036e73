import { describe, expect, it } from 'vitest';

import type { NdArray } from '../../lib/arrays.js';
import { locateUnits, type LocateUnitsParams } from '../../lib/features/locations.js';
import { deviation } from './deviation.js';
import { uniform } from './random.js';

type Point = readonly [x: number, y: number];

/** Four staggered columns, 20 µm from row to row. */
const staggered: Point[] = Array.from({ length: 60 }, (_, c) => [[16, 48, 0, 32][c % 4]!, 20 * Math.floor(c / 2)]);

const locationsOf = (points: readonly Point[]) => ({
  data: Float64Array.from(points.flat()),
  shape: [points.length, 2],
});

/** Waveforms of two samples with these peak-to-trough amplitudes, one row per unit. */
function waveformsOf(amplitudes: readonly (readonly number[])[]): NdArray<Float64Array> {
  return {
    data: Float64Array.from(amplitudes.flat().flatMap((p) => [p / 4, -0.75 * p])),
    shape: [amplitudes.length, amplitudes[0]!.length, 2],
  };
}

const locate = (
  points: readonly Point[],
  amplitudes: readonly (readonly number[])[],
  rest?: Partial<LocateUnitsParams>,
) => locateUnits({ waveforms: waveformsOf(amplitudes), channelLocationsUm: locationsOf(points), ...rest });

/** Least sum of squares over the amplitude, at a position. */
function projectedCost(points: readonly Point[], p: readonly number[], [x, y, z]: readonly number[]): number {
  const w = points.map(([cx, cy]) => 1 / Math.hypot(x! - cx, y! - cy, z!));
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, c) => sum + value * b[c]!, 0);
  const amplitude = Math.min(dot(p, w) / dot(w, w), 1000 * Math.max(...p));
  return p.reduce((sum, value, c) => sum + (value - amplitude * w[c]!) ** 2, 0);
}

const random = uniform(4);
const monopole = (x: number, y: number, z: number, a: number) =>
  staggered.map(([cx, cy]) => a / Math.hypot(x - cx, y - cy, z));
const sources = Array.from(
  { length: 40 },
  () => [random() * 60 - 5, 100 + random() * 400, 5 + random() * 60, 2000 + random() * 9000] as const,
);

describe('monopolar triangulation', () => {
  it('finds point sources', async () => {
    const found = await locate(
      staggered,
      sources.map((source) => monopole(...source)),
    );
    expect(
      deviation(
        found.locationsUm,
        sources.flatMap(([x, y, z]) => [x, y, z]),
      ),
    ).toBeLessThan(1e-4);
    expect(
      deviation(
        found.amplitudes,
        sources.map(([, , , a]) => a),
      ),
    ).toBeLessThan(1e-2);
  });

  it('finds the lowest cost within its bounds when there is noise', async () => {
    const noisy = [
      ...sources.map((source) => monopole(...source).map((p) => p + random() * 30)),
      // Amplitudes that grow towards the probe's end, and nothing but noise: the best position lies on a bound.
      staggered.map(([, y]) => 10 + y),
      staggered.map(() => 5 + random()),
    ];
    const found = await locate(staggered, noisy, { nearestChannels: staggered.length });
    for (const [unit, p] of noisy.entries()) {
      const [x, y, z] = found.locationsUm.subarray(3 * unit, 3 * unit + 3);
      const total = p.reduce((sum, value) => sum + value, 0);
      const centre = [0, 1].map((axis) => p.reduce((sum, value, c) => sum + value * staggered[c]![axis]!, 0) / total);
      expect(Math.abs(x! - centre[0]!)).toBeLessThanOrEqual(100 + 1e-9);
      expect(Math.abs(y! - centre[1]!)).toBeLessThanOrEqual(100 + 1e-9);
      expect(z).toBeGreaterThanOrEqual(1);
      expect(z).toBeLessThanOrEqual(1000);

      const cost = projectedCost(staggered, p, [x!, y!, z!]);
      const a = found.amplitudes[unit]!;
      const own = p.reduce((sum, value, c) => {
        return sum + (value - a / Math.hypot(x! - staggered[c]![0], y! - staggered[c]![1], z!)) ** 2;
      }, 0);
      expect(own).toBeCloseTo(cost, 6);
      for (let trial = 0; trial < 3000; trial++) {
        const anywhere = [
          centre[0]! + 200 * random() - 100,
          centre[1]! + 200 * random() - 100,
          Math.exp(random() * Math.log(1000)),
        ];
        expect(projectedCost(staggered, p, anywhere)).toBeGreaterThanOrEqual(cost * (1 - 1e-9));
      }
    }
  });

  it('does not depend on the scale of the amplitudes', async () => {
    for (const scale of [1e-200, 1e-6, 1e150]) {
      const found = await locate(
        staggered,
        sources.map((source) => monopole(...source).map((p) => p * scale)),
      );
      expect(
        deviation(
          found.locationsUm,
          sources.flatMap(([x, y, z]) => [x, y, z]),
        ),
      ).toBeLessThan(1e-4);
    }
  });

  it('leaves a flat unit on the first channel', async () => {
    const found = await locate(staggered, [staggered.map(() => 0)]);
    expect([...found.peakChannels, ...found.locationsUm, ...found.amplitudes]).toEqual([0, 16, 0, 1, 0]);
  });

  it('stays at the centre of mass where the position does not matter', async () => {
    const one = await locate([[3, 7]], [[50]]);
    expect([...one.locationsUm, ...one.amplitudes]).toEqual([3, 7, 1, 50]);
    const coinciding: Point[] = [
      [3, 7],
      [3, 7],
      [3, 7],
    ];
    const found = await locate(coinciding, [[50, 20, 20]]);
    expect(deviation(found.locationsUm, [3, 7, 1])).toBeLessThan(1e-9);
    expect(deviation(found.amplitudes, [30])).toBeLessThan(1e-9);
  });
});

describe('the centre of mass', () => {
  const algorithm = 'center_of_mass';

  it('weights the nearest channels by their amplitude', async () => {
    const points: Point[] = [
      [0, 0],
      [10, 0],
      [0, 10],
      [500, 500],
    ];
    const found = await locate(points, [[1, 4, 3, 2]], { algorithm, nearestChannels: 3 });
    expect([...found.peakChannels, ...found.locationsUm, ...found.amplitudes]).toEqual([1, 5, 30 / 8, 0, 4]);
  });

  it('takes equally distant channels in their order', async () => {
    const cross: Point[] = [
      [0, 10],
      [0, -10],
      [0, 0],
      [10, 0],
      [-10, 0],
    ];
    const found = await locate(cross, [[1, 1, 2, 1, 1]], { algorithm, nearestChannels: 4 });
    expect([...found.locationsUm]).toEqual([2, 0, 0]);
  });

  it('takes all channels when there are fewer than asked for', async () => {
    const found = await locate(
      [
        [0, 0],
        [10, 0],
      ],
      [[3, 1]],
      { algorithm, nearestChannels: 20 },
    );
    expect([...found.locationsUm]).toEqual([2.5, 0, 0]);
  });

  it('of a flat unit is the first channel', async () => {
    const found = await locate(staggered, [staggered.map(() => 0)], { algorithm });
    expect([...found.peakChannels, ...found.locationsUm, ...found.amplitudes]).toEqual([0, 16, 0, 0, 0]);
  });

  it('lies on the peak channel when a silent one at the same place comes first', async () => {
    const found = await locate(
      [
        [3, 7],
        [3, 7],
      ],
      [[0, 5]],
      { algorithm, nearestChannels: 1 },
    );
    expect([...found.peakChannels, ...found.locationsUm, ...found.amplitudes]).toEqual([1, 3, 7, 0, 5]);
  });
});

describe('locateUnits', () => {
  const samples = 50;
  const noise = Float32Array.from({ length: 30 * 60 * samples }, () => random() - 0.5);
  const waveforms = { data: noise, shape: [30, 60, samples] };
  const channelLocationsUm = locationsOf(staggered);

  it('takes the first channel with the largest difference of its samples', async () => {
    const { peakChannels } = await locateUnits({ waveforms, channelLocationsUm });
    for (const [unit, peak] of peakChannels.entries()) {
      const extents = staggered.map((_, c) => {
        const trace = noise.subarray((unit * 60 + c) * samples, (unit * 60 + c + 1) * samples);
        return Math.max(...trace) - Math.min(...trace);
      });
      expect(peak).toBe(extents.indexOf(Math.max(...extents)));
    }
    const tie = await locate(staggered, [staggered.map((_, c) => (c === 5 || c === 17 ? 9 : 1))]);
    expect([...tie.peakChannels]).toEqual([5]);
  });

  it('gives the same bits in single and double precision, for any number of threads', async () => {
    const runs = await Promise.all([
      locateUnits({ waveforms, channelLocationsUm }, { threads: 1 }),
      locateUnits({ waveforms, channelLocationsUm }, { threads: 3 }),
      locateUnits({ waveforms: { ...waveforms, data: Float64Array.from(noise) }, channelLocationsUm }),
    ]);
    for (const run of runs) {
      expect(run.peakChannels).toEqual(runs[0].peakChannels);
      expect(deviation(run.locationsUm, runs[0].locationsUm)).toBe(0);
      expect(deviation(run.amplitudes, runs[0].amplitudes)).toBe(0);
    }
  });

  it('takes channel positions of any type, and no unit at all', async () => {
    const whole = { data: BigInt64Array.of(0n, 0n, 10n, 0n), shape: [2, 2] };
    const one = await locateUnits({
      waveforms: waveformsOf([[1, 3]]),
      channelLocationsUm: whole,
      algorithm: 'center_of_mass',
    });
    expect([...one.locationsUm]).toEqual([7.5, 0, 0]);
    const none = { data: new Float32Array(0), shape: [0, 2, 5] };
    expect((await locateUnits({ waveforms: none, channelLocationsUm: whole })).locationsUm.length).toBe(0);
  });

  it.each([NaN, Infinity, -Infinity])('names the unit and channel of a sample that is %f', async (value) => {
    for (const place of [0, 37, samples - 1]) {
      const data = noise.slice();
      data[(7 * 60 + 11) * samples + place] = value;
      await expect(locateUnits({ waveforms: { ...waveforms, data }, channelLocationsUm })).rejects.toMatchObject({
        code: 'DANT_INPUT',
        message: /unit 7 .*channel 11/,
      });
    }
  });

  it.each([
    ['waveforms', { waveforms: { data: noise, shape: [30, 60] } }],
    ['waveforms', { waveforms: { data: noise, shape: [30, 60, samples + 1] } }],
    ['waveforms', { waveforms: { data: new Float32Array(0), shape: [3, 60, 0] } }],
    ['waveforms', { waveforms: { data: new Int16Array(noise.length) as never, shape: [30, 60, samples] } }],
    ['channelLocationsUm', { channelLocationsUm: locationsOf(staggered.slice(1)) }],
    ['channelLocationsUm', { channelLocationsUm: { data: new Float64Array(120).fill(NaN), shape: [60, 2] } }],
    ['nearestChannels', { nearestChannels: 0 }],
    ['nearestChannels', { nearestChannels: 2.5 }],
    ['algorithm', { algorithm: 'centre_of_mass' as never }],
  ])('refuses %s that do not fit', async (name, wrong: Partial<LocateUnitsParams>) => {
    const call = locateUnits({ waveforms, channelLocationsUm, ...wrong });
    await expect(call).rejects.toMatchObject({ code: 'DANT_ARGUMENT', message: new RegExp(`for ${name} but`) });
  });
});

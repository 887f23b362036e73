import { describe, expect, it } from 'vitest';

import { krigeWaveforms } from '../../lib/correction/krige.js';
import { noise, solveLinear } from '../numbers.js';

/** K(u, v) = exp(−|Δx|/20 − |Δy|/30), as the specification writes it. */
const kernel = (u: readonly number[], v: readonly number[]) =>
  Math.exp(-Math.abs(u[0]! - v[0]!) / 20 - Math.abs(u[1]! - v[1]!) / 30);

/** K(loc + (0, dy), loc) · (K(loc, loc) + 0.01·I)⁻¹ · W, for one sample. */
function krigeSlowly(locations: number[][], column: number[], dy: number): number[] {
  const matrix = locations.map((u, i) => locations.map((v, j) => kernel(u, v) + (i === j ? 0.01 : 0)));
  const solved = solveLinear(matrix, column);
  return locations.map(([x, y]) => locations.reduce((sum, v, j) => sum + kernel([x!, y! + dy], v) * solved[j]!, 0));
}

const layouts: Record<string, number[][]> = {
  'four staggered columns': Array.from({ length: 40 }, (_, c) => [[43, 11, 59, 27][c % 4]!, 20 * (c >> 1)]),
  'two columns on two shanks': Array.from({ length: 40 }, (_, c) => [
    32 * (c % 2) + 250 * (c >> 5),
    15 * ((c % 32) >> 1),
  ]),
  'two shanks with the same depths': Array.from({ length: 30 }, (_, c) => [
    32 * (c % 2) + 250 * ((c >> 1) % 2),
    15 * (c >> 2),
  ]),
  'a line out of order': Array.from({ length: 17 }, (_, c) => [0, ((c * 5) % 17) * 25]),
  'scattered sites': Array.from({ length: 12 }, (_, c) => [noise(c) * 40, noise(c + 100) * 200]),
  'a single channel': [[10, 20]],
};

describe('krigeWaveforms', () => {
  it.each(Object.entries(layouts))('equals the formula on %s', async (_, locations) => {
    const [units, channels, samples] = [3, locations.length, 21];
    const shifts = [0, -37.5, 12.25, 600, 20, -0.001];
    const data = Float64Array.from({ length: units * channels * samples }, (_, i) => 300 * noise(i));
    const { data: corrected, shape } = await krigeWaveforms({
      waveforms: { data, shape: [units, channels, samples] },
      channelLocationsUm: { data: Float64Array.from(locations.flat()), shape: [channels, 2] },
      shiftsUm: { data: Float64Array.from(shifts), shape: [2, units] },
    });
    expect(shape).toEqual([units, channels, samples, 2]);
    let worst = 0;
    for (let unit = 0; unit < units; ++unit) {
      for (let t = 0; t < samples; ++t) {
        const column = locations.map((_, c) => data[(unit * channels + c) * samples + t]!);
        for (let k = 0; k < 2; ++k) {
          krigeSlowly(locations, column, shifts[k * units + unit]!).forEach((expected, c) => {
            worst = Math.max(worst, Math.abs(corrected[((unit * channels + c) * samples + t) * 2 + k]! - expected));
          });
        }
      }
    }
    expect(worst).toBeLessThan(1e-7); // µV
  });

  it('gives the same for one template, two or three', async () => {
    const [units, channels, samples] = [2, 40, 21];
    const locations = layouts['four staggered columns']!;
    const waveforms = {
      data: Float32Array.from({ length: units * channels * samples }, (_, i) => 300 * noise(i)),
      shape: [units, channels, samples],
    };
    const krige = (shifts: number[]) =>
      krigeWaveforms({
        waveforms,
        channelLocationsUm: { data: Float64Array.from(locations.flat()), shape: [channels, 2] },
        shiftsUm: { data: Float64Array.from(shifts), shape: [shifts.length / units, units] },
      });
    const all = await krige([5, -5, 10, -10, 20, -20]);
    const two = await krige([5, -5, 10, -10]);
    const one = await krige([20, -20]);
    expect(two.data).toEqual(all.data.filter((_, i) => i % 3 < 2));
    expect(one.data).toEqual(all.data.filter((_, i) => i % 3 === 2));
  });

  it('says which argument does not fit', async () => {
    const waveforms = { data: new Float32Array(12), shape: [1, 3, 4] };
    const shiftsUm = { data: Float64Array.of(1), shape: [1, 1] };
    const locations = { data: new Float64Array(6), shape: [3, 2] };
    await expect(
      krigeWaveforms({ waveforms, channelLocationsUm: { data: new Float64Array(4), shape: [2, 2] }, shiftsUm }),
    ).rejects.toThrow('Expected positions of shape (3, 2) for channelLocationsUm');
    await expect(
      krigeWaveforms({
        waveforms,
        channelLocationsUm: locations,
        shiftsUm: { data: Float64Array.of(NaN), shape: [1, 1] },
      }),
    ).rejects.toThrow('Expected finite shifts of shape (templates, 1) for shiftsUm');
  });
});

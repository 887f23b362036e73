import { describe, expect, it } from 'vitest';

import { insideProbe } from '../../lib/motion/inside_probe.js';

/** Two columns of sites 32 µm apart, rows every 20 µm, as often as `rows`. */
function shankOf(rows: number, x = 0): number[][] {
  return Array.from({ length: 2 * rows }, (_, k) => [x + 32 * (k % 2), 20 * Math.floor(k / 2)]);
}

const sitesOf = (...shanks: number[][][]) => ({
  locationsUm: Float64Array.from(shanks.flat(2)),
  shanks: Int32Array.from(shanks.flatMap((places, s) => places.map(() => s + 1))),
});

const insideAt = (sites: ReturnType<typeof sitesOf>, depths: number[], nearest: number, shank = 1) => [
  ...insideProbe(
    { shanks: new Int32Array(depths.length).fill(shank), depthsUm: Float64Array.from(depths) },
    sites,
    nearest,
  ),
];

describe('insideProbe', () => {
  it('leaves out what lies nearer to an end than the channels that locate it reach', () => {
    // The ten nearest of two columns are those of five rows: 40 µm to each side.
    const sites = sitesOf(shankOf(50));
    expect(insideAt(sites, [-15, 0, 39, 40, 500, 940, 941, 980, 1000], 10)).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0]);
    // Twenty reach as far as five rows.
    expect(insideAt(sites, [99, 100, 880, 881], 20)).toEqual([0, 1, 1, 0]);
  });

  it('knows the ends of each shank', () => {
    const sites = sitesOf(shankOf(50), shankOf(25, 250));
    expect(insideAt(sites, [30, 450, 900], 10, 1)).toEqual([0, 1, 1]);
    expect(insideAt(sites, [30, 240, 450, 900], 10, 2)).toEqual([0, 1, 0, 0]);
    expect(insideAt(sites, [240], 10, 3)).toEqual([0]);
  });

  it('finds no unit inside a tetrode', () => {
    const tetrode = [
      [0, 0],
      [20, 0],
      [0, 20],
      [20, 20],
    ];
    expect(insideAt(sitesOf(tetrode), [-5, 0, 10, 20], 20)).toEqual([0, 0, 0, 0]);
  });
});

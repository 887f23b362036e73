import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { gaussianFilter1d } from '../../lib/features/gaussian.js';
import { kernelsFolder } from '../golden.js';
import { deviation } from './deviation.js';
import { uniform } from './random.js';

const row = (data: ArrayLike<number>) => ({ data: Float64Array.from(data), shape: [data.length] });

/** The definition, with the mirror image walked step by step. */
function smooth(x: ArrayLike<number>, sigma: number): Float64Array {
  const radius = Math.floor(4 * sigma + 0.5);
  const weights = Array.from({ length: 2 * radius + 1 }, (_, k) => Math.exp((-0.5 * (k - radius) ** 2) / sigma ** 2));
  const sum = weights.reduce((total, weight) => total + weight);
  return Float64Array.from(x, (_, i) =>
    weights.reduce((total, weight, k) => {
      let place = i + k - radius;
      while (place < 0 || place >= x.length) place = place < 0 ? -1 - place : 2 * x.length - 1 - place;
      return total + (weight / sum) * x[place]!;
    }, 0),
  );
}

const random = uniform(3);

describe.skipIf(!kernelsFolder)("the reference's smoothed rows", () => {
  it('are equal', async () => {
    const { cases } = JSON.parse(readFileSync(`${kernelsFolder}/gaussian_filter1d.json`, 'utf8')) as {
      cases: { x: number[]; sigma: number; y: number[] }[];
    };
    expect(cases.length).toBeGreaterThan(0);
    for (const { x, sigma, y } of cases) {
      expect(deviation((await gaussianFilter1d(row(x), sigma)).data, y)).toBeLessThan(1e-9);
    }
  });
});

it.each([
  [1, 3],
  [2, 0.3],
  [3, 40],
  [7, 1],
  [100, 5],
  [40_000, 4],
  [33_000, 12.3],
])('is the definition for %i elements and sigma %f', async (length, sigma) => {
  const x = Float64Array.from({ length }, random);
  expect(deviation((await gaussianFilter1d(row(x), sigma)).data, smooth(x, sigma))).toBeLessThan(1e-12);
});

it('smooths each row on its own, whatever the number of axes', async () => {
  const data = Float32Array.from({ length: 2 * 3 * 50 }, random);
  const found = await gaussianFilter1d({ data, shape: [2, 3, 50] }, 2);
  expect(found.shape).toEqual([2, 3, 50]);
  for (let r = 0; r < 6; r++) {
    const own = (array: Float32Array | Float64Array) => array.subarray(50 * r, 50 * (r + 1));
    expect(deviation(own(found.data), smooth(own(data), 2))).toBeLessThan(1e-12);
  }
});

it('leaves the values as they are when sigma is 0', async () => {
  const x = [3, 1, NaN, 2];
  expect([...(await gaussianFilter1d(row(x), 0)).data]).toEqual(x);
});

it('takes empty rows', async () => {
  expect((await gaussianFilter1d({ data: new Float64Array(0), shape: [4, 0] }, 3)).shape).toEqual([4, 0]);
  expect((await gaussianFilter1d({ data: new Float64Array(0), shape: [0, 4] }, 3)).shape).toEqual([0, 4]);
});

it('has the same bits for any number of threads', async () => {
  const x = row(Float64Array.from({ length: 100_000 }, random));
  const [one, two] = await Promise.all([1, 2].map((threads) => gaussianFilter1d(x, 20, { threads })));
  expect(deviation(two!.data, one!.data)).toBe(0);
});

it.each([-1, NaN, Infinity, 1e6])('refuses a sigma of %f bins', async (sigma) => {
  await expect(gaussianFilter1d(row([1, 2]), sigma)).rejects.toMatchObject({ code: 'DANT_ARGUMENT' });
});

it('refuses a shape that does not fit the data', async () => {
  const call = gaussianFilter1d({ data: new Float64Array(5), shape: [2, 3] }, 1);
  await expect(call).rejects.toThrow('Expected 6 numbers (shape [2, 3]) for rows.data but received Float64Array of 5.');
});

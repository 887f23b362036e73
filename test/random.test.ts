import { describe, expect, it } from 'vitest';

import { Random } from '../lib/random.js';

const count = 1_000_000;

describe('Random', () => {
  it('gives the same numbers for the same words, and others for other words', () => {
    const first = (...words: number[]) =>
      Array.from(
        { length: 4 },
        (
          (r) => () =>
            r.bits()
        )(new Random(...words)),
      );
    expect(first(1, 2, 3)).toEqual(first(1, 2, 3));
    const sequences = [[1, 2, 3], [1, 3, 2], [1, 2], [1, 2, 3, 0], [2, 2, 3], [0], [0, 0]].map((words) =>
      first(...words).join(),
    );
    expect(new Set(sequences).size).toBe(sequences.length);
  });

  it('has uniform deviates', () => {
    const random = new Random(1);
    const bins = new Float64Array(100);
    for (let i = 0; i < count; i++) bins[Math.floor(100 * random.uniform())]!++;
    // χ² with 99 degrees of freedom: mean 99, standard deviation 14.
    const chiSquare = bins.reduce((sum, n) => sum + (n - count / 100) ** 2 / (count / 100), 0);
    expect(chiSquare).toBeLessThan(160);
    expect(chiSquare).toBeGreaterThan(50);
  });

  it('has normal deviates, tails included', () => {
    const data = new Float64Array(count);
    new Random(2).addNormal(data, 1);
    const moment = (power: number) => data.reduce((sum, x) => sum + x ** power, 0) / count;
    expect(moment(1)).toBeCloseTo(0, 2);
    expect(moment(2)).toBeCloseTo(1, 2);
    expect(moment(3)).toBeCloseTo(0, 1);
    expect(moment(4)).toBeCloseTo(3, 1);
    // Shares beyond 1, 2, 3 and 4 standard deviations on both sides (normal distribution table).
    for (const [bound, share] of [
      [1, 0.3173105],
      [2, 0.0455003],
      [3, 0.0026998],
      [4, 0.0000633],
    ] as const) {
      const beyond = data.filter((x) => Math.abs(x) > bound);
      const above = beyond.filter((x) => x > 0).length;
      const deviation = Math.sqrt(count * share);
      expect(Math.abs(beyond.length - count * share)).toBeLessThan(5 * deviation);
      expect(Math.abs(above - beyond.length / 2)).toBeLessThan(5 * deviation);
    }
    // Neighbours are independent.
    let product = 0;
    for (let i = 1; i < count; i++) product += data[i]! * data[i - 1]!;
    expect(Math.abs(product / count)).toBeLessThan(0.005);
  });

  it('adds the deviates that it gives one by one', () => {
    const added = new Float64Array(20_000).fill(7);
    new Random(3).addNormal(added, 2);
    const single = new Random(3);
    expect([...added]).toEqual(Array.from(added, () => 7 + 2 * single.normal()));
  });

  it('has gamma deviates of mean 1 and variance 1/shape', () => {
    const random = new Random(4);
    const values = Array.from({ length: 200_000 }, () => random.gamma(2.5));
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    expect(mean).toBeCloseTo(1, 2);
    expect(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length).toBeCloseTo(0.4, 2);
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThan(0);
  });

  it('permutes without loss, every order equally often', () => {
    const random = new Random(5);
    const seen = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = random.permutation(4).join();
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(24);
    expect(Math.max(...seen.values())).toBeLessThan(1160);
  });
});

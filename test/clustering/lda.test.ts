import { describe, expect, it } from 'vitest';

import { lda } from '../../lib/clustering/lda.js';
import { deviation } from '../features/deviation.js';
import { uniform } from '../features/random.js';
import { kernelCases, type KernelSet } from '../kernel_cases.js';
import { table } from './matrices.js';

interface Case {
  x: number[][];
  matched: boolean[];
  coef: number[];
  intercept: number;
}

describe.each(kernelCases('lda.json') as KernelSet<Case>[])('scikit-learn ($set)', ({ cases }) => {
  it('is equal', async () => {
    for (const { x, matched, coef, intercept } of cases) {
      const found = (await lda({ rows: table(x), classes: matched }))!;
      expect(deviation(found.coefficients, coef)).toBeLessThan(1e-9);
      expect(Math.abs(found.intercept - intercept)).toBeLessThan(1e-9);
    }
  });
});

const random = uniform(7);
const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
const classes = Array.from({ length: 50_000 }, () => Number(random() < 0.2));
const column = classes.map((matched) => 2 * matched + normal());

describe('one feature', () => {
  // With one feature: (μ₁ − μ₀)/σ², by hand.
  const members = [0, 1].map((k) => column.filter((_, row) => classes[row] === k));
  const means = members.map((values) => values.reduce((sum, x) => sum + x, 0) / values.length);
  const scatter = members
    .flatMap((values, k) => values.map((x) => (x - means[k]!) ** 2))
    .reduce((sum, x) => sum + x, 0);
  const coefficient = ((means[1]! - means[0]!) * (column.length - 2)) / scatter;
  const intercept = (-coefficient * (means[0]! + means[1]!)) / 2 + Math.log(members[1]!.length / members[0]!.length);

  it('is as by hand, with any number of threads', async () => {
    const rows = table(column.map((x) => [x]));
    const [one, three] = await Promise.all([1, 3].map((threads) => lda({ rows, classes }, { threads })));
    expect(one!.coefficients[0]).toBeCloseTo(coefficient, 10);
    expect(one!.intercept).toBeCloseTo(intercept, 10);
    expect(three).toEqual(one);
  });

  it('keeps its digits far from zero', async () => {
    const found = (await lda({ rows: table(column.map((x) => [x + 1e6])), classes }))!;
    expect(Math.abs(found.coefficients[0]! / coefficient - 1)).toBeLessThan(1e-8);
  });

  it('may be in single precision', async () => {
    const found = (await lda({ rows: { data: Float32Array.from(column), shape: [column.length, 1] }, classes }))!;
    expect(Math.abs(found.coefficients[0]! / coefficient - 1)).toBeLessThan(1e-5);
  });

  it('shares its weight with its copies; a constant gets none', async () => {
    const found = (await lda({ rows: table(column.map((x) => [x, 2 * x, 5])), classes }))!;
    expect(deviation(found.coefficients, [coefficient / 2, coefficient / 4, 0])).toBeLessThan(1e-9);
    expect(found.intercept).toBeCloseTo(intercept, 9);
  });
});

describe('degenerate classes', () => {
  it('an empty class leaves it undefined', async () => {
    const rows = table([[1], [2]]);
    expect(await lda({ rows, classes: [0, 0] })).toBeUndefined();
    expect(await lda({ rows, classes: [1, 1] })).toBeUndefined();
    expect(await lda({ rows: { data: new Float64Array(0), shape: [0, 2] }, classes: [] })).toBeUndefined();
  });

  it('no scatter within the classes leaves the frequencies', async () => {
    const found = (await lda({ rows: table([[1], [3]]), classes: [0, 1] }))!;
    expect([...found.coefficients]).toEqual([0]);
    expect(found.intercept).toBe(0);
  });
});

it('what cannot be used is refused', async () => {
  const rows = table([
    [1, 2],
    [3, 4],
    [5, NaN],
  ]);
  await expect(lda({ rows, classes: [0, 1, 1] })).rejects.toMatchObject({ code: 'DANT_INPUT' });
  await expect(lda({ rows, classes: [0, 1] })).rejects.toThrow('3 classes, one per row');
  await expect(lda({ rows, classes: [0, 2, 1] })).rejects.toThrow('0 or 1 for classes[1]');
  await expect(lda({ rows: { data: new Float64Array(0), shape: [3, 0] }, classes: [0, 1, 1] })).rejects.toThrow(
    'features',
  );
});

import { describe, expect, it } from 'vitest';

import { hdbscan, type HdbscanInput } from '../../lib/clustering/hdbscan.js';
import { deviation } from '../features/deviation.js';
import { uniform } from '../features/random.js';
import { kernelCases, type KernelSet } from '../kernel_cases.js';
import { fromUpperTriangle, randomDistances, table } from './matrices.js';

interface Case {
  points?: number[][];
  n?: number;
  condensed_distance?: number[];
  params: {
    min_cluster_size: number;
    min_samples: number;
    max_cluster_size: number;
    cluster_selection_method: 'eom' | 'leaf';
    cluster_selection_epsilon: number;
    allow_single_cluster: boolean;
  };
  labels: number[];
  probabilities: number[];
  outlier_scores: number[];
  persistence: number[];
  linkage?: number[][] | null;
}

function inputOf({ points, n, condensed_distance: distances, params }: Case): HdbscanInput {
  return {
    ...(points ? { points: table(points) } : { distances: fromUpperTriangle(n!, distances!) }),
    minClusterSize: params.min_cluster_size,
    minSamples: params.min_samples,
    maxClusterSize: params.max_cluster_size,
    selection: params.cluster_selection_method === 'leaf' ? 'leaf' : 'excessOfMass',
    selectionEpsilon: params.cluster_selection_epsilon,
    allowSingleCluster: params.allow_single_cluster,
  };
}

const sets = [...kernelCases('hdbscan.json'), ...kernelCases('hdbscan_no_ties.json')] as KernelSet<Case>[];

describe.each(sets)('the hdbscan package ($set)', ({ cases }) => {
  it.each(cases.map((item, k) => [k, item] as const))('is equal in case %i', async (_, item) => {
    const found = await hdbscan(inputOf(item));
    expect([...found.labels]).toEqual(item.labels);
    expect(deviation(found.probabilities, item.probabilities)).toBeLessThan(1e-9);
    expect(deviation(found.outlierScores, item.outlier_scores)).toBeLessThan(1e-9);
    expect(deviation(found.persistence, item.persistence)).toBeLessThan(1e-9);
    if (item.linkage) expect(deviation(found.linkage.data, item.linkage.flat())).toBeLessThan(1e-9);
  });
});

interface TrackingCase {
  n: number;
  condensed_distance: number[];
  max_cluster_size: number;
  labels: number[];
  probabilities: number[];
}

describe.each(kernelCases('tracking_clusters.json') as KernelSet<TrackingCase>[])(
  'tracked units ($set)',
  ({ cases }) => {
    it('are clustered as in the reference', async () => {
      for (const item of cases) {
        const found = await hdbscan({
          distances: fromUpperTriangle(item.n, item.condensed_distance),
          minClusterSize: 2,
          minSamples: 1,
          maxClusterSize: item.max_cluster_size,
        });
        expect([...found.labels]).toEqual(item.labels);
        expect(deviation(found.probabilities, item.probabilities)).toBeLessThan(1e-9);
      }
    });
  },
);

describe('degenerate input', () => {
  const small = { minClusterSize: 2, minSamples: 1 };

  it('no point, one point, two points', async () => {
    const none = await hdbscan({ points: { data: new Float64Array(0), shape: [0, 3] } });
    expect(none.labels).toHaveLength(0);
    expect(none.linkage.shape).toEqual([0, 4]);
    for (const allowSingleCluster of [false, true]) {
      const one = await hdbscan({ points: table([[1, 2]]), allowSingleCluster });
      expect([...one.labels]).toEqual([-1]);
      expect([...one.outlierScores]).toEqual([0]);
    }
    const two = await hdbscan({ points: table([[0], [2]]), ...small });
    expect([...two.labels]).toEqual([-1, -1]);
    expect([...two.linkage.data]).toEqual([0, 1, 2, 2]);
    const pair = await hdbscan({ points: table([[0], [2]]), ...small, allowSingleCluster: true });
    expect([...pair.labels]).toEqual([0, 0]);
    expect([...pair.probabilities]).toEqual([1, 1]);
  });

  it('all points alike', async () => {
    const points = table(Array.from({ length: 12 }, () => [3, 4]));
    const found = await hdbscan({ points, ...small });
    expect(new Set(found.labels)).toEqual(new Set([-1]));
    const single = await hdbscan({ points, ...small, minSamples: 3, allowSingleCluster: true });
    expect(new Set(single.labels)).toEqual(new Set([0]));
    expect([...single.persistence]).toEqual([1]);
    for (const scores of [found.outlierScores, single.probabilities]) expect(scores.every(Number.isFinite)).toBe(true);
  });

  it('two piles of duplicates and one point aside', async () => {
    const points = table([...Array<number[]>(4).fill([0, 0]), ...Array<number[]>(5).fill([10, 0]), [10, 3]]);
    const found = await hdbscan({ points, minClusterSize: 3, minSamples: 2 });
    expect([...found.labels]).toEqual(
      [1, 1, 1, 1, 0, 0, 0, 0, 0, 0].map((label) => (found.labels[0] ? label : 1 - label)),
    );
    expect([...found.probabilities]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
    expect([...found.outlierScores]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect([...found.persistence]).toEqual([1, 1]);
  });

  it('more samples than points', async () => {
    const points = table([[0], [1], [2], [10]]);
    const found = await hdbscan({ points, minClusterSize: 2, minSamples: 100 });
    // The core distance is that to the farthest point.
    expect([...found.linkage.data.filter((_, k) => k % 4 === 2)]).toEqual([9, 10, 10]);
  });
});

describe('options', () => {
  const random = uniform(4);
  const rows = Array.from({ length: 300 }, (_, k) => [4 * (k % 5) + random(), random(), random()]);

  it('single precision, many threads and their absence give the same', async () => {
    const points = { ...table(rows), data: Float32Array.from(rows.flat()) };
    const [one, three] = await Promise.all([1, 3].map((threads) => hdbscan({ points, minSamples: 4 }, { threads })));
    expect(three).toEqual(one);
    const double = await hdbscan({ points: { ...points, data: Float64Array.from(points.data) }, minSamples: 4 });
    expect(double).toEqual(one);
    expect(Math.max(...one!.labels)).toBe(4);
  });

  it('points and their distances give the same', async () => {
    const distances = fromUpperTriangle(
      rows.length,
      rows.flatMap((a, i) => rows.slice(i + 1).map((b) => Math.hypot(...a.map((x, d) => x - b[d]!)))),
    );
    const fromDistances = await hdbscan({ distances, minSamples: 1 });
    const fromPoints = await hdbscan({ points: table(rows), minSamples: 1 });
    expect(fromDistances.labels).toEqual(fromPoints.labels);
    expect(deviation(fromDistances.outlierScores, fromPoints.outlierScores)).toBeLessThan(1e-9);
  });

  it('distances far from the origin keep their digits', async () => {
    const near = await hdbscan({ points: table(rows), minSamples: 1 });
    const far = await hdbscan({ points: table(rows.map((row) => row.map((x) => x + 2 ** 20))), minSamples: 1 });
    const heights = (data: Float64Array) => data.filter((_, k) => k % 4 === 2);
    expect(deviation(heights(far.linkage.data), heights(near.linkage.data))).toBeLessThan(1e-8);
  });
});

describe('what cannot be used is refused:', () => {
  const distances = randomDistances(6, uniform(5));
  const changed = (i: number, j: number, value: number) => {
    const data = distances.data.slice();
    data[i * 6 + j] = value;
    return { data, shape: [6, 6] };
  };
  const refused: [string, HdbscanInput, string][] = [
    ['nothing', {}, 'either points or distances'],
    ['both', { points: distances, distances }, 'either points or distances'],
    ['a flat array', { points: { data: new Float64Array(4), shape: [4] } }, 'two axes for points'],
    ['a long table', { distances: { data: new Float64Array(8), shape: [4, 2] } }, 'square matrix for distances'],
    [
      'missing numbers',
      { points: { data: new Float64Array(5), shape: [3, 2] } },
      '6 numbers (shape [3, 2]) for points',
    ],
    ['NaN', { distances: changed(4, 1, NaN) }, '[4, 1] is nan'],
    ['infinity', { distances: changed(1, 4, Infinity) }, 'must be symmetric'],
    ['a negative distance', { distances: changed(5, 0, -1) }, '[5, 0] is -1'],
    ['an unsymmetric matrix', { distances: changed(2, 3, 7) }, 'and [2, 3] is 7'],
    [
      'a point at infinity',
      {
        points: table([
          [1, 2],
          [3, -Infinity],
        ]),
      },
      'coordinate 1 of point 1',
    ],
    ['minClusterSize 1', { distances, minClusterSize: 1 }, 'an integer of at least 2 for minClusterSize'],
    ['minSamples 0', { distances, minSamples: 0 }, 'an integer of at least 1 for minSamples'],
    ['half a cluster size', { distances, maxClusterSize: 2.5 }, 'an integer of at least 0 for maxClusterSize'],
    ['a negative epsilon', { distances, selectionEpsilon: -1 }, 'selectionEpsilon'],
    ['an unknown selection', { distances, selection: 'eom' as 'leaf' }, '"excessOfMass" or "leaf"'],
  ];
  it.each(refused)('%s', async (_, input, message) => {
    await expect(hdbscan(input)).rejects.toThrow(message);
  });

  it('texts as distances', async () => {
    const texts = { data: ['a', 'b', 'c', 'd'] as unknown as Float64Array, shape: [2, 2] };
    await expect(hdbscan({ distances: texts })).rejects.toThrow('a list of numbers for distances.data');
  });
});

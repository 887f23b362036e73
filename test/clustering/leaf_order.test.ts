import { setTimeout } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { optimalLeafOrder } from '../../lib/clustering/leaf_order.js';
import { singleLinkage, type Linkage } from '../../lib/clustering/linkage.js';
import { readNpz } from '../../lib/files/npz.js';
import { uniform } from '../features/random.js';
import { goldenRuns } from '../golden_runs.js';
import { kernelCases, type KernelSet } from '../kernel_cases.js';
import { sinceAbort } from '../work.js';
import { fromUpperTriangle, orderCost, randomDistances, table } from './matrices.js';

/** Whether the order is a permutation in which every node of the tree is one stretch. */
function allowedBy({ data }: Linkage, order: Int32Array): boolean {
  const n = order.length;
  const stretches = Array.from({ length: n }, () => [-1, -1]);
  order.forEach((leaf, position) => (stretches[leaf] = [position, position]));
  if (stretches.some(([start]) => start! < 0)) return false;
  for (let k = 0; k < n - 1; k++) {
    const [left, right] = [stretches[data[4 * k]!]!, stretches[data[4 * k + 1]!]!];
    const [start, end] = [Math.min(left[0]!, right[0]!), Math.max(left[1]!, right[1]!)];
    if (end - start + 1 !== data[4 * k + 3]) return false;
    stretches.push([start, end]);
  }
  return true;
}

interface Case {
  n: number;
  condensed_distance: number[];
  leaf_order_cost: number;
}

describe.each(kernelCases('tracking_clusters.json') as KernelSet<Case>[])('tracked units ($set)', ({ cases }) => {
  it("cost what SciPy's order costs, or less", async () => {
    for (const { n, condensed_distance, leaf_order_cost } of cases) {
      const distances = fromUpperTriangle(n, condensed_distance);
      const linkage = await singleLinkage({ distances });
      const scipy = await optimalLeafOrder({ linkage, distances, rule: 'scipy' });
      expect(allowedBy(linkage, scipy)).toBe(true);
      expect(Math.abs(orderCost(scipy, distances) / leaf_order_cost - 1)).toBeLessThan(1e-9);
      const optimal = await optimalLeafOrder({ linkage, distances });
      expect(allowedBy(linkage, optimal)).toBe(true);
      expect(orderCost(optimal, distances)).toBeLessThan(leaf_order_cost * (1 + 1e-9));
    }
  });
});

describe.each(goldenRuns)('the golden run $name', ({ set, folder, missing }) => {
  it.skipIf(missing)('has an order of the same cost', async () => {
    const distances = await set.read(`${folder}/DistanceMatrix.npy`);
    const expected = (await readNpz(`${set.folder}/${folder}/ClusteringResults.npz`)).leafOrder!;
    const order = await optimalLeafOrder({ linkage: await singleLinkage({ distances }), distances, rule: 'scipy' });
    const cost = orderCost(expected.data as Int32Array, distances);
    expect(Math.abs(orderCost(order, distances) / cost - 1)).toBeLessThan(1e-9);
  });
});

it('no leaf, one leaf, two leaves', async () => {
  const empty = { data: new Float64Array(0), shape: [0, 0] };
  const none = await singleLinkage({ distances: empty });
  expect([...(await optimalLeafOrder({ linkage: none, distances: empty }))]).toEqual([]);
  const alone = table([[0]]);
  expect([
    ...(await optimalLeafOrder({ linkage: await singleLinkage({ distances: alone }), distances: alone })),
  ]).toEqual([0]);
  const two = fromUpperTriangle(2, [3]);
  const linkage = await singleLinkage({ distances: two });
  expect([...linkage.data]).toEqual([0, 1, 3, 2]);
  expect([...(await optimalLeafOrder({ linkage, distances: two }))].sort()).toEqual([0, 1]);
});

it('the line x = 0, 1, 2, … is found again', async () => {
  const random = uniform(2);
  const x = Array.from({ length: 200 }, () => random());
  const distances = fromUpperTriangle(
    200,
    x.flatMap((a, i) => x.slice(i + 1).map((b) => Math.abs(a - b))),
  );
  const order = [...(await optimalLeafOrder({ linkage: await singleLinkage({ distances }), distances }))];
  if (x[order[0]!]! > x[order[1]!]!) order.reverse();
  expect(order.map((leaf) => x[leaf])).toEqual(x.toSorted((a, b) => a - b));
});

it('stops within 100 ms of work', async () => {
  // Balanced: the slowest kind of tree.
  const n = 2048;
  const distances = { data: new Float64Array(n * n).fill(1), shape: [n, n] };
  const rows: number[][] = [];
  for (let width = n, first = 0, size = 2; width > 1; first += width, width /= 2, size *= 2) {
    for (let k = 0; k < width; k += 2) rows.push([first + k, first + k + 1, size, size]);
  }
  const stop = new AbortController();
  const job = optimalLeafOrder({ linkage: table(rows), distances }, { signal: stop.signal, threads: 1 });
  await Promise.race([setTimeout(150), job]);
  stop.abort();
  const expectLittleWork = sinceAbort();
  await expect(job).rejects.toMatchObject({ name: 'AbortError' });
  expectLittleWork();
});

describe('what cannot be used is refused:', () => {
  const distances = randomDistances(4, uniform(3));
  const withRows = (...rows: number[][]) => optimalLeafOrder({ linkage: table(rows), distances });

  it('a linkage that is no tree', async () => {
    await expect(withRows([0, 1, 1, 2], [1, 2, 2, 2], [4, 5, 3, 4])).rejects.toThrow('merged already');
    await expect(withRows([0, 1, 1, 2], [2, 5, 2, 2], [4, 3, 3, 4])).rejects.toThrow('does not exist yet');
    await expect(withRows([0, 1, 1, 2], [2, 3, 2, 3], [4, 5, 3, 4])).rejects.toThrow(
      'should have the size 2 but has 3',
    );
    await expect(withRows([0, 0.5, 1, 2], [2, 3, 2, 2], [4, 5, 3, 4])).rejects.toThrow('must be integers');
    await expect(withRows([0, -1, 1, 2], [2, 3, 2, 2], [4, 5, 3, 4])).rejects.toThrow('must be integers');
  });

  it('a linkage of another number of points', async () => {
    await expect(withRows([0, 1, 1, 2])).rejects.toThrow(
      'the shape [3, 4] for the linkage of 4 points but received [1, 4]',
    );
  });

  it('NaN', async () => {
    const linkage = await singleLinkage({ distances });
    const data = distances.data.with(6, NaN);
    await expect(optimalLeafOrder({ linkage, distances: { data, shape: [4, 4] } })).rejects.toThrow(
      'must be symmetric',
    );
    await expect(singleLinkage({ distances: { data, shape: [4, 4] } })).rejects.toThrow('must be symmetric');
  });

  it('an unknown rule', async () => {
    const linkage = await singleLinkage({ distances });
    await expect(optimalLeafOrder({ linkage, distances, rule: 'best' as 'scipy' })).rejects.toThrow(
      '"optimal" or "scipy"',
    );
  });
});

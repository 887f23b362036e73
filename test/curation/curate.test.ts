import { describe, expect, it } from 'vitest';

import { curateClusters, type CurationInput } from '../../lib/curation/curate.js';
import { readNpz } from '../../lib/files/npz.js';
import { fromUpperTriangle } from '../clustering/matrices.js';
import { uniform } from '../features/random.js';
import { goldenRuns } from '../golden_runs.js';
import { curateSlowly } from './slowly.js';

/** Pairs and types without a unit's pairs with itself and without repeats. */
function distinct(pairs: ArrayLike<number>, types: ArrayLike<number>): number[][] {
  const seen = new Set<string>();
  return Array.from(types, (type, k) => [pairs[2 * k]!, pairs[2 * k + 1]!, type]).filter(([a, b]) => {
    const repeated = a === b || seen.has(`${a} ${b}`);
    seen.add(`${a} ${b}`);
    return !repeated;
  });
}

const rowsOf = ({ pairs, types }: { pairs: { data: Int32Array }; types: Int32Array }) =>
  Array.from(types, (type, k) => [pairs.data[2 * k]!, pairs.data[2 * k + 1]!, type]);

describe.each(goldenRuns)('the golden run $name', ({ set, folder, missing }) => {
  it.skipIf(missing)('is curated as in the reference', async () => {
    const read = async (name: string) => (await set.read(`${folder}/${name}.npy`)).data;
    const similarity = await set.read(`${folder}/SimilarityMatrix.npy`);
    const found = (await readNpz(`${set.folder}/${folder}/ClusteringResults.npz`)).idx_cluster_hdbscan!;
    const units =
      folder === 'expected'
        ? Float64Array.from({ length: similarity.shape[0]! }, (_, unit) => unit)
        : await read('original_unit_indices');
    const sessions = (await set.read('data/session_index.npy')).data;
    const { autoCuration } = await set.settings();
    const curation = await curateClusters({
      labels: Int32Array.from(found.data as ArrayLike<number>, Number),
      sessions: Int32Array.from(units, (unit) => sessions[unit]!),
      similarity,
      ...(autoCuration.auto_split && { threshold: (await read('SimilarityThreshold'))[0]! }),
    });
    expect([...curation.labels]).toEqual([...(await read('IdxCluster'))]);
    const expected = distinct(await read('CurationPairs'), await read('CurationTypes'));
    expect(rowsOf(curation)).toEqual(expected);
  });
});

describe('against the specification, word by word', () => {
  const random = uniform(9);
  const whole = (below: number) => Math.floor(below * random());

  it.each([0.2, 0.5, 0.8, undefined])('with threshold %s', async (threshold) => {
    for (let round = 0; round < 100; round++) {
      const units = 2 + whole(40);
      const clusters = 1 + whole(5);
      const labels = Int32Array.from({ length: units }, () => whole(clusters + 1) || -1);
      // Ids without gaps, as clustering gives them.
      const ids = [...new Set(labels)].filter((label) => label > 0).sort((a, b) => a - b);
      labels.forEach((label, unit) => (labels[unit] = label > 0 ? ids.indexOf(label) + 1 : -1));
      const sessions = Int32Array.from({ length: units }, () => 1 + whole(6));
      // Few different similarities, for ties.
      const values = Array.from({ length: (units * (units - 1)) / 2 }, () => whole(8) / 8);
      const similarity = fromUpperTriangle(units, values);
      for (let unit = 0; unit < units; unit++) similarity.data[unit * (units + 1)] = 6;
      const found = await curateClusters({
        labels,
        sessions,
        similarity,
        ...(threshold !== undefined && { threshold }),
      });
      const expected = curateSlowly([...labels], [...sessions], (i, j) => similarity.data[i * units + j]!, threshold);
      expect([...found.labels]).toEqual(expected.labels);
      expect(rowsOf(found)).toEqual(expected.pairs);
    }
  });
});

describe('small cases', () => {
  it('no unit, and no unmatched unit', async () => {
    const none = await curateClusters({
      labels: new Int32Array(0),
      sessions: new Int32Array(0),
      similarity: { data: new Float32Array(0), shape: [0, 0] },
    });
    expect(none.pairs.shape).toEqual([0, 2]);
    const all = await curateClusters({
      labels: Int32Array.of(1, 2, 1, 2),
      sessions: Int32Array.of(1, 1, 2, 2),
      similarity: { data: new Float32Array(16).fill(1), shape: [4, 4] },
      threshold: 0.5,
    });
    expect([...all.labels]).toEqual([1, 2, 1, 2]);
    expect(all.types).toHaveLength(0);
  });

  it('a cluster from a single session dissolves', async () => {
    const similarity = { data: new Float64Array(9).fill(1), shape: [3, 3] };
    const labels = Int32Array.of(1, 1, 1);
    const { labels: found, ...rest } = await curateClusters({ labels, sessions: labels, similarity });
    expect([...found]).toEqual([-1, -1, -1]);
    // Equal means: of two units the later one goes.
    expect(rowsOf(rest)).toEqual([
      [0, 1, 1],
      [1, 2, 1],
      [0, 2, 1],
    ]);
    expect([...labels]).toEqual([1, 1, 1]);
  });
});

describe('what cannot be used is refused:', () => {
  const good: CurationInput = {
    labels: Int32Array.of(1, 1, -1),
    sessions: Int32Array.of(1, 2, 3),
    similarity: { data: new Float64Array(9), shape: [3, 3] },
  };
  const refused: [string, Partial<CurationInput>, string][] = [
    ['labels from 0', { labels: Int32Array.of(0, 0, -1) }, 'labels of hdbscan start from 0'],
    ['an id above the number of units', { labels: Int32Array.of(4, 4, -1) }, 'for labels[0] but received 4'],
    ['labels of another length', { labels: Int32Array.of(1, 1) }, 'a list of 3 numbers'],
    ['sessions of another length', { sessions: Int32Array.of(1, 1) }, 'a list of 3 numbers'],
    ['a matrix that is not square', { similarity: { data: new Float64Array(6), shape: [3, 2] } }, 'square matrix'],
    ['a threshold of NaN', { threshold: NaN }, 'a number for threshold'],
  ];
  it.each(refused)('%s', async (_, change, message) => {
    await expect(curateClusters({ ...good, ...change })).rejects.toThrow(message);
  });
});

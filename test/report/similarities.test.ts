import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { condenseDistances } from '../../lib/report/figures/matrix_image.js';
import { readReport } from '../../lib/report/read_report.js';
import { neighbourCount } from '../../lib/report/similarities.js';
import { nothingDrawn, Scratch } from './folders.js';

const scratch = new Scratch();
afterAll(scratch.remove);

describe('the similarities of a report', () => {
  it('are those of the matrices', async () => {
    const { results: folder, data: dataFolder } = await scratch.reference('mini-default');
    const content = readReport(folder, dataFolder);
    const data = await content.data;
    const { similarities } = await content.matrices;
    const { features, similarUnits, nearby } = similarities;
    const n = data.unitCount;
    const matrix = (await readNpy(join(folder, 'SimilarityMatrix.npy'), { as: 'float64' })).data;
    const pairs = (await readNpy(join(folder, 'SimilarityPairs.npy'), { as: 'int32' })).data;
    nearby!.forEach((value, p) => {
      expect(value).toBe(Math.fround(matrix[pairs[2 * p]! * n + pairs[2 * p + 1]!]!));
    });

    expect(features.map(({ name }) => name)).toEqual(['Waveform', 'AutoCorr']);
    const sum = (counts: Float64Array) => counts.reduce((a, b) => a + b, 0);
    const matched = (await readNpy(join(folder, 'MatchedPairs.npy'))).shape[0];
    for (const histograms of features) {
      expect(sum(histograms.all.counts)).toBe((n * (n - 1)) / 2);
      expect(sum(histograms.matched.counts)).toBe(matched);
    }

    for (let unit = 0; unit < n; ++unit) {
      const outside = [...Array(n).keys()].filter(
        (other) => other !== unit && (data.clusters[unit]! < 1 || data.clusters[other] !== data.clusters[unit]),
      );
      const expected = outside
        .map((other) => matrix[unit * n + other]!)
        .sort((a, b) => b - a)
        .slice(0, neighbourCount);
      const found = similarUnits!.neighbourSimilarities.subarray(unit * neighbourCount, (unit + 1) * neighbourCount);
      expect([...found]).toEqual(expected.map(Math.fround));
    }

    const within = Array.from({ length: data.clusterCount }, (_, c) => {
      const members = [...Array(n).keys()].filter((unit) => data.clusters[unit] === c + 1);
      return members.flatMap((a) => members.map((b) => Math.fround(matrix[a * n + b]!)));
    });
    expect([...similarUnits!.clusterSimilarities]).toEqual(within.flat());
  });

  it('leave out pairs of different shanks, which are not compared', async () => {
    const { results: folder, data: dataFolder } = await scratch.run('mini-multi-shank', {
      ...nothingDrawn,
      save_intermediate_results: true,
    });
    const content = readReport(folder, dataFolder);
    const data = await content.data;
    const matrices = await content.matrices;
    const { similarities } = matrices;
    const { features } = similarities;
    const sizes = data.groups.map(({ shank }) => data.shanks!.filter((of) => of === shank).length);
    expect(sizes.length).toBeGreaterThan(1);
    const pairs = sizes.reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);
    expect(features.length).toBeGreaterThan(0);
    for (const { all } of features) expect(all.counts.reduce((a, b) => a + b, 0)).toBe(pairs);
    // Their zero would make them the nearest.
    const { range } = condenseDistances(data, matrices.distanceSums!);
    expect(range[0]).toBeGreaterThan(0);
  });
});

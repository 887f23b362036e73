import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { writeNpz } from '../../lib/files/npz_writer.js';
import { loadReportData } from '../../lib/report/load.js';
import type { MatchEvidence } from '../../lib/results/stored_result.js';
import { readReport } from '../../lib/report/read_report.js';
import { ResultFolder } from '../../lib/results/result_folder.js';
import { neighbourCount } from '../../lib/report/similarities.js';
import { nothingDrawn, Scratch } from './folders.js';

const scratch = new Scratch();
afterAll(scratch.remove);

function probabilityOf({ pairs, probabilities }: Pick<MatchEvidence, 'pairs' | 'probabilities'>, a: number, b: number) {
  for (let p = 0; p < probabilities.length; ++p) {
    const [i, j] = [pairs[2 * p], pairs[2 * p + 1]];
    if ((i === a && j === b) || (i === b && j === a)) return probabilities[p]!;
  }
  return NaN;
}

const load = (folder: string, dataFolder?: string) => loadReportData(new ResultFolder(folder), { dataFolder });

describe('a folder of results', () => {
  it('of a run of ours is read as a whole', async () => {
    const { results, data } = await scratch.run('mini-default', nothingDrawn);
    const loaded = await load(results, data);
    expect(loaded.missing).toEqual([]);
    expect(loaded).toMatchObject({ unitCount: 50, dataFolder: data });
    expect([...loaded.sessions!]).toEqual([...(await readNpy(join(data, 'session_index.npy'), { as: 'int32' })).data]);
    expect(loaded.record!.groups[0]!.motionIterations.length).toBeGreaterThan(1);
    expect(loaded.groups).toHaveLength(1);
    expect(loaded.groups[0]!.features.map(({ name }) => name)).toEqual(['Waveform', 'AutoCorr']);
    const { low, high } = loaded.groups[0]!.motionInterval!;
    loaded.groups[0]!.motion!.constantUm.forEach((value, s) => {
      expect(low.constantUm[s]!).toBeLessThanOrEqual(value);
      expect(high.constantUm[s]!).toBeGreaterThanOrEqual(value);
    });
  });

  it('of the probabilistic method tells how sure it is', async () => {
    const { results, data } = await scratch.simulated({}, nothingDrawn);
    const { matches, clusterCount, clusters, sessions, groups, missing } = await load(results, data);
    expect(missing).toEqual([]);
    expect(matches!.probabilities).toHaveLength(matches!.pairs.length / 2);
    expect(matches!.confidence).toHaveLength(clusterCount);
    expect(matches!.falsePositiveRates![0]).toBeLessThan(0.1);
    const { splitCandidates: split } = matches!;
    expect(split.length).toBeGreaterThan(0);
    for (let q = 0; q < split.length; q += 2) expect(sessions![split[q]!]).toBe(sessions![split[q + 1]!]);
    expect(new Set(groups[0]!.component).size).toBe(1);
    const count = groups[0]!.component!.length;
    expect(matches!.connections).toHaveLength((count * (count - 1)) / 2);
    for (const { shank, isConnected, displacementUm } of matches!.connections) {
      expect([shank, isConnected]).toEqual([undefined, true]);
      expect(Number.isFinite(displacementUm)).toBe(true);
    }
    expect(matches!.scoreCounts!.length % 3).toBe(0);
    const similarUnitsNow = async () => (await readReport(results, data).matrices).similarities.similarUnits!;
    const members = [...clusters.keys()].filter((unit) => clusters[unit] === 1);
    const expected = (of: Pick<MatchEvidence, 'pairs' | 'probabilities'>) =>
      members.flatMap((a) => members.map((b) => Math.fround(probabilityOf(of, a, b))));
    const similarUnits = await similarUnitsNow();
    const inFirst = members.length ** 2;
    expect([...similarUnits.clusterSimilarities.subarray(0, inFirst)]).toEqual(expected(matches!.matched!));
    const nearest = matches!.probabilities.reduce((most, probability, p) => {
      const pair = [matches!.pairs[2 * p]!, matches!.pairs[2 * p + 1]!];
      const other = pair[0] === members[0] ? pair[1]! : pair[1] === members[0] ? pair[0]! : -1;
      return other >= 0 && clusters[other] !== 1 ? Math.max(most, probability) : most;
    }, 0);
    expect(similarUnits.neighbourSimilarities[neighbourCount * members[0]!]).toBe(Math.fround(nearest));
    // Results of an older version
    await rm(join(results, 'MatchedProbability.npy'));
    expect([...(await similarUnitsNow()).clusterSimilarities.subarray(0, inFirst)]).toEqual(expected(matches!));
  });

  it('of pyDANT is read as far as it goes', async () => {
    const { results, data } = await scratch.reference('mini-multi-shank');
    const loaded = await load(results, data);
    expect(loaded.groups.map(({ shank }) => shank)).toEqual([1, 2, 3, 4].slice(0, loaded.groups.length));
    expect(loaded.groups.length).toBeGreaterThan(1);
    for (const { features, motion } of loaded.groups) {
      expect(features.map(({ name }) => name)).toEqual(['Waveform', 'AutoCorr']);
      expect(motion!.constantUm).toHaveLength(loaded.sessionCount);
    }
    expect(loaded.missing.join()).toMatch(/run\.json is missing/);
  });

  it('says what is missing without the data', async () => {
    const { results } = await scratch.reference('mini-default');
    await rm(join(results, 'auto_corr.npy'));
    await rm(join(results, 'locations.npy'));
    const loaded = await load(results);
    expect(loaded.sessions).toBeUndefined();
    // The features in use are those whose matrices are not zero.
    expect(loaded.groups[0]!.features.map(({ name }) => name)).toEqual(['Waveform', 'AutoCorr']);
    for (const words of [
      /folder with the data was not found/,
      /session of each unit is not known/,
      /auto_corr\.npy is/,
      /locations\.npy is/,
    ]) {
      expect(loaded.missing.some((line) => words.test(line))).toBe(true);
    }
  });

  it('says which file is damaged or of other units', async () => {
    const { results, data } = await scratch.reference('mini-default');
    await writeFile(join(results, 'isi.npy'), 'no array');
    await writeFile(join(results, 'run.json'), '{"groups": 3}');
    const other = await scratch.reference('mini-linear-isi');
    const loaded = await load(results, other.data);
    expect(loaded.curves.map(({ about }) => about.title)).toEqual(['Autocorrelogram', 'Peri-event histogram']);
    expect(loaded.missing.some((line) => line.includes('isi.npy: expected a .npy file'))).toBe(true);
    expect(loaded.missing.some((line) => line.includes('run.json is of another kind'))).toBe(true);
    expect(loaded.missing.some((line) => line.includes('list of sessions is of 45 units, not of the 50'))).toBe(true);
    expect((await load(results, data)).sessions).toHaveLength(50);
  });

  it('may be no more than an Output.npz', async () => {
    const folder = await scratch.folder();
    await writeNpz(join(folder, 'Output.npz'), {
      IdxCluster: { data: Int32Array.of(1, 1, -1), shape: [3], dtype: '<i8' },
      Sessions: { data: Int32Array.of(1, 2, 2), shape: [3], dtype: '<i8' },
    });
    const { clusters, clusterCount, sessionCount } = await load(folder);
    expect({ clusters: [...clusters], clusterCount, sessionCount }).toEqual({
      clusters: [1, 1, -1],
      clusterCount: 1,
      sessionCount: 2,
    });
  });

  it('without clusters is refused', async () => {
    await expect(load(await scratch.folder())).rejects.toMatchObject({ code: 'DANT_DATA' });
    await expect(load('/nowhere')).rejects.toThrow(/neither IdxCluster\.npy nor Output\.npz/);
  });
});

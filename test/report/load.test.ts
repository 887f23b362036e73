import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { writeNpz } from '../../lib/files/npz_writer.js';
import { loadReportData } from '../../lib/report/load.js';
import { ResultFolder } from '../../lib/report/result_folder.js';
import { nothingDrawn, Scratch } from './folders.js';

const scratch = new Scratch();
afterAll(scratch.remove);

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
    expect(loaded.isiHistograms).toBeUndefined();
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

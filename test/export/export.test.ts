import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { writeNpy } from '../../lib/files/npy_writer.js';
import { readNpz } from '../../lib/files/npz.js';
import { importSessions } from '../../lib/import/import_sessions.js';
import { exportToPhy } from '../../lib/export/phy.js';
import { exportCsv, exportNpz } from '../../lib/export/table.js';
import { readTrackedUnits, trackedUnits, writeTrackedUnits } from '../../lib/export/tracked_units.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';
import { copyOf, haveFixtures, np1 } from '../import/fixtures.js';

const folder = temporaryFolder();

describe.skipIf(!haveFixtures)('from sorted sessions to neurons in phy', () => {
  it('takes two commands, and finds the neurons of the truth', async () => {
    const experiment = copyOf(np1, join(folder.path, 'experiment'));
    const days = [1, 2, 3].map((day) => join(experiment, `D${day}`));
    const data = join(folder.path, 'data');
    const tracked = await dant(['track', ...days, '--output', data]);
    expect(tracked.code, tracked.stderr).toBe(0);
    expect(tracked.stdout).toContain('Imported 21 units of 3 sessions');
    // Seven units a session are too few to show that sessions share neurons: the default method says so. pyDANT's does not ask.
    expect(tracked.stderr).toContain('No two sessions have a neuron in common that the recording can show');
    const run = await dant(['run', data, '--method', 'reference', '--overwrite']);
    expect(run.stdout).toContain('8 neurons found in more than one session');

    const result = join(data, 'DANT_Output');
    const table = readFileSync(join(result, 'tracked_units.csv'), 'utf8').trim().split('\n');
    expect(table.length).toBe(22);
    expect(table[0]).toBe('neuron,confidence,session,folder,cluster_id,label,depth_um,unit');

    // Each neuron of the result is one neuron of the truth.
    const truth = await readNpz(join(np1, 'truth.npz'));
    const trueNeuron = (session: number, cluster: number) => {
      const pairs = truth[`D${session}_cluster_neuron`]!.data as Int32Array;
      for (let i = 0; i < pairs.length; i += 2) if (Number(pairs[i]) === cluster) return Number(pairs[i + 1]);
      return -1;
    };
    const neurons = new Map<number, Set<number>>();
    for (const { neuron, session, origin } of await trackedUnits(result, data)) {
      const found = neurons.get(neuron!) ?? new Set();
      neurons.set(neuron!, found.add(trueNeuron(session!, origin!.clusterId)));
    }
    expect([...neurons.values()].map(({ size }) => size)).toEqual(Array.from({ length: 8 }, () => 1));

    const exported = await dant(['export', 'phy', result]);
    expect(exported).toMatchObject({ code: 0, stderr: '' });
    expect(exported.stdout).toContain('neurons of 21 units');
    const file = join(experiment, 'D2/kilosort4/cluster_tracked_id.tsv');
    expect(readFileSync(file, 'utf8')).toMatch(/^cluster_id\ttracked_id\n0\t\d+\n3\t\d+\n/);

    const before = readFileSync(file, 'utf8');
    writeFileSync(file, 'mine');
    expect(await dant(['export', 'phy', result])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cluster_tracked_id.tsv: it exists and was left as it is') as string,
    });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await dant(['export', 'phy', result, '--force'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(readdirSync(join(experiment, 'D2/kilosort4')).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('hands out the same as a table and as arrays, also of data that were not imported', async () => {
    const data = join(folder.path, 'data');
    const days = [1, 2].map((day) => ({ folder: join(np1, `D${day}`) }));
    await importSessions(days, data);
    const result = join(data, 'results');
    mkdirSync(result);
    const clusters = Int32Array.from({ length: 13 }, (_, k) => (k % 6 === 5 ? -1 : 1 + (k % 6)));
    await writeNpy(join(result, 'IdxCluster.npy'), { data: clusters, shape: [13], dtype: '<i8' });
    await writeNpy(join(result, 'ClusterConfidence.npy'), { data: Float64Array.of(1, 0.9, 0.8, 0.7, 0.6), shape: [5] });
    await writeTrackedUnits(result, data);

    const csv = join(folder.path, 'out.csv');
    expect(await dant(['export', 'csv', result, '-o', csv])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: `Wrote 13 units and their 5 neurons to ${csv}.\n`,
    });
    expect(readFileSync(csv, 'utf8')).toBe(readFileSync(join(result, 'tracked_units.csv'), 'utf8'));
    expect(await dant(['export', 'csv', result, '-o', csv])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('out.csv: it exists and was left as it is. --force') as string,
    });
    expect((await dant(['export', 'csv', result, '-o', csv, '--force'])).code).toBe(0);

    expect((await dant(['export', 'npz', result], { cwd: folder.path })).stdout).toContain('to tracked_units.npz');
    const arrays = await readNpz(join(folder.path, 'tracked_units.npz'));
    expect(Array.from(arrays.neuron!.data as Int32Array, Number)).toEqual([...clusters]);
    expect([...(arrays.confidence!.data as Float64Array)].slice(3, 7)).toEqual([0.7, 0.6, NaN, 1]);
    expect(Array.from(arrays.session!.data as Int32Array, Number)).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2]);
    expect(Array.from(arrays.cluster_id!.data as Int32Array, Number).slice(0, 6)).toEqual([0, 12, 15, 18, 200, 202]);
    expect((arrays.folder!.data as string[])[12]).toBe(join(np1, 'D2/kilosort4'));

    // Without units.csv: what the result and the data tell
    const plain = join(folder.path, 'plain');
    mkdirSync(plain);
    await writeNpy(join(plain, 'session_index.npy'), { data: Float64Array.of(1, 2, 2), shape: [3] });
    mkdirSync(join(plain, 'DANT_Output'));
    await writeNpy(join(plain, 'DANT_Output/IdxCluster.npy'), { data: Int32Array.of(1, -1, 1), shape: [3] });
    const table = join(folder.path, 'plain.csv');
    await exportCsv(join(plain, 'DANT_Output'), table, { dataFolder: plain });
    expect(readFileSync(table, 'utf8')).toBe(
      'neuron,confidence,session,folder,cluster_id,label,depth_um,unit\n1,,1,,,,,0\n1,,2,,,,,2\n,,2,,,,,1\n',
    );
    await expect(exportCsv(join(plain, 'DANT_Output'), `${table}2`, { dataFolder: data })).rejects.toThrow(
      /has 3 units but .*units\.csv 13: the result is of other data/,
    );
    expect(readdirSync(folder.path).filter((name) => /part|csv2/.test(name))).toEqual([]);
  });

  it('writes all neurons of a cluster whose parts were sessions', async () => {
    const session = join(folder.path, 'session');
    mkdirSync(session);
    writeFileSync(
      join(folder.path, 'units.csv'),
      ['unit,session,folder,cluster_id,label,depth_um', ...[4, 7].map((id, k) => `${k},1,${session},${id},good,0`)]
        .concat([4, 7].map((id, k) => `${k + 2},2,${session},${id},good,0`))
        .join('\n'),
    );
    await writeNpy(join(folder.path, 'IdxCluster.npy'), { data: Int32Array.of(1, 2, 1, 3), shape: [4] });
    expect(await exportToPhy(folder.path, folder.path)).toEqual({
      files: [join(session, 'cluster_tracked_id.tsv')],
      units: 4,
    });
    expect(readFileSync(join(session, 'cluster_tracked_id.tsv'), 'utf8')).toBe(
      'cluster_id\ttracked_id\n4\t1\n7\t2/3\n',
    );
    // Of a region, it has a name of its own.
    writeFileSync(join(folder.path, 'import.json'), '{ "region": "CA1/2" }');
    await exportToPhy(folder.path, folder.path);
    expect(readFileSync(join(session, 'cluster_tracked_id_CA1-2.tsv'), 'utf8')).toMatch(
      /^cluster_id\ttracked_id_CA1-2\n4\t1\n/,
    );
    writeFileSync(join(folder.path, 'import.json'), '{');
    await expect(exportToPhy(folder.path, folder.path)).rejects.toThrow(/import\.json: cannot be read/);
  });

  it('keeps ids of clusters that 32 bits do not hold', async () => {
    const ids = [2 ** 31, 2 ** 40 + 1];
    writeFileSync(
      join(folder.path, 'units.csv'),
      ['unit,session,folder,cluster_id,label,depth_um', ...ids.map((id, k) => `${k},${k + 1},x,${id},good,0`)].join(
        '\n',
      ),
    );
    await writeNpy(join(folder.path, 'IdxCluster.npy'), { data: Int32Array.of(1, 1), shape: [2] });
    const file = join(folder.path, 'units.npz');
    await exportNpz(folder.path, file, { dataFolder: folder.path });
    const { cluster_id: written } = await readNpz(file);
    expect(written!.data).toEqual(BigInt64Array.from(ids, BigInt));
  });

  it('reads a table of its own back, or says what is wrong with it', async () => {
    const head = 'neuron,confidence,session,folder,cluster_id,label,depth_um,unit\n';
    const table = (text: string) => {
      writeFileSync(join(folder.path, 'tracked_units.csv'), text);
      return readTrackedUnits(folder.path);
    };
    // As Excel saves it
    expect(await table(`\uFEFF${head}1,,2,a,12,good,0,1\n,,1,a,7,good,0,0\n`)).toEqual([
      { unit: 0, session: 1, clusterId: 7 },
      { unit: 1, session: 2, clusterId: 12 },
    ]);
    const isWrong = { code: 'DANT_DATA', message: expect.stringContaining('tracked_units.csv: ') as string };
    await expect(table(`${head}1,,2,"a,12,good,0,1\n`)).rejects.toMatchObject(isWrong);
    await expect(table(`${head}1,,2\n`)).rejects.toMatchObject(isWrong);
    await expect(table(`${head}1,,1,,,,,0\n`)).rejects.toThrow(/line 2: expected a number for cluster_id but found ""/);
  });

  it('needs data that were imported, and the result of them', async () => {
    const data = join(folder.path, 'data');
    await writeNpy(join(folder.path, 'IdxCluster.npy'), { data: Int32Array.of(1), shape: [1] });
    await expect(exportToPhy(folder.path, folder.path)).rejects.toThrow(
      /units\.csv: there is no such file.*dant import/,
    );
    expect(await writeTrackedUnits(folder.path, folder.path)).toBeUndefined();
    expect(existsSync(join(folder.path, 'tracked_units.csv'))).toBe(false);
    await importSessions([{ folder: join(np1, 'D1') }], data);
    await expect(trackedUnits(folder.path, data)).rejects.toThrow(/has 1 units but .*units\.csv 6/);
    // A run keeps its results all the same.
    expect(await writeTrackedUnits(folder.path, data)).toMatch(/tracked_units\.csv was not written: .*has 1 units/);
    writeFileSync(join(data, 'units.csv'), 'unit,session,folder,cluster_id,label,depth_um\n0,1,x,,good,0\n');
    expect(await writeTrackedUnits(folder.path, data)).toMatch(/line 2: expected a number for cluster_id but found ""/);
    await expect(trackedUnits(data, data)).rejects.toThrow(/IdxCluster\.npy/);
  });
});

import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readNpz } from '../../lib/files/npz.js';
import { importSessions } from '../../lib/import/import_sessions.js';
import { exportToPhy, trackedUnits, writeTrackedUnits } from '../../lib/import/tracked_units.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';
import { copyOf, haveFixtures, np1 } from './fixtures.js';

const folder = temporaryFolder();

describe.skipIf(!haveFixtures)('from sorted sessions to neurons in phy', () => {
  it('takes two commands, and finds the neurons of the truth', async () => {
    const experiment = copyOf(np1, join(folder.path, 'experiment'));
    const days = [1, 2, 3].map((day) => join(experiment, `D${day}`));
    const data = join(folder.path, 'data');
    const tracked = await dant(['track', ...days, '--output', data]);
    expect(tracked.code, tracked.stderr).toBe(0);
    expect(tracked.stdout).toContain('Imported 21 units of 3 sessions');
    expect(tracked.stdout).toContain('8 neurons found in more than one session');

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
    for (const { neuron, session, clusterId } of await trackedUnits(result, data)) {
      const found = neurons.get(neuron!) ?? new Set();
      neurons.set(neuron!, found.add(trueNeuron(session, clusterId)));
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

  it('needs data that were imported, and the result of them', async () => {
    const data = join(folder.path, 'data');
    await expect(exportToPhy(folder.path, folder.path)).rejects.toThrow(
      /units\.csv: there is no such file.*dant import/,
    );
    await writeTrackedUnits(folder.path, folder.path);
    expect(existsSync(join(folder.path, 'tracked_units.csv'))).toBe(false);
    await importSessions([{ folder: join(np1, 'D1') }], data);
    await expect(trackedUnits(folder.path, data)).rejects.toThrow(/IdxCluster\.npy/);
  });
});

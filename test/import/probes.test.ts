import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { importSessions } from '../../lib/import/import_sessions.js';
import { recognise } from '../../lib/import/recognise.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';
import { copyOf, haveFixtures, np1 } from './fixtures.js';

const folder = temporaryFolder();

describe.skipIf(!haveFixtures)('several probes', () => {
  /** Two probes: the second has the recording of another day. */
  const twoProbes = (day: number) => {
    const session = copyOf(join(np1, `D${day}`), join(folder.path, `day${day}`));
    const sorter = readdirSync(session).find((name) => name.startsWith('kilosort'))!;
    const other = copyOf(join(np1, 'D1'), join(folder.path, `other${day}`));
    const run = join(session, 'X_g0/X_g0_imec1');
    renameSync(join(other, 'X_g0/X_g0_imec0'), run);
    for (const name of readdirSync(run)) renameSync(join(run, name), join(run, name.replace('imec0', 'imec1')));
    renameSync(join(other, 'kilosort2.5'), join(session, 'imec1_ks'));
    rmSync(other, { recursive: true });
    const params = join(session, 'imec1_ks/params.py');
    writeFileSync(params, readFileSync(params, 'utf8').replaceAll('imec0', 'imec1'));
    renameSync(join(session, sorter), join(session, 'imec0_ks'));
    writeFileSync(join(session, 'imec1_ks/my_labels.csv'), 'cluster_id,label\n0,mine\n12,mine\n');
    return session;
  };

  it('of a session are data sets of their own, imported and tracked in one go', async () => {
    const sessions = [1, 2].map(twoProbes);
    const data = join(folder.path, 'data');
    const { code, stdout, stderr } = await dant(['track', ...sessions, '-o', data]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`Imported 13 units of 2 sessions (6, 7), 32 channels, to ${join(data, 'imec0')}`);
    expect(stdout).toContain(`Imported 12 units of 2 sessions (6, 6), 32 channels, to ${join(data, 'imec1')}`);
    for (const probe of ['imec0', 'imec1'])
      expect(existsSync(join(data, probe, 'DANT_Output/tracked_units.csv'))).toBe(true);
    // Alone it is the same.
    await importSessions(
      [1, 2].map((day) => ({ folder: join(np1, `D${day}`) })),
      `${data}-alone`,
    );
    const waveforms = (path: string) => readFileSync(join(path, 'waveform_all.npy'));
    expect(waveforms(join(data, 'imec0'))).toEqual(waveforms(`${data}-alone`));

    // Recognised, too
    expect(await recognise(sessions[0]!)).toEqual({
      form: 'kilosort',
      paths: [sessions[0]],
      description: 'sortings of Kilosort or phy',
    });
    const auto = await dant(['import', 'auto', ...sessions, '-o', `${data}-auto`]);
    expect(auto.code, auto.stderr).toBe(0);
    for (const probe of ['imec0', 'imec1']) {
      expect(waveforms(join(`${data}-auto`, probe))).toEqual(waveforms(join(data, probe)));
    }

    const labelled = join(folder.path, 'labelled');
    await expect(
      importSessions(
        sessions.map((session) => ({ folder: session })),
        labelled,
        { labelTables: ['my_labels.csv'], labels: ['mine'] },
      ),
    ).rejects.toThrow(/--label-table my_labels\.csv: expected a file of this name/);
    const summary = await importSessions(
      sessions.map((session) => ({ folder: join(session, 'imec1_ks') })),
      labelled,
      { labelTables: ['my_labels.csv'], labels: ['mine'] },
    );
    expect(summary.unitsPerSession).toEqual([2, 2]);
    expect(summary.warnings).toContainEqual(
      expect.stringMatching(/my_labels\.csv has no label for cluster 1, 9.*unsorted/),
    );
  });

  it('are told apart from two sortings of one', async () => {
    const session = copyOf(join(np1, 'D1'), join(folder.path, 'day1'));
    copyOf(join(session, 'kilosort2.5'), join(session, 'kilosort4'));
    await expect(importSessions([{ folder: session }], join(folder.path, 'data'))).rejects.toThrow(
      /^Session 1: .*day1: holds more than one sorting of imec0: .*kilosort2\.5, .*kilosort4\. If they are sessions, name them all/,
    );
  });
});

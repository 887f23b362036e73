import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { importSessions } from '../../lib/import/import_sessions.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';
import { regular, writeSession } from './write_session.js';

const folder = temporaryFolder();
const units = [
  { id: 3, channel: 2, spikes: regular(1000, 1500, 89_000) },
  // Silent in the second part
  { id: 8, channel: 9, spikes: [...regular(1200, 1000, 30_000), ...regular(60_500, 1000, 89_000)] },
];

describe('days that were sorted in one go', () => {
  it('become sessions, whose means are those of each part alone', async () => {
    const session = await writeSession(join(folder.path, 'all'), units, { rows: 90_000 });
    writeFileSync(join(session, 'events.csv'), 'time_s\n0.5\n1.5\n2.5\n');
    const data = join(folder.path, 'data');
    const options = { pethWindowMs: [-100, 100], pethSmoothMs: 0, events: [join(session, 'events.csv')] };
    const { unitsPerSession } = await importSessions(
      [{ folder: session, uvPerBit: 1, splitAt: [1, 2] }],
      data,
      options,
    );
    expect(unitsPerSession).toEqual([2, 1, 2]);
    const sessions = await readNpy(join(data, 'session_index.npy'), { as: 'int32' });
    expect([...sessions.data]).toEqual([1, 1, 2, 3, 3]);

    // The same parts as recordings of their own
    const bytes = readFileSync(join(session, 'raw.dat'));
    const waveforms = await readNpy(join(data, 'waveform_all.npy'), { as: 'float64' });
    const size = 12 * 61;
    let k = 0;
    for (const part of [0, 1, 2]) {
      const own = units
        .map((unit) => ({ ...unit, spikes: unit.spikes.map((spike) => spike - 30_000 * part) }))
        .map((unit) => ({ ...unit, spikes: unit.spikes.filter((spike) => spike >= 0 && spike < 30_000) }))
        .filter(({ spikes }) => spikes.length > 0);
      const alone = await writeSession(join(folder.path, `part${part}`), own);
      writeFileSync(join(alone, 'raw.dat'), bytes.subarray(part * 720_000, (part + 1) * 720_000));
      const partData = join(folder.path, `data${part}`);
      await importSessions([{ folder: alone, uvPerBit: 1 }], partData);
      const expected = await readNpy(join(partData, 'waveform_all.npy'), { as: 'float64' });
      for (let i = 0; i < own.length; i++, k++) {
        expect(waveforms.data.subarray(k * size, (k + 1) * size)).toEqual(
          expected.data.subarray(i * size, (i + 1) * size),
        );
        const times = (path: string, unit: number) =>
          readNpy(join(path, `spike_times/Unit${unit}.npy`), { as: 'float64' });
        expect((await times(data, k)).data).toEqual((await times(partData, i)).data);
      }
    }
    expect(k).toBe(5);
    // Each part has one event, in its own time
    const peth = await readNpy(join(data, 'peth.npy'), { as: 'float64' });
    expect(peth.shape).toEqual([5, 10]);
    expect(peth.data.some(Number.isNaN)).toBe(false);
  });

  it('are cut at seconds or between files by the command, and the neurons of each part go back to phy', async () => {
    const session = await writeSession(join(folder.path, 'all'), units, { rows: 90_000 });
    const bytes = readFileSync(join(session, 'raw.dat'));
    writeFileSync(join(session, 'a.dat'), bytes.subarray(0, 960_000));
    writeFileSync(join(session, 'b.dat'), bytes.subarray(960_000));
    const list = join(folder.path, 'sessions.yaml');
    writeFileSync(list, 'sessions:\n  - { folder: all, recording: [all/a.dat, all/b.dat], uv_per_bit: 1 }\n');
    const split = async (at: string, data: string) => dant(['import', 'kilosort', list, '-o', data, '--split-at', at]);
    const [byFiles, bySeconds] = ['files', 'seconds'].map((name) => join(folder.path, name)) as [string, string];
    const first = await split('files', byFiles);
    expect(first.stdout, first.stderr).toContain('Imported 4 units of 2 sessions (2, 2)');
    expect((await split('1.3333333', bySeconds)).code).toBe(0);
    expect(readFileSync(join(bySeconds, 'waveform_all.npy'))).toEqual(readFileSync(join(byFiles, 'waveform_all.npy')));
    for (const [at, message] of [
      ['4', /Session 1: Expected ascending seconds within the 3\.0 s .* found 4/],
      ['2,1', /Expected ascending seconds/],
      ['soon', /Expected numbers, separated by commas/],
    ] as const) {
      expect((await split(at, join(folder.path, 'none'))).stderr).toMatch(message);
    }
    writeFileSync(list, 'sessions:\n  - { folder: all, uv_per_bit: 1, split_at: files }\n');
    expect((await dant(['import', 'kilosort', list, '-o', join(folder.path, 'none')])).stderr).toContain(
      'the recording is a single file, so it cannot be cut between its files',
    );
    const several = await dant(['import', 'kilosort', session, session, '-o', 'none', '--split-at', '1']);
    expect(several.stderr).toContain('--split-at: expected one folder');
  });

  it('names the part that has no units', async () => {
    const session = await writeSession(
      join(folder.path, 'all'),
      [{ id: 1, channel: 3, spikes: regular(1000, 500, 29_000) }],
      {
        rows: 90_000,
      },
    );
    await expect(
      importSessions([{ folder: session, uvPerBit: 1, splitAt: [1] }], join(folder.path, 'data')),
    ).rejects.toThrow(/^Session 2: .*sorter \(part 2 of 2, 1\.0 to 3\.0 s\): no unit is left/);
  });
});

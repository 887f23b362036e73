import { cpSync, existsSync, readFileSync, readdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { readStudy } from '../../lib/batch/study_file.js';
import { writeStudyFile } from '../../lib/batch/study_init.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';
import { simulatedCache } from '../import/ibl/simulated_cache.js';
import { haveShelf, shelf } from '../import/shelf/shelf_fixtures.js';
import { regular, writeSession } from '../import/write_session.js';

const folder = temporaryFolder();
const at = (...names: string[]) => join(folder.path, ...names);
const settings = { outputs: { figures: false, report: false } };
const dates = ['2024-05-01', '2024-05-04', '2024-05-05'];

function study(animals: object): string {
  writeFileSync(at('study.yaml'), JSON.stringify({ defaults: { settings }, animals }));
  return at('study.yaml');
}

async function sorted(animal: string, count = dates.length) {
  const units = [1, 4, 6, 9].map((channel, id) => ({ id, channel, spikes: regular(1000 + 37 * id, 900, 29_000) }));
  for (const date of dates.slice(0, count)) await writeSession(at(animal, date), units);
  return dates.slice(0, count).map((date) => ({ folder: `${animal}/${date}`, uv_per_bit: 1 }));
}

const stateOf = (animal: string) => JSON.parse(readFileSync(at('tracked', animal, 'task.json'), 'utf8')) as State;
interface State {
  status: string;
  retry?: boolean;
  importedFrom: { version: string };
  facts: { sessions: number; sessionNames: string[]; warnings: string[] };
}

describe('sorted sessions', () => {
  it('are imported with their days, and anew when one is added; what somebody has changed in an import is never lost', async () => {
    const sessions = await sorted('M1');
    const first = await dant(['batch', study({ M1: { sessions: sessions.slice(0, 2) } })]);
    expect(first.stdout).toMatch(/^M1: to import and track \(new\), about 1\.2 GB of memory$/m);
    expect(first.stdout).toMatch(/^M1: done in/m);
    const data = at('tracked/M1/data');
    expect([...(await readNpy(join(data, 'session_days.npy'), { as: 'float64' })).data]).toEqual([0, 3]);
    expect(stateOf('M1').facts.sessionNames).toEqual(
      ['M1/2024-05-01/sorter', 'M1/2024-05-04/sorter'].map((name) => at(name)),
    );
    expect((await dant(['batch', at('study.yaml')])).stdout).toContain('nothing has changed');

    // Nobody has changed anything in it: nothing is kept.
    const grown = await dant(['batch', study({ M1: { sessions } })]);
    expect(grown.stdout).toContain('M1: to import and track (the sessions or their files have changed)');
    expect(stateOf('M1').facts.sessions).toBe(3);
    expect(readdirSync(at('tracked/M1')).sort()).toEqual(['data', 'log.txt', 'result', 'task.json']);

    writeFileSync(join(data, 'settings.json'), '{ "mine": true }');
    expect((await dant(['batch', study({ M1: { sessions: sessions.slice(1) } })])).code).toBe(0);
    expect(readFileSync(at('tracked/M1/data.previous-1/settings.json'), 'utf8')).toBe('{ "mine": true }');
    expect(readFileSync(join(data, 'settings.json'), 'utf8')).not.toContain('mine');
    expect(stateOf('M1').facts.warnings.join()).toContain('it is kept as');

    writeFileSync(join(data, 'notes.txt'), 'theirs');
    expect((await dant(['batch', study({ M1: { sessions } })])).code).toBe(0);
    expect(readFileSync(at('tracked/M1/data.previous-2/notes.txt'), 'utf8')).toBe('theirs');
    expect(existsSync(at('tracked/M1/data.previous-3'))).toBe(false);
  });

  it('a removed session is told by animal and session; its result stays, and the other animals go on', async () => {
    const [of1, of2] = [await sorted('M1', 2), await sorted('M2', 2)];
    const file = study({ M1: { sessions: of1 }, M2: { sessions: of2 } });
    expect((await dant(['batch', file, '--only', 'M1'])).code).toBe(0);
    renameSync(at('M1/2024-05-04'), at('elsewhere'));
    const { code, stdout, stderr } = await dant(['batch', file]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^M2: done in/m);
    const why = `M1: Session 2: ${at('M1/2024-05-04')}: there is no such folder.`;
    expect(stderr).toContain(`1 of 2 recordings failed:\n  ${why}`);
    expect((await dant(['batch', 'status', file])).stdout).toContain(why.replace('M1:', 'M1: failed:'));
    expect(existsSync(at('tracked/M1/result/IdxCluster.npy'))).toBe(true);
    const rows = readFileSync(at('tracked/study.csv'), 'utf8').split('\n');
    expect(rows[1]).toMatch(/^M1,,,failed: Session 2: .*,\d+,2,/);
    renameSync(at('elsewhere'), at('M1/2024-05-04'));
    expect((await dant(['batch', 'status', file])).stdout).toMatch(/^M1: done.*\nM2: done.*\n$/);
  });

  it('of an older version are imported and tracked again', async () => {
    const file = study({ M1: { sessions: await sorted('M1', 2) } });
    expect((await dant(['batch', file])).code).toBe(0);
    const path = at('tracked/M1/task.json');
    const text = readFileSync(path, 'utf8');
    const { version } = stateOf('M1').importedFrom;
    writeFileSync(path, text.replaceAll(`"version": "${version}"`, '"version": "0.0.1"'));
    const older = await dant(['batch', file, '--dry-run']);
    expect(older.stdout).toContain('M1: import and track (imported by version 0.0.1)');
    // Only the result is: the import need not be done again.
    writeFileSync(path, text.replace(new RegExp(`("madeFrom": [^}]*"version": ")${version}`), '$10.0.1'));
    const result = await dant(['batch', file]);
    expect(result.stdout).toContain('M1: to track (tracked by version 0.0.1)');
    expect(stateOf('M1').importedFrom.version).toBe(version);
    expect((await dant(['batch', file, '--dry-run'])).stdout).toBe('M1: done, and nothing has changed\n');
  });

  it('that need more memory than they were given, as their import shows, are left to another try', async () => {
    const file = study({ M1: { sessions: await sorted('M1', 2) } });
    const small = await dant(['batch', 'task', file, '1', '--memory', '0.1']);
    expect(small.code).toBe(1);
    expect(small.stdout).toMatch(
      /^M1: FAILED: needs about 0\.\d GB of memory, more than the 0\.1 GB that it may take\./,
    );
    expect(stateOf('M1')).toMatchObject({ status: 'failed', retry: true });
    const next = await dant(['batch', file]);
    expect(next.stdout).toMatch(/^M1: to track \(new\)|^M1: to track \(not finished\)/m);
    expect(next.code).toBe(0);
    expect(stateOf('M1').retry).toBeUndefined();
  });
});

describe('subjects of a ONE cache', () => {
  it('are found and imported, and again when a session is added', async () => {
    const cache = at('one');
    await simulatedCache(cache, `${cache}-simulated`);
    const last = at('one/lab/Subjects/M1/2024-06-03');
    renameSync(last, at('later'));
    const file = at('study.yaml');
    expect(await writeStudyFile(cache, file)).toEqual({ animals: 1, sessions: 0, dataFolders: 0, iblProbes: 1 });
    const { recordings } = await readStudy(file);
    expect(recordings.map(({ id }) => id)).toEqual(['M1_probe00']);
    const first = await dant(['batch', file]);
    expect(first.stderr).toBe('');
    expect(first.stdout).toMatch(/^M1, probe00: done in \d+ s: \d+ neurons of \d+ units in 2 sessions$/m);
    renameSync(at('later'), last);
    expect((await dant(['batch', file, '--dry-run'])).stdout).toContain(
      'M1, probe00: import and track (the sessions or their files have changed)',
    );
    expect((await dant(['batch', file])).stdout).toMatch(/units in 3 sessions$/m);
    const days = await readNpy(at('tracked/M1_probe00/data/session_days.npy'), { as: 'float64' });
    expect([...days.data]).toEqual([0, 1, 2]);
    expect((await dant(['batch', file, '--dry-run'])).stdout).toContain('nothing has changed');
  });

  it('are named with what tells them apart', async () => {
    writeFileSync(
      at('study.yaml'),
      'animals: { a: { probe: probe01, ibl: one }, b: { ibl: { cache: /one, subject: KS014, sorter: pykilosort } } }',
    );
    const [a, b] = (await readStudy(at('study.yaml'))).recordings;
    expect(a!.source.description).toEqual({ cache: at('one'), subject: 'a', probe: 'probe01' });
    expect(b!.source.description).toMatchObject({ cache: '/one', subject: 'KS014', sorter: 'pykilosort' });
  });
});

describe.skipIf(!haveShelf)('files of other programs', () => {
  it('are imported by the key of their form, and again when they change', async () => {
    const copy = (path: string) => {
      cpSync(join(shelf, path), at(path), { recursive: true });
      return at(path);
    };
    const nwb = copy('nwb/data/pynwb_dense.nwb');
    const zarr = copy('sorting-analyzer/data/zarr_sparse_uv.zarr');
    const matlab = copy('matlab/data/v5_plain/spikeInfo.mat');
    const bombcell = copy('bombcell/data/ks_bombcell');
    const file = study({
      A: { nwb: { files: [nwb], trials: 'start_time' } },
      B: { spikeinterface: [zarr] },
      C: { matlab: [matlab] },
      D: { bombcell: { files: [bombcell], uv_per_bit: 2.34375 } },
      E: { nwb: [at('gone.nwb')] },
    });
    const { stdout } = await dant(['batch', file]);
    for (const animal of ['A', 'B', 'C', 'D']) expect(stdout).toMatch(new RegExp(`^${animal}: done in`, 'm'));
    expect(stdout).toContain(`E: FAILED: Session 1: ${at('gone.nwb')}: there is no such file.`);
    expect(existsSync(at('tracked/A/data/peth.npy'))).toBe(true);
    const now = new Date();
    utimesSync(join(zarr, '.zgroup'), now, now);
    utimesSync(matlab, now, now);
    const changed = (await dant(['batch', file, '--dry-run'])).stdout;
    expect(changed.match(/^[A-E]: import and track \(the sessions or their files have changed\)/gm)).toHaveLength(2);
    expect(changed.match(/^[AD]: done, and nothing has changed$/gm)).toHaveLength(2);
  });

  it.each([
    ['no file', '[]', 'nwb'],
    ['a choice of another form', '{ files: [a.nwb], uv_per_bit: 1 }', 'nwb'],
  ])('are refused with %s', async (_, value, key) => {
    writeFileSync(at('study.yaml'), `animals: { A: { ${key}: ${value} } }`);
    await expect(readStudy(at('study.yaml'))).rejects.toThrow('animals.A');
  });
});

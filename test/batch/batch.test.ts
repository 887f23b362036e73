import { cpSync, existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';
import { GoldenSet } from '../golden.js';

const folder = temporaryFolder();
const golden = new GoldenSet('mini-default');
const settings = { method: 'reference', outputs: { figures: false, report: false } };

/** A study of copies of a mini set, in JSON, which is YAML too. */
function study(animals: string[], { more = {}, of = {} }: { more?: object; of?: Record<string, object> } = {}): string {
  for (const animal of animals) {
    if (!existsSync(at(animal))) cpSync(join(golden.folder, 'data'), at(animal), { recursive: true });
  }
  const file = at('study.yaml');
  const list = Object.fromEntries(animals.map((animal) => [animal, { data: animal, ...of[animal] }]));
  writeFileSync(file, JSON.stringify({ defaults: { settings }, animals: list, ...more }));
  return file;
}
const at = (...names: string[]) => join(folder.path, ...names);
const numbers = async (animal: string) => [
  ...(await readNpy(at('tracked', animal, 'result/IdxCluster.npy'), { as: 'float64' })).data,
];
const bytes = (animal: string) => readFileSync(at('tracked', animal, 'result/IdxCluster.npy'));

describe('dant batch', () => {
  it('tracks what is new, goes on when one fails, and does again only what has changed', async () => {
    const file = study(['a', 'b', 'broken', 'gone']);
    writeFileSync(at('broken/session_index.npy'), 'no array');
    rmSync(at('gone'), { recursive: true });
    const dry = await dant(['batch', file, '--dry-run']);
    expect(dry.code).toBe(0);
    expect(dry.stdout).toMatch(/^a: track \(new\), about 0\.\d GB of memory$/m);
    expect(dry.stdout).toMatch(/^gone: cannot be done: .*there is no such file/m);
    expect(existsSync(at('tracked'))).toBe(false);

    const first = await dant(['batch', file, '--jobs', '2']);
    expect(first.code).toBe(1);
    expect(first.stdout).toMatch(/^a: done in \d+ s: 17 neurons of 50 units in 4 sessions$/m);
    expect(first.stdout).toMatch(/^broken: FAILED: The data in .*\n- session_index\.npy: expected a \.npy file/m);
    expect(first.stderr).toContain('2 of 4 recordings failed:');
    expect(await numbers('a')).toEqual([...(await golden.read('expected/IdxCluster.npy')).data]);
    expect(bytes('b')).toEqual(bytes('a'));

    const times = () => ['a', 'b'].map((animal) => statSync(at('tracked', animal, 'result/run.json')).mtimeMs);
    const before = times();
    cpSync(join(golden.folder, 'data/session_index.npy'), at('broken/session_index.npy'));
    const second = await dant(['batch', file]);
    expect(second.stdout).toContain('a: done before, nothing has changed\n');
    expect(second.stdout).toMatch(/^broken: done in/m);
    expect(times()).toEqual(before);

    // A spike train that somebody has written again, and a setting of another animal
    const now = new Date();
    utimesSync(at('a/spike_times/Unit7.npy'), now, now);
    study(['a', 'b', 'broken'], { of: { b: { settings: { clustering: { max_distance: 99 } } } } });
    const third = await dant(['batch', file, '--dry-run']);
    expect(third.stdout).toMatch(/^a: track \(the data have changed\)/m);
    expect(third.stdout).toMatch(/^b: track \(the settings have changed\)/m);
    expect(third.stdout).toContain('broken: done, and nothing has changed\n');
    const only = await dant(['batch', file, '--only', 'b']);
    expect(only.stdout).toMatch(/^b: done in/m);
    expect(only.stdout).not.toMatch(/^a: /m);

    const summary = JSON.parse(readFileSync(at('tracked/study.json'), 'utf8')) as {
      recordings: { animal: string; status: string; facts?: { neurons: number; followed: number[] } }[];
    };
    expect(summary.recordings.map(({ animal, status }) => `${animal} ${status}`)).toEqual([
      'a to be done',
      'b done',
      'broken done',
    ]);
    const { neurons, followed } = summary.recordings[1]!.facts!;
    expect(followed.reduce((sum, count) => sum + count, 0)).toBe(neurons);
    expect(readFileSync(at('tracked/study.csv'), 'utf8').split('\n')[2]).toMatch(/^b,,,done,50,4,/);
    // There is no link to a report that was not asked for.
    expect(readFileSync(at('tracked/study.html'), 'utf8')).not.toContain('href="b');
  });

  it('goes on after it was killed, with the same results', async () => {
    const file = study(['a', 'b', 'c']);
    const killed = await dant(['batch', file, '--jobs', '1'], {}, (child) => {
      child.stdout!.on('data', (text: Buffer) => {
        if (text.includes('a: done')) child.kill('SIGKILL');
      });
    });
    expect(killed.code).toBeNull();
    const again = await dant(['batch', file, '--jobs', '1']);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('a: done before, nothing has changed\n');
    expect(again.stdout).toMatch(/^c: done in/m);
    expect(bytes('b')).toEqual(bytes('a'));
    expect(bytes('c')).toEqual(bytes('a'));
  });

  it('two at once do not disturb each other', async () => {
    const file = study(['a', 'b']);
    const both = await Promise.all([dant(['batch', file]), dant(['batch', file])]);
    const all = both.map(({ stdout }) => stdout).join('');
    for (const animal of ['a', 'b']) {
      expect(all.match(new RegExp(`^${animal}: done in`, 'gm'))).toHaveLength(1);
      expect(all).toMatch(new RegExp(`^${animal}: (FAILED: .*another batch is at work on it|done before)`, 'm'));
    }
    expect((await dant(['batch', file])).stdout.match(/nothing has changed/g)).toHaveLength(2);
  });

  it('starts nothing that does not fit the memory, and refuses the folder of another study', async () => {
    const file = study(['a']);
    const small = await dant(['batch', file, '--memory', '0.1']);
    expect(small.code).toBe(1);
    expect(small.stdout).toMatch(
      /^a: FAILED: needs about 0\.2 GB of memory, more than the 0\.1 GB that it may take\. Raise --memory/m,
    );
    // The summary says so, although nothing was begun.
    expect(small.stderr).toContain('1 of 1 recording failed:');
    expect(existsSync(at('tracked/study.html'))).toBe(true);
    expect((await dant(['batch', file])).code).toBe(0);
    const other = at('other.yaml');
    writeFileSync(other, readFileSync(file, 'utf8').replace('reference', 'probabilistic'));
    expect((await dant(['batch', other])).stdout).toContain('belongs to another study');
  });

  it('a process that is killed is tried again once, with twice the memory, and then told', async () => {
    const file = study(['a']);
    // Stands for the system's killer: the process that works on "a" is killed as soon as it holds the lock.
    let batch: number | undefined;
    const killer = setInterval(() => {
      try {
        const { pid } = JSON.parse(readFileSync(at('tracked/a/lock'), 'utf8')) as { pid: number };
        if (pid !== batch) process.kill(pid, 'SIGKILL');
      } catch {
        // There is no lock.
      }
    }, 1);
    const { code, stdout } = await dant(['batch', file], {}, ({ pid }) => (batch = pid)).finally(() => {
      clearInterval(killer);
    });
    expect(code).toBe(1);
    expect(stdout.match(/^a: started$/gm)).toHaveLength(2);
    expect(stdout).toContain('a: FAILED: its process was killed, most likely because memory ran out\n');
    const next = await dant(['batch', file, '--dry-run']);
    expect(next.stdout).toMatch(/about 0\.3 GB/);
    expect((await dant(['batch', file])).code).toBe(0);
  });

  it('one recording is done by its number, for other schedulers', async () => {
    const file = study(['a', 'b']);
    const { code, stdout } = await dant(['batch', 'task', file, '2']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^b: done in/);
    expect(existsSync(at('tracked/a'))).toBe(false);
    expect((await dant(['batch', 'task', file, '3'])).stderr).toContain('has no animal or recording called 3');
    expect((await dant(['batch', 'status', file])).stdout).toBe('a: to be done\nb: done\n');
    expect((await dant(['batch', 'logs', file, 'b'])).stdout).toMatch(/ tracking: clustering\n[^]* done\n/);
  });
});

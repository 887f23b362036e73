// A full disk, and processes that are killed at any moment.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { Random } from '../../lib/random.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';
import { GoldenSet } from '../golden.js';
import { regular, writeSession } from '../import/write_session.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = temporaryFolder();
const at = (...names: string[]) => join(folder.path, ...names);
const golden = new GoldenSet('mini-default');
const settings = { method: 'reference', outputs: { figures: false, report: false } };

function study(animals: object, output = 'tracked'): string {
  writeFileSync(at('study.yaml'), JSON.stringify({ output, defaults: { settings }, animals }));
  return at('study.yaml');
}
const addData = (...animals: string[]) => {
  for (const animal of animals) cpSync(join(golden.folder, 'data'), at(animal), { recursive: true });
};

const canMount = process.platform === 'linux' && process.getuid?.() === 0 && mounts();
function mounts(): boolean {
  const place = '/tmp/dant-mount-test';
  try {
    mkdirSync(place, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place], { stdio: 'ignore' });
    execFileSync('umount', [place]);
    return true;
  } catch {
    return false;
  }
}

// Only root may mount a small disk.
describe.skipIf(!canMount)('a full disk', () => {
  it('is told for each animal that found no room; what was done stays, and the rest is done when there is room', async () => {
    addData('a', 'b');
    const disk = at('disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'tmpfs', disk]);
    try {
      const file = study({ a: { data: 'a' }, b: { data: 'b' } }, 'disk/tracked');
      expect((await dant(['batch', file, '--only', 'a'])).code).toBe(0);
      const before = readFileSync(join(disk, 'tracked/a/task.json'), 'utf8');
      const result = readFileSync(join(disk, 'tracked/a/result/IdxCluster.npy'));
      // Room for the files of a state, not for a result; then for nothing at all
      for (const left of [100_000, 0]) {
        const { bavail, bsize } = statfsSync(disk);
        writeFileSync(join(disk, `filler${left}`), new Uint8Array(Math.max(0, bavail * bsize - left)));
        const full = await dant(['batch', file]);
        expect(full.code).toBe(1);
        expect(full.stdout).toMatch(/^b: FAILED: .*the disk is full\./m);
        expect(full.stdout).toContain('a: done before, nothing has changed\n');
        expect(full.stderr).toMatch(/1 of 2 recordings failed:\n {2}b: .*the disk is full\./);
        expect(readFileSync(join(disk, 'tracked/a/task.json'), 'utf8')).toBe(before);
        expect(existsSync(join(disk, 'tracked/b/result'))).toBe(false);
      }
      for (const name of readdirSync(disk).filter((name) => name.startsWith('filler'))) rmSync(join(disk, name));
      const after = await dant(['batch', file]);
      expect(after.stdout).toMatch(/^b: done in/m);
      expect(after.code).toBe(0);
      expect(readFileSync(join(disk, 'tracked/b/result/IdxCluster.npy')).equals(result)).toBe(true);
      expect(readdirSync(join(disk, 'tracked/b')).sort()).toEqual(['log.txt', 'result', 'task.json']);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});

/** Until all processes of a group are gone, which takes a moment after they were killed. */
async function ended(group: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      process.kill(-group, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe.skipIf(process.platform === 'win32')('killed at any moment, with all its processes', () => {
  it('a batch goes on, to the same results, and leaves nothing behind', async () => {
    addData('a', 'b');
    const units = [1, 4, 6, 9].map((channel, id) => ({ id, channel, spikes: regular(1000 + 37 * id, 900, 29_000) }));
    const sessions = [];
    for (const day of ['day1', 'day2']) {
      await writeSession(at('c', day), units);
      sessions.push({ folder: `c/${day}`, uv_per_bit: 1 });
    }
    // Without PETH, which pyDANT's method would take by default
    const animals = { c: { sessions, settings: { method: 'probabilistic' } }, a: { data: 'a' }, b: { data: 'b' } };
    expect((await dant(['batch', study(animals, 'whole')])).code).toBe(0);

    const file = study(animals);
    const random = new Random(Date.now() % 1000);
    let code: number | null = null;
    let kills = 0;
    for (; code === null && kills < 8; kills++) {
      const child = spawn(process.execPath, [main, 'batch', file, '--jobs', '2'], { detached: true, stdio: 'ignore' });
      const timer = setTimeout(
        () => child.exitCode ?? process.kill(-child.pid!, 'SIGKILL'),
        300 + random.uniform(0, 250 * kills),
      );
      code = await new Promise((resolve) => child.on('close', resolve));
      clearTimeout(timer);
      await ended(child.pid!);
      for (const animal of ['a', 'b', 'c']) {
        const path = at('tracked', animal, 'task.json');
        if (existsSync(path)) JSON.parse(readFileSync(path, 'utf8'));
      }
    }
    expect(kills).toBeGreaterThan(0);
    const last = await dant(['batch', file]);
    expect(last.stderr).toBe('');
    expect(last.code).toBe(0);
    for (const animal of ['a', 'b', 'c']) {
      const files = ['IdxCluster.npy', 'MatchedPairs.npy', 'motion_constant.npy'];
      for (const name of files) {
        const [one, other] = ['tracked', 'whole'].map((output) => readFileSync(at(output, animal, 'result', name)));
        expect(one!.equals(other!)).toBe(true);
      }
      const own = readdirSync(at('tracked', animal)).filter((name) => !name.startsWith('lock.'));
      expect(own.sort()).toEqual([...(animal === 'c' ? ['data'] : []), 'log.txt', 'result', 'task.json']);
    }
  });
});

it('without sbatch, submitting says where it is to be found', async () => {
  addData('a');
  const { code, stderr } = await dant(['batch', study({ a: { data: 'a' } }), '--slurm'], { env: { PATH: '' } });
  expect(code).toBe(1);
  expect(stderr).toContain('sbatch was not found. Slurm’s commands must be on the PATH');
});

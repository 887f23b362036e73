import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { clearAbandonedLock, isLocked, lockFolder } from '../../lib/batch/lock.js';
import { temporaryFolder } from '../cli/folder.js';

const folder = temporaryFolder();
const lockOf = (host: string, pid: number) => {
  writeFileSync(join(folder.path, 'lock'), JSON.stringify({ host, pid, token: 'theirs' }));
};
const isHeld = (lock: Awaited<ReturnType<typeof lockFolder>>) => 'release' in lock;

it('one of many gets the lock, and the next one after it was given back', async () => {
  const locks = await Promise.all(Array.from({ length: 20 }, () => lockFolder(folder.path)));
  const [first, ...more] = locks.filter(isHeld);
  expect(more).toEqual([]);
  expect(locks.find((lock) => !isHeld(lock))).toEqual({ host: hostname(), pid: process.pid });
  expect(await isLocked(folder.path)).toBe(true);
  if ('release' in first!) await first.release();
  expect(await isLocked(folder.path)).toBe(false);
  expect(readdirSync(folder.path)).toEqual([]);
  expect(isHeld(await lockFolder(folder.path))).toBe(true);
});

it('the lock of a process that was killed is taken over by one only', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  for (let round = 0; round < 6; round++) {
    lockOf(hostname(), pid);
    expect(await isLocked(folder.path)).toBe(false);
    const locks = await Promise.all(Array.from({ length: 8 }, () => lockFolder(folder.path)));
    const held = locks.filter(isHeld);
    expect(held).toHaveLength(1);
    if ('release' in held[0]!) await held[0].release();
    expect(existsSync(join(folder.path, 'lock'))).toBe(false);
  }
});

it('the lock of a process that was killed is cleared away, that of one at work is not', async () => {
  lockOf(hostname(), spawnSync(process.execPath, ['--version']).pid);
  await clearAbandonedLock(folder.path);
  expect(readdirSync(folder.path)).toEqual([]);
  const lock = await lockFolder(folder.path);
  await clearAbandonedLock(folder.path);
  expect(await isLocked(folder.path)).toBe(true);
  if ('release' in lock) await lock.release();
});

it('a process of another computer counts as gone when its lock has not been renewed for minutes', async () => {
  lockOf('elsewhere', 1);
  expect(await lockFolder(folder.path)).toEqual({ host: 'elsewhere', pid: 1 });
  const before = new Date(Date.now() - 600_000);
  utimesSync(join(folder.path, 'lock'), before, before);
  expect(isHeld(await lockFolder(folder.path))).toBe(true);
});

it('a process that is killed while another one asks for its lock does not hold it', async () => {
  const owner = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
  lockOf(hostname(), owner.pid!);
  setTimeout(() => owner.kill('SIGKILL'), 200);
  expect(isHeld(await lockFolder(folder.path))).toBe(true);
});

it.skipIf(process.platform !== 'linux')(
  'a process that has ended counts as gone if nobody asks how it ended',
  async () => {
    // `sleep` takes the place of the shell and never waits for the child.
    const shell = spawn('sh', ['-c', 'sleep 2 & echo $!; exec sleep 20']);
    const pid = Number(await new Promise<Buffer>((resolve) => shell.stdout.once('data', resolve)));
    lockOf(hostname(), pid);
    expect(await isLocked(folder.path)).toBe(true);
    for (let tries = 0; tries < 200 && (await isLocked(folder.path)); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await isLocked(folder.path)).toBe(false);
    // Nevertheless it is there.
    expect(process.kill(pid, 0)).toBe(true);
    shell.kill();
  },
);

import { randomUUID } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { copyFile, link, mkdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';

import { DantError } from '../errors.js';
import { systemOutputError } from '../files/file_error.js';
import { isRunning } from '../files/running_process.js';
import { readTextIfThere } from '../files/text_file.js';

/** Who holds a lock. */
interface Owner {
  host: string;
  pid: number;
  token: string;
}

/** What another process is at work on. */
export interface Busy {
  host: string;
  pid: number;
}

export interface Lock {
  release(): Promise<void>;
}

const lockName = 'lock';
/** How often a lock's time is renewed, and after what silence the process of another computer counts as gone. */
const beatMs = 20_000;
const silenceMs = 10 * beatMs;
/** What a process that was killed a moment ago may need to be seen as ending. */
const killedMs = 1_000;

/**
 * Takes the lock of a folder, which must exist. Safe on network drives and at any moment of a process's end: a lock appears
 * whole (by a hard link), and that of a process that is gone is taken over by one process only.
 * @returns The lock, or who has it.
 */
export async function lockFolder(folder: string): Promise<Lock | Busy> {
  const path = join(folder, lockName);
  const own: Owner = { host: hostname(), pid: process.pid, token: randomUUID() };
  const draft = `${path}.${own.token}`;
  try {
    await writeFile(draft, JSON.stringify(own));
    if (!(await linked(draft, path))) {
      const owner = await readOwner(path);
      if (owner && (await staysAlive(owner, path))) return { host: owner.host, pid: owner.pid };
      if (!(await takeOver(draft, path, owner))) return await lockFolder(folder);
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : systemOutputError(folder, error);
  } finally {
    await rm(draft, { force: true });
  }
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, beatMs);
  beat.unref();
  return {
    release: async () => {
      clearInterval(beat);
      if ((await readOwner(path))?.token === own.token) await rm(path, { force: true });
    },
  };
}

/**
 * Takes the lock of a folder, which is made if need be.
 * @param otherwise What the matter is if another process has it: "M1: another batch is at work on it"
 * @throws DANT_OUTPUT if another process has it, which is named, or the folder cannot be written
 */
export async function takeLock(folder: string, otherwise: string): Promise<Lock> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw systemOutputError(folder, error);
  }
  const lock = await lockFolder(folder);
  if ('release' in lock) return lock;
  throw new DantError('DANT_OUTPUT', `${otherwise} (process ${lock.pid} on ${lock.host || 'another computer'}).`);
}

/** Whether a process works on the folder. */
export async function isLocked(folder: string): Promise<boolean> {
  const path = join(folder, lockName);
  const owner = await readOwner(path);
  return owner !== undefined && isAlive(owner, path);
}

/** Removes the lock of a process that was killed when its work was done already; one that cannot be removed bothers nobody. */
export async function clearAbandonedLock(folder: string): Promise<void> {
  if (!existsSync(join(folder, lockName))) return;
  const lock = await lockFolder(folder).catch(() => undefined);
  if (lock && 'release' in lock) await lock.release();
}

/** Removes a lock. Only for who knows that its owner is gone. */
export async function breakLock(folder: string): Promise<void> {
  await rm(join(folder, lockName), { force: true });
}

/** Replaces the lock of an owner that is gone. Of several processes one does; false for the others. */
async function takeOver(draft: string, path: string, gone: Owner | undefined): Promise<boolean> {
  if (!gone) return false;
  const turn = `${path}.${gone.token}.taken`;
  if (!(await linked(draft, turn))) {
    // Who took the turn was killed before it was done, or is at it right now.
    const taken = await stat(turn).catch(() => undefined);
    if (taken && Date.now() - taken.mtimeMs > silenceMs) await rm(turn, { force: true });
    await new Promise((done) => setTimeout(done, 50));
    return false;
  }
  try {
    // Another one may have had its turn between the look at the owner and the link.
    if ((await readOwner(path))?.token !== gone.token) return false;
    await rename(draft, path);
    return true;
  } finally {
    await rm(turn, { force: true });
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  const made = (linking: Promise<void>) =>
    linking.then(
      () => true,
      (error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw error;
      },
    );
  try {
    return await made(link(from, to));
  } catch (error) {
    // Disks without hard links, such as exFAT: a reader may meet a lock that is not whole yet, see `readOwner`.
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return made(copyFile(from, to, constants.COPYFILE_EXCL));
  }
}

/** Undefined: there is no lock. */
async function readOwner(path: string): Promise<Owner | undefined> {
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Owner;
  } catch {
    // Being written, or its writer was killed: it has the time that the process of another computer has.
    return { host: '', pid: 0, token: 'unknown' };
  }
}

async function staysAlive(owner: Owner, path: string): Promise<boolean> {
  const until = Date.now() + (owner.host === hostname() ? killedMs : 0);
  while (await isAlive(owner, path)) {
    if (Date.now() >= until) return true;
    await new Promise((done) => setTimeout(done, 50));
    if ((await readOwner(path))?.token !== owner.token) return false;
  }
  return false;
}

async function isAlive({ host, pid }: Owner, path: string): Promise<boolean> {
  const silence = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? 0);
  if (host !== hostname()) return silence < silenceMs;
  // Since this computer was started, the number may have gone to another process.
  if (silence > 1000 * uptime()) return false;
  return isRunning(pid);
}

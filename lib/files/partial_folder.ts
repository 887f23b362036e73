import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { isRunning } from './running_process.js';

// A folder that is being filled. Its name tells which process fills it, on which machine: several may share the disk.
// (The start of the name is enough, and keeps it within what file systems allow.)
const beginning = (name: string) => `.dant-partial-${name.slice(0, 40)}-${hostname().replace(/[^\w.]/g, '_')}-`;
const ending = /^(\d+)-[0-9a-f]{8}$/;

/** Partial folders of this process, to be removed when it ends. */
const active = new Set<string>();
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Makes a folder in `parent` that is removed when the process ends or is told to, unless it is released before. */
export async function createPartialFolder(parent: string, name: string): Promise<string> {
  const path = join(parent, `${beginning(name)}${process.pid}-${randomBytes(4).toString('hex')}`);
  await mkdir(path);
  if (active.size === 0) {
    process.on('exit', removeActive);
    for (const signal of signals) process.on(signal, onSignal);
  }
  active.add(path);
  return path;
}

/** To be called when the folder has been moved or removed. */
export function releasePartialFolder(path: string): void {
  active.delete(path);
  if (active.size === 0) stopWatching();
}

/** Removes the partial folders that processes of this machine left when they crashed. */
export async function removeStaleFolders(parent: string, name: string): Promise<void> {
  const start = beginning(name);
  for (const entry of await readdir(parent)) {
    if (!entry.startsWith(start)) continue;
    const [, pid] = ending.exec(entry.slice(start.length)) ?? [];
    if (pid === undefined || (await isRunning(Number(pid)))) continue;
    // It may belong to another user; it is in nobody's way.
    await rm(join(parent, entry), { recursive: true, force: true }).catch(() => undefined);
  }
}

function onSignal(signal: NodeJS.Signals): void {
  // Somebody else decides what the signal means; the process may go on.
  if (process.listenerCount(signal) > 1) return;
  removeActive();
  stopWatching();
  process.kill(process.pid, signal);
}

function stopWatching(): void {
  process.off('exit', removeActive);
  for (const signal of signals) process.off(signal, onSignal);
}

function removeActive(): void {
  for (const path of active) {
    try {
      // Writes that are still under way may put a file into a folder that was just emptied.
      rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
    } catch {
      // The next run with the same target removes it.
    }
  }
}

import { readdirSync, renameSync } from 'node:fs';
import { mkdir, readdir, realpath, rm, rename } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { isLitter } from './litter.js';
import { outputError, systemOutputError } from './file_error.js';
import { createPartialFolder, releasePartialFolder, removeStaleFolders } from './partial_folder.js';

/**
 * Makes a folder that appears with all its content or not at all; also when the process is stopped.
 * @param folder Must not exist, or be empty.
 * @param fill Writes the content to the folder that it is given.
 * @throws DANT_OUTPUT if there is something already or the folder cannot be written; whatever `fill` throws.
 */
export async function makeNewFolder(folder: string, fill: (path: string) => Promise<void>): Promise<void> {
  try {
    const name = basename(resolve(folder));
    // An empty folder may be a disk of its own or somebody's working directory: it stays, and is filled from within.
    const empty = await emptyFolder(folder, name);
    const parent = empty ?? dirname(resolve(folder));
    if (empty === undefined) {
      await mkdir(parent, { recursive: true });
      await removeStaleFolders(parent, name);
    }
    const partial = await createPartialFolder(parent, name);
    try {
      await fill(partial);
      if (empty === undefined) await rename(partial, folder);
      // Nothing comes between these calls.
      else for (const entry of readdirSync(partial)) renameSync(join(partial, entry), join(empty, entry));
    } finally {
      await rm(partial, { recursive: true, force: true });
      releasePartialFolder(partial);
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : systemOutputError(folder, error);
  }
}

/** The path of the folder if there is one; it must be empty. */
async function emptyFolder(folder: string, name: string): Promise<string | undefined> {
  let path: string;
  try {
    path = await realpath(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const entries = async () => (await readdir(path)).filter((entry) => !isLitter(entry));
  if ((await entries()).length > 0) await removeStaleFolders(path, name);
  if ((await entries()).length === 0) return path;
  throw outputError(folder, 'this folder is not empty and was left as it is. Choose a new one.');
}

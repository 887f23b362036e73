import { lstat, mkdir, open, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';

import { outputError, systemOutputError } from '../files/file_error.js';
import { isLitter } from '../files/litter.js';
import { withOutputErrors } from '../files/npy_writer.js';
import { createPartialFolder, releasePartialFolder, removeStaleFolders } from '../files/partial_folder.js';
import { holdResults, listFiles, listResultFiles, resultFilter } from '../results/owned_files.js';

/** A results folder in the making. */
export interface OutputFolder {
  /** Where to write. Not yet where the results will be. */
  readonly path: string;
  /** What the user should know about what will happen to earlier results. */
  readonly warnings: readonly string[];
  /** Puts everything in its place at once. If that fails, the results are kept and the error says where. */
  commit(): Promise<void>;
  /**
   * Removes everything, when `filled` has settled: what still writes to the folder. It can take seconds and need not be
   * waited for: the process does not end before it is done, nor does `prepareOutput` make another folder. Where it fails,
   * the end of the process tries again. Nothing happens after `commit`.
   */
  discard(filled?: Promise<unknown>): Promise<void>;
}

export interface OutputOptions {
  /** The folder that the input is in, which must not be written over. */
  dataFolder?: string | undefined;
  /** Replace earlier results instead of keeping them beside the new ones; the user's own files are kept. */
  overwrite?: boolean | undefined;
}

/** Folders that are being removed. */
const discards = new Set<Promise<void>>();

/**
 * Makes a folder to write results into, beside `target`, where they will be after `commit`: whole or not at all.
 * Earlier results in `target` stay untouched until then. Rejects with a `DantError` DANT_OUTPUT, before anything is
 * changed, if `target` is a file, holds anything else, cannot be written, or holds or is the data folder.
 */
export async function prepareOutput(
  target: string,
  { dataFolder, overwrite = false }: OutputOptions = {},
): Promise<OutputFolder> {
  // One of them might remove the folder that this one is made in, which was made for it and is empty again.
  await Promise.allSettled(discards);
  const place = await realPath(target);
  if (dataFolder !== undefined) await refuseDataFolder(place, dataFolder);
  const state = await inspect(place);
  if (state === 'other') {
    throw outputError(
      place,
      'this folder holds other files, not results of an earlier run. Choose a new or empty folder.',
    );
  }
  const parent = dirname(place);
  return withOutputErrors(parent, async () => {
    const firstMade = await mkdir(parent, { recursive: true });
    await removeStaleFolders(parent, basename(place));
    const path = await createPartialFolder(parent, basename(place));
    const warnings =
      state === 'results' && !overwrite
        ? [`${place} holds earlier results; they are kept as ${await freeName(`${place}.previous`)}.`]
        : [];
    return {
      path,
      warnings,
      commit: async () => {
        await commit(path, place, overwrite);
        releasePartialFolder(path);
      },
      discard: (filled) => {
        const discard = async () => {
          await filled?.catch(() => undefined);
          await rm(path, { recursive: true, force: true });
          releasePartialFolder(path);
          if (firstMade !== undefined) await removeEmptyFolders(parent, firstMade);
        };
        const gone = discard().finally(() => discards.delete(gone));
        discards.add(gone);
        return gone;
      },
    };
  });
}

type State = 'absent' | 'empty' | 'results' | 'other';

async function inspect(place: string): Promise<State> {
  let entries: string[];
  let isDisk: boolean;
  try {
    entries = await readdir(place);
    isDisk = (await stat(place)).dev !== (await stat(dirname(place))).dev;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const there = code === 'ENOENT' ? await lstat(place).catch(() => undefined) : undefined;
    if (code === 'ENOENT' && !there) return 'absent';
    // Another run has put its results here since.
    if (code === 'ENOENT' && !there!.isSymbolicLink()) return inspect(place);
    if (code === 'ENOENT') throw outputError(place, 'this is a link to a folder that does not exist.', error);
    if (code === 'ENOTDIR') throw outputError(place, 'expected a folder for the results but this is a file.', error);
    throw systemOutputError(place, error);
  }
  if (isDisk) {
    throw outputError(
      place,
      `this folder is a disk of its own. Choose a folder on it, such as ${join(place, 'results')}.`,
    );
  }
  if (entries.every((entry) => isLitter(entry))) return 'empty';
  return holdResults(entries) ? 'results' : 'other';
}

async function commit(path: string, place: string, overwrite: boolean): Promise<void> {
  let previous: string | undefined;
  try {
    await listResultFiles(path);
    await reachDisk(path);
    const state = await inspect(place);
    if (state === 'other') throw outputError(place, 'other files have appeared in this folder.');
    if (state === 'empty') await removeEmpty(place);
    if (state === 'results') {
      const aside = await freeName(`${place}.previous`);
      await rename(place, aside);
      previous = aside;
    }
    await rename(path, place);
  } catch (error) {
    const kept = await freeName(`${place}.results`);
    await rename(path, kept);
    if (previous !== undefined) await rename(previous, place);
    throw outputError(
      place,
      `the results could not be put here (${(error as Error).message}). They are in ${kept}.`,
      error,
    );
  }
  if (previous !== undefined && overwrite) await removeResults(previous, place);
}

/** Removes a folder that holds nothing but what file managers leave. */
async function removeEmpty(folder: string): Promise<void> {
  for (const entry of (await readdir(folder)).filter(isLitter)) await rm(join(folder, entry));
  await rmdir(folder);
}

/** Waits until the folder's files are on the disk: earlier results may be removed next, and the power may fail. */
async function reachDisk(folder: string): Promise<void> {
  const sync = async (file: string, flags: string) => {
    const handle = await open(file, flags);
    try {
      await handle.sync();
    } catch (error) {
      // Some network drives cannot say; that is no reason to fail, as a full or broken disk is.
      if (!['EINVAL', 'ENOSYS', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    } finally {
      await handle.close();
    }
  };
  await Promise.all((await listFiles(folder)).map((file) => sync(join(folder, file), 'r+')));
  // Not every system can do this with a folder.
  await sync(folder, 'r').catch(() => undefined);
}

/** Removes the files that a tracker wrote from `earlier`; all others move to the same place in the new results. */
async function removeResults(earlier: string, place: string): Promise<void> {
  try {
    const isResult = await resultFilter(earlier);
    for (const file of await listFiles(earlier)) {
      const from = join(earlier, file);
      const to = join(place, file);
      if (isResult(file) || (await exists(to))) {
        await rm(from);
      } else {
        await mkdir(dirname(to), { recursive: true });
        await rename(from, to);
      }
    }
    await rm(earlier, { recursive: true });
  } catch (error) {
    const reason = (error as Error).message;
    throw outputError(
      earlier,
      `the new results are complete in ${place}, but the earlier ones stay here (${reason}).`,
      error,
    );
  }
}

async function refuseDataFolder(place: string, dataFolder: string): Promise<void> {
  const data = await realPath(dataFolder);
  if (place === data) {
    throw outputError(
      place,
      'this is the folder with the data. Choose another folder for the results, e.g. one within it.',
    );
  }
  if (data.startsWith(place.endsWith(sep) ? place : place + sep)) {
    throw outputError(place, 'this folder contains the data folder. Choose another folder for the results.');
  }
}

/** The path without links; its last parts need not exist. */
async function realPath(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw systemOutputError(absolute, error);
    return join(await realPath(dirname(absolute)), basename(absolute));
  }
}

/** `<start>-1`, or with the next number that is free. */
async function freeName(start: string): Promise<string> {
  for (let number = 1; ; number++) {
    const name = `${start}-${number}`;
    if (!(await exists(name))) return name;
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Removes empty folders from `folder` up to `last`. */
async function removeEmptyFolders(folder: string, last: string): Promise<void> {
  try {
    for (let at = folder; at.length >= last.length; at = dirname(at)) await rmdir(at);
  } catch {
    // Somebody has put something there: it stays.
  }
}

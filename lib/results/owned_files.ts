import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { archiveFiles, pydantFiles } from './schema.js';

/** Lists the files that a run wrote, so that a later one knows which are the tracker's and which the user's. */
const listName = '.dant-files';
const signs = [listName, 'IdxCluster.npy', archiveFiles.output];

/** Whether a folder with these entries holds the results of a run. */
export function holdResults(entries: readonly string[]): boolean {
  return signs.some((name) => entries.includes(name));
}

/** Paths of all files in a folder and below, relative to it, in a fixed order; "/" between their parts. */
export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const lists = entries.map(async (entry) =>
    entry.isDirectory()
      ? (await listFiles(join(folder, entry.name))).map((file) => `${entry.name}/${file}`)
      : [entry.name],
  );
  return (await Promise.all(lists)).flat().sort();
}

/** Writes the list into a complete results folder. */
export async function listResultFiles(folder: string): Promise<void> {
  const files = [...(await listFiles(folder)), listName].sort();
  await writeFile(join(folder, listName), files.map((file) => `${file}\n`).join(''));
}

/** Adds files to the list of those that a tracker wrote; where there is no list, pyDANT's files are its beginning. */
export async function addToResultFiles(folder: string, added: readonly string[]): Promise<void> {
  const isResult = await resultFilter(folder);
  const known = (await listFiles(folder)).filter(isResult);
  const files = [...new Set([...known, ...added, listName])].sort();
  await writeFile(join(folder, listName), files.map((file) => `${file}\n`).join(''));
}

/** Whether a tracker wrote the file at a path relative to a results folder: this package or, without a list, pyDANT. */
export async function resultFilter(folder: string): Promise<(path: string) => boolean> {
  const list = await readFile(join(folder, listName), 'utf8').catch(() => undefined);
  if (list !== undefined) {
    const written = new Set(list.split('\n'));
    return (path) => written.has(path);
  }
  return (path) => pydantFiles.has(path.replace(/^Shank\d+\//, ''));
}

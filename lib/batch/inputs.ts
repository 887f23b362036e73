import { createHash } from 'node:crypto';
import { open, readFile, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { systemFileError } from '../files/file_error.js';
import { findSorterFolder } from '../import/find_recording.js';
import type { RecordingInput } from './study.js';

/** Bytes at the start of a file that are looked at: where headers are. */
const headBytes = 4096;

/**
 * A hash that changes when an input of the recording does: by the names, sizes, times and first bytes of its files.
 * @param imported The data folder that was made of it; it tells which raw files were read
 * @throws DANT_DATA if a session or the data folder is not there
 */
export async function inputHash(input: RecordingInput, imported: string): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify(input));
  if (input.kind === 'sessions') {
    for (const path of await sessionFiles(input, imported)) hash.update(JSON.stringify(await look(path)));
    return hash.digest('hex');
  }
  const names = await entries(input.folder);
  for (const name of names.filter((name) => name.endsWith('.npy'))) {
    hash.update(JSON.stringify(await look(join(input.folder, name))));
  }
  // These can be ten thousand files: their sizes and times must do.
  const trains = join(input.folder, 'spike_times');
  for (const name of names.includes('spike_times') ? await entries(trains) : []) {
    hash.update(JSON.stringify(await look(join(trains, name), { head: false })));
  }
  return hash.digest('hex');
}

const sorterFile = /\.(npy|tsv|csv|py)$/;

async function sessionFiles(
  { sessions }: Extract<RecordingInput, { kind: 'sessions' }>,
  imported: string,
): Promise<string[]> {
  const files: string[] = [];
  for (const { folder, labelTable, events } of sessions) {
    const sorter = await findSorterFolder(folder);
    // What phy keeps of an extraction changes when somebody looks at the units.
    const names = (await entries(sorter)).filter((name) => sorterFile.test(name) && !name.startsWith('_phy'));
    files.push(...names.map((name) => join(sorter, name)));
    files.push(...[labelTable, events].filter((path) => path !== undefined));
  }
  const raw = await rawFiles(imported);
  const beside = await Promise.all(
    [...new Set(raw.map((path) => dirname(path)))].map(async (folder) =>
      (await entries(folder)).filter((name) => /\.(meta|ch|oebin|xml)$/.test(name)).map((name) => join(folder, name)),
    ),
  );
  return [...files, ...raw, ...beside.flat()];
}

/** The raw files that an earlier import read. */
async function rawFiles(imported: string): Promise<string[]> {
  try {
    const { sessions } = JSON.parse(await readFile(join(imported, 'import.json'), 'utf8')) as {
      sessions: { recording: string[] }[];
    };
    return sessions.flatMap(({ recording }) => recording);
  } catch {
    return []; // nothing was imported yet
  }
}

async function entries(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    throw systemFileError(folder, error);
  }
}

/** What tells whether a file is the same. */
async function look(path: string, { head = true } = {}): Promise<(string | number)[]> {
  try {
    const { size, mtimeMs } = await stat(path);
    if (!head) return [path, size, mtimeMs];
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
      return [path, size, mtimeMs, createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex')];
    } finally {
      await file.close();
    }
  } catch (error) {
    throw systemFileError(path, error);
  }
}

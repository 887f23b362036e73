import { existsSync } from 'node:fs';
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { DantError } from '../errors.js';
import { systemOutputError } from '../files/file_error.js';
import { readTextIfThere } from '../files/text_file.js';
import type { ImportControl } from '../import/import_sessions.js';
import type { ImportedSource } from './sources/source.js';
import type { StudyRecording } from './study.js';

/**
 * Imports into a new folder, which takes the place of the earlier one when it is whole. An earlier one in which somebody has
 * changed anything is kept beside it.
 * @returns Warnings
 */
export async function importRecording(
  source: ImportedSource,
  { importOptions }: StudyRecording,
  data: string,
  control: ImportControl,
): Promise<string[]> {
  const { next, old } = besides(data);
  const { warnings, dataSets } = await source.import(next, importOptions, control);
  if (dataSets.length > 1) {
    await rm(next, { recursive: true });
    throw new DantError(
      'DANT_DATA',
      `the sessions hold several probes (${dataSets.map(({ name }) => name).join(', ')}). Make each a recording of its own in the study, ` +
        'with the folders of that probe alone.',
    );
  }
  try {
    await writeFile(join(next, listName), await listOf(next));
    const kept = existsSync(data) && !(await isUntouched(data)) ? freeName(data) : undefined;
    if (existsSync(data)) await rename(data, kept ?? old);
    await rename(next, data);
    await rm(old, { recursive: true, force: true });
    if (kept === undefined) return warnings;
    return [...warnings, `Something had been changed in the earlier import; it is kept as ${kept}.`];
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : systemOutputError(data, error);
  }
}

const besides = (data: string) => ({ next: `${data}.next`, old: `${data}.old` });

/** Removes what an import left beside the data folder when its process was killed. */
export async function removeLeftovers(data: string): Promise<void> {
  for (const left of Object.values(besides(data))) await rm(left, { recursive: true, force: true });
}

/** In an imported folder: what it held when it was made. */
const listName = '.imported';

async function isUntouched(data: string): Promise<boolean> {
  return (await readTextIfThere(join(data, listName))) === (await listOf(data));
}

/** Names, sizes and times of all files. */
async function listOf(folder: string): Promise<string> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  const lines: string[] = [];
  for (const path of paths.sort()) {
    const { size, mtimeMs } = await stat(path);
    if (path !== join(folder, listName)) lines.push(`${path.slice(folder.length + 1)}\t${size}\t${mtimeMs}\n`);
  }
  return lines.join('');
}

function freeName(data: string): string {
  for (let n = 1; ; n++) if (!existsSync(`${data}.previous-${n}`)) return `${data}.previous-${n}`;
}

import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';

import { systemFileError } from '../files/file_error.js';
import type { InputFile } from './sources/source.js';
import type { StudyRecording } from './study.js';

/** Bytes at the start of a file that are looked at: where headers are. */
const headBytes = 4096;

/**
 * A hash that changes when an input of the recording does: by the names, sizes, times and first bytes of its files.
 * @param dataFolder Where it was imported to, or is
 * @throws DANT_DATA if something is not there
 */
export async function inputHash({ source, importOptions }: StudyRecording, dataFolder: string): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([source.description, importOptions]));
  for (const file of await source.files(dataFolder)) hash.update(JSON.stringify(await look(file)));
  return hash.digest('hex');
}

/** What tells whether a file is the same. */
async function look({ path, hasHeader }: InputFile): Promise<(string | number)[]> {
  try {
    const { size, mtimeMs } = await stat(path);
    if (!hasHeader) return [path, size, mtimeMs];
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

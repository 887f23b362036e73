import type { Readable } from 'node:stream';

import { openPromise, type ZipFile } from 'yauzl';

import { DantError } from '../errors.js';
import { addon } from '../native/addon.js';
import type { ByteSource } from './byte_source.js';
import { fileError, systemFileError } from './file_error.js';
import { readNpyFrom, type NpyArray, type ReadNpyOptions } from './npy.js';

/**
 * Reads all arrays of a .npz archive (stored or deflated, also above 4 GB), by name. Rejects as `readNpy` does.
 */
export async function readNpz(
  path: string,
  { signal }: Pick<ReadNpyOptions, 'signal'> = {},
): Promise<Record<string, NpyArray>> {
  const archive = await openArchive(path);
  try {
    const arrays: [string, NpyArray][] = [];
    for await (const entry of archive.eachEntry()) {
      const [, name] = /^(.*)\.npy$/.exec(entry.fileName) ?? [];
      if (name === undefined) continue;
      const stream = await archive.openReadStreamPromise(entry);
      const source = streamSource(stream, `${path} (${name})`, entry.uncompressedSize);
      try {
        arrays.push([name, await readNpyFrom(source, { signal })]);
        if (source.crc32() !== entry.crc32) throw fileError(source.path, 'its checksum is wrong: the file is damaged.');
      } finally {
        stream.destroy();
      }
    }
    return Object.fromEntries(arrays);
  } catch (error) {
    if (error instanceof DantError || signal?.aborted) throw error;
    throw fileError(path, `the .npz archive is damaged: ${(error as Error).message}.`, error);
  } finally {
    archive.close();
  }
}

async function openArchive(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { autoClose: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall) throw systemFileError(path, error);
    throw fileError(
      path,
      `expected a .npz archive of arrays but found something else: ${(error as Error).message}.`,
      error,
    );
  }
}

function streamSource(stream: Readable, path: string, size: number): ByteSource & { crc32(): number } {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let chunk: Buffer = Buffer.alloc(0);
  let checksum = 0;
  return {
    path,
    size,
    async read(target) {
      let filled = 0;
      while (filled < target.length) {
        if (chunk.length === 0) {
          const next = await chunks.next();
          if (next.done) break;
          chunk = next.value;
          checksum = addon.crc32({ bytes: chunk, previous: checksum });
        }
        const count = chunk.copy(target, filled);
        chunk = chunk.subarray(count);
        filled += count;
      }
      return filled;
    },
    crc32: () => checksum,
  };
}

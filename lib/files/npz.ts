import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

import { fromFdPromise, type Entry, type ZipFile } from 'yauzl';

import { checkSteering, requireOptions, requireText, requireTexts } from '../arguments.js';
import { DantError } from '../errors.js';
import type { ByteSource } from './byte_source.js';
import { fileSource, streamSource } from './sources.js';
import { fileError, systemFileError } from './file_error.js';
import { readNpyFrom, type NpyArray, type ReadNpyOptions } from './npy.js';

export interface ReadNpzOptions extends Pick<ReadNpyOptions, 'signal'> {
  /** Reads only these arrays, as far as they are there. */
  names?: readonly string[];
}

/** Reads the arrays of a .npz archive (stored or deflated, also above 4 GB), by name. Rejects as `readNpy` does. */
export async function readNpz(path: string, options?: ReadNpzOptions): Promise<Record<string, NpyArray>> {
  requireText('path', path);
  const { signal, names }: ReadNpzOptions = requireOptions('options', options);
  checkSteering({ signal });
  if (names !== undefined) requireTexts('names', names);
  const handle = await open(path).catch((error: unknown) => {
    throw systemFileError(path, error);
  });
  try {
    // The archive borrows the file: it is not closed through it.
    const archive = await openArchive(handle, path);
    const arrays: [string, NpyArray][] = [];
    for await (const entry of archive.eachEntry()) {
      const [, name] = /^(.*)\.npy$/.exec(entry.fileName) ?? [];
      if (name === undefined || (names && !names.includes(name))) continue;
      const member = `${path} (${name})`;
      const stored = entry.canDecodeFileData() && entry.compressionMethod === 0;
      const stream = stored ? undefined : await archive.openReadStreamPromise(entry);
      try {
        const source = checksummed(
          stream
            ? streamSource(stream, member, entry.uncompressedSize)
            : fileSource(handle, member, entry.uncompressedSize, await contentStart(archive, entry)),
        );
        arrays.push([name, await readNpyFrom(source, { signal })]);
        if (source.crc32() !== entry.crc32) throw fileError(member, 'its checksum is wrong: the file is damaged.');
      } finally {
        stream?.destroy();
      }
    }
    return Object.fromEntries(arrays);
  } catch (error) {
    if (error instanceof DantError || signal?.aborted) throw error;
    if ((error as NodeJS.ErrnoException).syscall) throw systemFileError(path, error);
    throw fileError(path, `the .npz archive is damaged: ${(error as Error).message}.`, error);
  } finally {
    await handle.close();
  }
}

async function openArchive(handle: FileHandle, path: string): Promise<ZipFile> {
  try {
    return await fromFdPromise(handle.fd, { autoClose: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall) throw error;
    throw fileError(
      path,
      `expected a .npz archive of arrays but found something else: ${(error as Error).message}.`,
      error,
    );
  }
}

async function contentStart(archive: ZipFile, entry: Entry): Promise<number> {
  return (await archive.readLocalFileHeaderPromise(entry, { minimal: true })).fileDataStart;
}

/** A source that knows the CRC-32 of what was read from it. */
function checksummed(source: ByteSource): ByteSource & { crc32(): number } {
  let checksum = 0;
  return {
    ...source,
    async read(target) {
      const filled = await source.read(target);
      checksum = crc32(target.subarray(0, filled), checksum);
      return filled;
    },
    crc32: () => checksum,
  };
}

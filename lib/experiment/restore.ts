import { createReadStream } from 'node:fs';
import { mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';

import { DantError } from '../errors.js';
import { fileError, outputError, systemFileError, systemOutputError } from '../files/file_error.js';
import { createPartialFolder, releasePartialFolder, removeStaleFolders } from '../files/partial_folder.js';
import { pathOf, type Session, type SessionFile } from './session.js';

export interface RestoreControl {
  signal?: AbortSignal | undefined;
  /** Share of the archive that has been read, 0 to 1 */
  onProgress?: ((share: number) => void) | undefined;
}

/** What goes from step to step at once, bytes */
const blockBytes = 2 ** 20;
/** The disk is given so much to write while more is unpacked: at the end there is less to wait for. */
const flushBytes = 2 ** 23;

/**
 * Makes sure that a file can be read: where it is there only as an archive (`<name>.tar.gz` in raw), it is unpacked to the session's
 * interim folder, whole or not at all. Returns where it is, and keeps that in `file`.
 * @throws DANT_DATA if the archive is damaged or holds what it should not; DANT_OUTPUT if it cannot be written.
 */
export async function restoreFile(
  file: SessionFile,
  { raw, interim }: Pick<Session, 'raw' | 'interim'>,
  { signal, onProgress }: RestoreControl = {},
): Promise<string> {
  const there = pathOf(file);
  if (there !== undefined) return there;
  const { archive, name } = file;
  if (archive === undefined) throw fileError(join(raw, name), 'there is no such file, nor an archive of it.');
  const target = join(interim, name);
  try {
    await mkdir(interim, { recursive: true });
    await mustNotBeWithin(interim, raw);
    // What a crash left may be as large as the file.
    await removeStaleFolders(interim, name);
    const partial = await createPartialFolder(interim, name);
    try {
      const path = join(partial, name);
      await unpack(archive, name, path, signal, onProgress);
      await rename(path, target);
    } finally {
      await rm(partial, { recursive: true, force: true });
      releasePartialFolder(partial);
    }
  } catch (error) {
    if (signal?.aborted || error instanceof DantError) throw error;
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : systemOutputError(target, error);
  }
  file.interim = target;
  return target;
}

/** Writes the file that an archive holds; all of the archive is read, so that its check sums count. */
async function unpack(
  archive: string,
  name: string,
  path: string,
  signal?: AbortSignal,
  onProgress?: (share: number) => void,
): Promise<void> {
  const { size } = await stat(archive).catch((error: unknown) => {
    throw systemFileError(archive, error);
  });
  const output = await open(path, 'wx');
  const others: string[] = [];
  let found = 0;
  const compressed = createReadStream(archive, { highWaterMark: blockBytes });
  const members = extract({ highWaterMark: 4 * blockBytes });
  const writing = (async () => {
    for await (const member of members) {
      checkMember(archive, member.header);
      const memberName = member.header.name.replace(/^\.\//, '');
      if (member.header.type !== 'directory' && memberName === name && found === 0) {
        found++;
        // The next block is unpacked while one is written.
        let written = Promise.resolve();
        let flushed = Promise.resolve();
        let waiting = 0;
        for await (const block of member as AsyncIterable<Uint8Array>) {
          await written;
          written = writeAll(output, block);
          // Told by whoever waits for it.
          written.catch(() => undefined);
          waiting += block.length;
          if (waiting >= flushBytes) {
            waiting = 0;
            await flushed;
            flushed = output.datasync();
            flushed.catch(() => undefined);
          }
          onProgress?.(compressed.bytesRead / size);
        }
        await written;
        await flushed;
      } else {
        if (member.header.type !== 'directory') others.push(memberName);
        member.resume();
      }
    }
  })();
  const reading = pipeline(compressed, createGunzip({ chunkSize: blockBytes }), members, { signal });
  try {
    // What stops the one stops the other; the first reason is the one to tell.
    await Promise.all([
      writing.catch((error: unknown) => {
        members.destroy();
        throw error;
      }),
      reading,
    ]);
    if (found === 0) {
      throw fileError(
        archive,
        `expected an archive of ${name} but it holds ${others.length === 0 ? 'nothing' : others.slice(0, 5).join(', ')}.`,
      );
    }
    await output.sync();
  } catch (error) {
    await Promise.allSettled([writing, reading]);
    throw signal?.aborted ? (signal.reason as Error) : archiveError(archive, error);
  } finally {
    await output.close();
  }
}

/** Throws DANT_DATA for members of an archive other than regular files, below the folder: nothing that could lead elsewhere. */
export function checkMember(archive: string, { name, type }: Header): void {
  const parts = name.split(/[\\/]/);
  const isElsewhere = /^([\\/]|[A-Za-z]:)/.test(name) || parts.includes('..');
  if (isElsewhere) {
    throw fileError(archive, `it holds "${name}", which would be written elsewhere. Nothing of it was unpacked.`);
  }
  if (type !== 'file' && type !== 'contiguous-file' && type !== 'directory') {
    throw fileError(archive, `it holds "${name}", which is a ${type} and no file. Nothing of it was unpacked.`);
  }
}

/** An error while an archive was read, in words. */
export function archiveError(archive: string, error: unknown): unknown {
  const { code = '', message, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof DantError || (syscall !== undefined && syscall !== 'read')) return error;
  if (syscall === 'read') return systemFileError(archive, error);
  if (code === 'Z_BUF_ERROR' || message === 'Unexpected end of data') {
    return fileError(archive, 'the archive is cut short: its end is missing. Copy it anew.', error);
  }
  return fileError(archive, `this is no whole .tar.gz archive (${message}). Copy it anew.`, error);
}

async function writeAll(output: Awaited<ReturnType<typeof open>>, block: Uint8Array): Promise<void> {
  for (let done = 0; done < block.length;) done += (await output.write(block, done)).bytesWritten;
}

/** Nothing is ever written to raw, whatever links there are. */
async function mustNotBeWithin(interim: string, raw: string): Promise<void> {
  const [inner, outer] = [await realpath(interim), await realpath(dirname(raw))];
  if (inner === outer || inner.startsWith(outer + sep)) {
    throw outputError(
      interim,
      'this is within the raw folder, to which nothing is ever written. Choose another interim folder.',
    );
  }
}

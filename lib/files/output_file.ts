import { constants } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';

import { addon } from '../native/addon.js';
import { sharedArray } from '../native/memory.js';

/** What the system wants addresses, positions and lengths of direct writes to be multiples of, on any common disk. */
const pageBytes = 4096;
/** The most that `space` gives without a copy later. Disks need writes of this size to be as fast as they can be. */
export const blockBytes = 8 * 2 ** 20;
/** A block, and before it the part of a page that was not written with the block before. */
const bufferBytes = blockBytes + pageBytes;

/** The memory of files that have been written, for the next ones: new memory costs the system more than its use. */
export class WriteBuffers {
  readonly #spare: Uint8Array[] = [];

  /** On a page, of `bufferBytes` */
  take(): Uint8Array {
    return this.#spare.pop() ?? pageAligned();
  }

  giveBack(buffer: Uint8Array): void {
    this.#spare.push(buffer);
  }
}

/**
 * A new file; an existing one is refused. What follows on what was written before is gathered and written past the
 * system's cache while more is made: results are larger than most caches, and filling memory with them costs more
 * processor time than computing them. Where the system has no such writes, they go through its cache.
 */
export class OutputFile {
  /** One is filled while the other is written. */
  #buffers: [Uint8Array, Uint8Array] | undefined;
  /** For what cannot be made in them. */
  #scratch = new Uint8Array();
  /** Position of the buffer's first byte, on a page; the bytes begin … end − 1 of it are to be written. */
  #position = 0;
  #begin = 0;
  #end = 0;
  #writing = Promise.resolve();
  #direct: FileHandle | undefined;

  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    private readonly spare: WriteBuffers,
  ) {}

  /** @param length in bytes, where known: a small file is not worth gathering. */
  static async create(path: string, length = Infinity, spare = new WriteBuffers()): Promise<OutputFile> {
    const file = new OutputFile(path, await open(path, 'wx'), spare);
    if (length >= blockBytes) {
      file.#buffers = [spare.take(), spare.take()];
      // The handle for direct writes is another one, so that the first and last bytes can go the usual way.
      file.#direct = await openDirect(path);
    }
    return file;
  }

  /**
   * Memory for the `length` bytes to be written at `position` next, at an address that elements of `itemBytes` can have.
   * If possible it is the file's own, from where they are written without being copied.
   */
  async space(length: number, position: number, itemBytes: number): Promise<Uint8Array> {
    if (!this.#buffers || length > blockBytes || position % itemBytes !== 0) {
      if (this.#scratch.length < length) this.#scratch = sharedArray(Uint8Array, length);
      return this.#scratch.subarray(0, length);
    }
    await this.#moveTo(position);
    if (this.#end + length > bufferBytes) await this.#nextBuffer();
    return this.#buffers[0].subarray(this.#end, this.#end + length);
  }

  /** Writes at `position`. The bytes may change when the promise resolves, but are not all in the file before `close`. */
  async write(bytes: Uint8Array, position: number): Promise<void> {
    if (!this.#buffers) return writeFully(this.handle, bytes, position);
    await this.#moveTo(position);
    for (let done = 0; done < bytes.length;) {
      if (this.#end === bufferBytes) await this.#nextBuffer();
      const part = bytes.subarray(done, done + bufferBytes - this.#end);
      if (!startsAt(part, this.#buffers[0], this.#end)) this.#buffers[0].set(part, this.#end);
      this.#end += part.length;
      done += part.length;
    }
  }

  /** Sets the length: zeros without room on the disk at the end, or bytes removed there. */
  async truncate(length: number): Promise<void> {
    await this.#flush();
    await this.handle.truncate(length);
  }

  async close(): Promise<void> {
    try {
      await this.#flush();
    } finally {
      await this.#closeHandles();
    }
  }

  /** Gives the file up and removes it. */
  async discard(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#closeHandles();
    await rm(this.path, { force: true });
  }

  /** Lets the buffer go on at `position`. */
  async #moveTo(position: number): Promise<void> {
    if (position === this.#position + this.#end) return;
    await this.#flush();
    this.#position = position - (position % pageBytes);
    this.#begin = this.#end = position % pageBytes;
  }

  /** Writes what is in the buffer and waits for it. */
  async #flush(): Promise<void> {
    await this.#writing;
    if (this.#end === this.#begin) return;
    await this.#writePages(this.#buffers![0], this.#position, this.#begin, this.#end);
    this.#begin = this.#end;
  }

  /** Starts writing the buffer's whole pages when the other one is written; the rest goes with what follows. */
  async #nextBuffer(): Promise<void> {
    const [full, next] = this.#buffers!;
    const [position, begin, end] = [this.#position, this.#begin, this.#end];
    const rest = end % pageBytes;
    await this.#writing;
    next.set(full.subarray(end - rest, end));
    this.#writing = this.#writePages(full, position, begin, end - rest);
    // Told by whoever waits for it next.
    this.#writing.catch(() => undefined);
    this.#buffers = [next, full];
    this.#position += end - rest;
    this.#begin = 0;
    this.#end = rest;
  }

  async #writePages(buffer: Uint8Array, position: number, begin: number, end: number): Promise<void> {
    const firstPage = Math.ceil(begin / pageBytes) * pageBytes;
    const lastPage = Math.floor(end / pageBytes) * pageBytes;
    const plain = (from: number, to: number) => writeFully(this.handle, buffer.subarray(from, to), position + from);
    if (!this.#direct || firstPage >= lastPage) return plain(begin, end);
    try {
      await writeFully(this.#direct, buffer.subarray(firstPage, lastPage), position + firstPage);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
      await this.#direct.close();
      this.#direct = undefined;
      return plain(begin, end);
    }
    await plain(begin, firstPage);
    await plain(lastPage, end);
  }

  /** Nothing is being written any more. */
  async #closeHandles(): Promise<void> {
    for (const buffer of this.#buffers ?? []) this.spare.giveBack(buffer);
    this.#buffers = undefined;
    await this.#direct?.close();
    this.#direct = undefined;
    await this.handle.close();
  }
}

/** Linux only; not every file system can. */
async function openDirect(path: string): Promise<FileHandle | undefined> {
  // Not defined on other systems, whatever its type says.
  const flag = constants.O_DIRECT as number | undefined;
  return flag === undefined ? undefined : open(path, constants.O_WRONLY | flag).catch(() => undefined);
}

function startsAt(bytes: Uint8Array, buffer: Uint8Array, offset: number): boolean {
  return bytes.buffer === buffer.buffer && bytes.byteOffset === buffer.byteOffset + offset;
}

function pageAligned(): Uint8Array {
  const bytes = sharedArray(Uint8Array, bufferBytes + pageBytes);
  const first = (pageBytes - addon.addressInPage({ bytes, pageBytes })) % pageBytes;
  return bytes.subarray(first, first + bufferBytes);
}

async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

import { constants } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';

import { addon } from '../native/addon.js';

/** What the system wants addresses, positions and lengths of direct writes to be multiples of, on any common disk. */
const pageBytes = 4096;
const bufferBytes = 2 * 2 ** 20;

/**
 * A new file; an existing one is refused. What follows on what was written before is gathered and written past the
 * system's cache while more is made: results are larger than most caches, and filling memory with them costs more
 * processor time than computing them. Where the system has no such writes, they go through its cache.
 */
export class OutputFile {
  /** One is filled while the other is written. */
  #buffers: [Uint8Array, Uint8Array] | undefined;
  /** Position of the buffer's first byte, on a page; the bytes begin … end − 1 of it are to be written. */
  #position = 0;
  #begin = 0;
  #end = 0;
  #writing = Promise.resolve();
  #direct: FileHandle | undefined;

  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** @param length in bytes, where known: a small file is not worth gathering. */
  static async create(path: string, length = Infinity): Promise<OutputFile> {
    const file = new OutputFile(path, await open(path, 'wx'));
    if (length >= bufferBytes) {
      file.#buffers = [pageAligned(), pageAligned()];
      // The handle for direct writes is another one, so that the first and last bytes can go the usual way.
      file.#direct = await openDirect(path);
    }
    return file;
  }

  /** Writes at `position`. The bytes may change when the promise resolves, but are not all in the file before `close`. */
  async write(bytes: Uint8Array, position: number): Promise<void> {
    if (!this.#buffers) return writeFully(this.handle, bytes, position);
    if (position !== this.#position + this.#end) {
      await this.#flush();
      this.#position = position - (position % pageBytes);
      this.#begin = this.#end = position % pageBytes;
    }
    for (let done = 0; done < bytes.length;) {
      const part = bytes.subarray(done, done + bufferBytes - this.#end);
      this.#buffers[0].set(part, this.#end);
      this.#end += part.length;
      done += part.length;
      if (this.#end === bufferBytes) await this.#writeBuffer();
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

  async #flush(): Promise<void> {
    if (this.#end > this.#begin) await this.#writeBuffer();
    await this.#writing;
  }

  /** Starts writing the buffer when the other one is written. */
  async #writeBuffer(): Promise<void> {
    const [full, other] = this.#buffers!;
    const [position, begin, end] = [this.#position, this.#begin, this.#end];
    await this.#writing;
    this.#writing = this.#writePages(full, position, begin, end);
    // Told by whoever waits for it next.
    this.#writing.catch(() => undefined);
    this.#buffers = [other, full];
    this.#position += bufferBytes;
    this.#begin = this.#end = 0;
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

  async #closeHandles(): Promise<void> {
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

function pageAligned(): Uint8Array {
  const bytes = new Uint8Array(bufferBytes + pageBytes);
  const first = (pageBytes - addon.addressInPage({ bytes, pageBytes })) % pageBytes;
  return bytes.subarray(first, first + bufferBytes);
}

async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';

import type { ByteSource } from './byte_source.js';

// Several reads at once: fresh memory costs more time than the copying, and is set up by the thread that reads into it.
const pieceBytes = 8 * 2 ** 20;

/** Reads `size` bytes of an open file from `position` on. */
export function fileSource(handle: FileHandle, path: string, size: number, position = 0): ByteSource {
  let at = position;

  const readPiece = async (target: Uint8Array, from: number): Promise<number> => {
    let filled = 0;
    while (filled < target.length) {
      const { bytesRead } = await handle.read(target, filled, target.length - filled, from + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  };

  return {
    path,
    size,
    async read(target) {
      const wanted = target.subarray(0, position + size - at);
      const pieces: Promise<number>[] = [];
      for (let first = 0; first < wanted.length; first += pieceBytes) {
        pieces.push(readPiece(wanted.subarray(first, first + pieceBytes), at + first));
      }
      // All must be over before the file may be closed.
      await Promise.allSettled(pieces);
      const filled = (await Promise.all(pieces)).reduce((sum, count) => sum + count, 0);
      at += filled;
      return filled;
    },
  };
}

/** Reads a file that is in memory, and lends it: whoever hands it in must not change it. */
export function memorySource(bytes: Uint8Array, path: string): ByteSource {
  let at = 0;
  return {
    path,
    size: bytes.length,
    read(target) {
      const part = bytes.subarray(at, at + target.length);
      target.set(part);
      at += part.length;
      return Promise.resolve(part.length);
    },
    lend(length, itemBytes) {
      const part = bytes.subarray(at, at + length);
      if (part.length < length || part.byteOffset % itemBytes !== 0) return undefined;
      at += length;
      return part;
    },
  };
}

/** Reads a stream of `size` bytes. */
export function streamSource(stream: Readable, path: string, size: number): ByteSource {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let chunk: Buffer = Buffer.alloc(0);
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
        }
        const count = chunk.copy(target, filled);
        chunk = chunk.subarray(count);
        filled += count;
      }
      return filled;
    },
  };
}

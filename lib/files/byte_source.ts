import type { FileHandle } from 'node:fs/promises';

/** A file, or a member of an archive, that is read from its beginning to its end. */
export interface ByteSource {
  /** How messages call it. */
  path: string;
  /** Total length in bytes. */
  size: number;
  /** Fills `target` with the next bytes; fewer only where the source ends. Resolves to their number. */
  read(target: Uint8Array): Promise<number>;
}

// Several reads at once: fresh memory costs more time than the copying, and is set up by the thread that reads into it.
const pieceBytes = 8 * 2 ** 20;

/** Reads an open file from its beginning. */
export async function fileSource(handle: FileHandle, path: string): Promise<ByteSource> {
  const { size } = await handle.stat();
  let position = 0;

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
      const pieces: Promise<number>[] = [];
      for (let at = 0; at < target.length; at += pieceBytes) {
        pieces.push(readPiece(target.subarray(at, at + pieceBytes), position + at));
      }
      // All must be over before the file may be closed.
      await Promise.allSettled(pieces);
      const filled = (await Promise.all(pieces)).reduce((sum, count) => sum + count, 0);
      position += filled;
      return filled;
    },
  };
}

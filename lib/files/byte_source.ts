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

/** Reads an open file from its beginning. */
export async function fileSource(handle: FileHandle, path: string): Promise<ByteSource> {
  const { size } = await handle.stat();
  let position = 0;
  return {
    path,
    size,
    async read(target) {
      let filled = 0;
      while (filled < target.length) {
        const { bytesRead } = await handle.read(target, filled, target.length - filled, position);
        if (bytesRead === 0) break;
        filled += bytesRead;
        position += bytesRead;
      }
      return filled;
    },
  };
}

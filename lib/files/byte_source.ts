/** A file, or a member of an archive, that is read from its beginning to its end. */
export interface ByteSource {
  /** How messages call it. */
  path: string;
  /** Total length in bytes. */
  size: number;
  /** Fills `target` with the next bytes; fewer only where the source ends. Resolves to their number. */
  read(target: Uint8Array): Promise<number>;
  /** The next bytes where they are already, if they are in memory, all of them and at a multiple of `itemBytes`. */
  lend?(length: number, itemBytes: number): Uint8Array | undefined;
}

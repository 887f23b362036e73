import { fileError } from '../files/file_error.js';
import type { ChunkLayout, LeadIn } from './segment.js';

/**
 * Where values of a channel are: `pieces` of `pieceValues` each, one every `strideBytes`; the last piece may have fewer. A piece is
 * the channel's part of a chunk, or one value where those of several channels take turns.
 */
export interface Run {
  /** Of the first value of the run in the channel */
  first: number;
  /** In all pieces */
  values: number;
  /** Of the first piece in the file */
  position: number;
  pieceValues: number;
  pieceBytes: number;
  strideBytes: number;
  pieces: number;
  isLittle: boolean;
}

/**
 * Adds where the values of a segment are to the runs of their channels. `end`: of its data in the file. Returns what is left over at
 * the end, in bytes: of a chunk that is not whole.
 */
export function addRuns(
  path: string,
  runs: Map<string, Run[]>,
  layout: ChunkLayout,
  { isInterleaved, isLittle, dataStart }: LeadIn,
  end: number,
): number {
  const parts = [...layout].filter(([, part]) => part.count > 0);
  const bytes = end - dataStart;
  const chunkBytes = parts.reduce((sum, [, part]) => sum + part.bytes, 0);
  if (parts.length === 0 || bytes <= 0) return 0;
  if (chunkBytes === 0) throw fileError(path, `the data at byte ${dataStart} have no length. The file is damaged.`);
  const add = (name: string, run: Omit<Run, 'first' | 'isLittle'>) => {
    if (run.values === 0) return;
    let own = runs.get(name);
    if (!own) runs.set(name, (own = []));
    const last = own.at(-1);
    own.push({ ...run, first: last ? last.first + last.values : 0, isLittle });
  };
  if (isInterleaved) {
    if (parts.some(([, { type, count }]) => type.kind === 'string' || count !== parts[0]![1].count)) {
      throw fileError(
        path,
        `the data at byte ${dataStart} take turns, but their channels hold texts or differ in length. The file is damaged.`,
      );
    }
    const rowBytes = parts.reduce((sum, [, part]) => sum + part.type.bytes, 0);
    const rows = Math.floor(bytes / rowBytes);
    let position = dataStart;
    for (const [name, { type }] of parts) {
      add(name, {
        values: rows,
        position,
        pieceValues: 1,
        pieceBytes: type.bytes,
        strideBytes: rowBytes,
        pieces: rows,
      });
      position += type.bytes;
    }
    return bytes % chunkBytes;
  }
  const chunks = Math.floor(bytes / chunkBytes);
  let left = bytes % chunkBytes;
  const rest = left;
  let position = dataStart;
  for (const [name, { type, count, bytes: pieceBytes }] of parts) {
    // Of a chunk that is not whole the first channels are there, and no part of a text.
    const more =
      type.kind === 'string' ? (left >= pieceBytes ? count : 0) : Math.min(count, Math.floor(left / type.bytes));
    left = Math.max(0, left - pieceBytes);
    add(name, {
      values: chunks * count + more,
      position,
      pieceValues: count,
      pieceBytes,
      strideBytes: chunkBytes,
      pieces: chunks + (more > 0 ? 1 : 0),
    });
    position += pieceBytes;
  }
  return rest;
}

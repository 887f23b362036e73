import { sharedArray } from '../native/memory.js';
import { openFile, readFully } from './open_file.js';

/** How the samples of a piece lie in memory; see native/core/import/raw_samples.h. */
export interface PieceLayout {
  columnMajor: boolean;
  timeDifferences: boolean;
  columnDifferences: boolean;
}

/** A part of a recording, of consecutive rows. */
export interface Piece extends PieceLayout {
  samples: Int16Array;
  rows: number;
}

/** A recording from which pieces are read in order, several at a time. */
export interface RawSource {
  readonly rows: number;
  readonly columns: number;
  /** Rows of each piece */
  readonly pieces: readonly number[];
  /** Reads a piece, to `room` if that is used. */
  read(piece: number, room: Int16Array | undefined): Promise<Piece>;
  close(): Promise<void>;
}

const pieceBytes = 8 * 2 ** 20;

/** A binary file: samples of 16 bits, row after row. */
export async function openFlatFile(path: string, columns: number, rows: number, offsetBytes = 0): Promise<RawSource> {
  const handle = await openFile(path);
  const rowBytes = 2 * columns;
  const pieceRows = Math.max(1, Math.floor(pieceBytes / rowBytes));
  const pieces = Array.from({ length: Math.ceil(rows / pieceRows) }, (_, i) =>
    Math.min(pieceRows, rows - i * pieceRows),
  );
  return {
    rows,
    columns,
    pieces,
    async read(piece, room) {
      const count = pieces[piece]!;
      const samples = room?.length === pieceRows * columns ? room : sharedArray(Int16Array, pieceRows * columns);
      const bytes = new Uint8Array(samples.buffer, samples.byteOffset, count * rowBytes);
      await readFully(handle, path, bytes, offsetBytes + piece * pieceRows * rowBytes);
      return { samples, rows: count, columnMajor: false, timeDifferences: false, columnDifferences: false };
    },
    close: () => handle.close(),
  };
}

/** Files that follow each other. */
export function inSequence(sources: readonly RawSource[]): RawSource {
  const places = sources.flatMap((source) => source.pieces.map((_, piece) => ({ source, piece })));
  return {
    rows: sources.reduce((sum, { rows }) => sum + rows, 0),
    columns: sources[0]!.columns,
    pieces: sources.flatMap(({ pieces }) => pieces),
    read: (piece, room) => places[piece]!.source.read(places[piece]!.piece, room),
    async close() {
      await Promise.all(sources.map((source) => source.close()));
    },
  };
}

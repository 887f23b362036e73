import { abortError } from '../errors.js';
import type { Piece, RawSource } from './raw_source.js';

/** Pieces that are read while others are worked on. */
const readAhead = 4;

/** Reads ahead; memory of a piece is used again when the next one is asked for. */
export async function* piecesInOrder(source: RawSource, signal?: AbortSignal): AsyncGenerator<Piece> {
  const reading: Promise<Piece>[] = [];
  const start = (piece: number, room?: Int16Array) => {
    if (piece >= source.pieces.length) return;
    const promise = source.read(piece, room);
    // It is awaited in its turn, or not at all after a failure.
    promise.catch(() => undefined);
    reading.push(promise);
  };
  try {
    for (let piece = 0; piece < readAhead; piece++) start(piece);
    for (let piece = 0; piece < source.pieces.length; piece++) {
      if (signal?.aborted) throw abortError(signal);
      const current = await reading.shift()!;
      yield current;
      start(piece + readAhead, current.samples);
    }
  } finally {
    await Promise.allSettled(reading);
  }
}

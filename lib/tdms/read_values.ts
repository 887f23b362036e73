import type { NumericData } from '../arrays.js';
import { fileError } from '../files/file_error.js';
import { timeAt } from './cursor.js';
import type { TdmsType } from './data_types.js';
import type { Run } from './runs.js';

/** Fills bytes from a position of the file on. */
export type ReadAt = (bytes: Uint8Array, position: number) => Promise<void>;

/** Pieces below this are read with what lies between them. */
const smallPiece = 2 ** 15;
const spanBytes = 4 * 2 ** 20;

/** Copies the values first … first + count − 1 of a channel from its runs, which must have them. */
export async function readValues(
  read: ReadAt,
  type: TdmsType,
  runs: readonly Run[],
  first: number,
  count: number,
): Promise<NumericData> {
  const isTime = type.kind === 'timestamp';
  const values = isTime ? new BigInt64Array(2 * count) : type.make(count);
  const bytes = new Uint8Array(values.buffer, 0, count * type.bytes);
  let done = 0;
  for (let k = runAt(runs, first); done < count; k++) {
    const run = runs[k]!;
    const from = first + done - run.first;
    const number = Math.min(count - done, run.values - from);
    const target = bytes.subarray(done * type.bytes, (done + number) * type.bytes);
    await copyRun(read, run, type.bytes, from, target);
    // Times are read from both byte orders below; they keep theirs until then.
    if (!isTime && run.isLittle !== isLittleMachine) swap(target, type.wordBytes);
    if (isTime) timesInPlace(target, run.isLittle);
    done += number;
  }
  if (!isTime) return values;
  const times = new BigInt64Array(values.buffer);
  return times.filter((_, i) => i % 2 === 0);
}

/** All texts of a channel. */
export async function readTexts(read: ReadAt, path: string, runs: readonly Run[]): Promise<string[]> {
  const texts: string[] = [];
  for (const { position, pieces, pieceBytes, pieceValues, strideBytes, isLittle } of runs) {
    for (let piece = 0; piece < pieces; piece++) {
      const bytes = Buffer.alloc(pieceBytes);
      await read(bytes, position + piece * strideBytes);
      const table = 4 * pieceValues;
      for (let i = 0, begin = 0; i < pieceValues; i++) {
        const end = isLittle ? bytes.readUInt32LE(4 * i) : bytes.readUInt32BE(4 * i);
        if (end < begin || table + end > pieceBytes) {
          throw fileError(path, `the texts at byte ${position} do not follow each other. The file is damaged.`);
        }
        texts.push(bytes.toString('utf8', table + begin, table + end));
        begin = end;
      }
    }
  }
  return texts;
}

/** The run with a value. */
function runAt(runs: readonly Run[], value: number): number {
  let [low, high] = [0, runs.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (runs[middle]!.first <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Copies the values from `from` on, of `itemBytes` each, as many as `target` holds. */
async function copyRun(
  read: ReadAt,
  { position, pieceValues, strideBytes }: Run,
  itemBytes: number,
  from: number,
  target: Uint8Array,
): Promise<void> {
  const pieceBytes = pieceValues * itemBytes;
  const isContiguous = pieceBytes === strideBytes;
  const start = from * itemBytes;
  if (isContiguous) return read(target, position + start);
  const perSpan = pieceBytes >= smallPiece ? 1 : Math.max(1, Math.floor(spanBytes / strideBytes));
  let span = new Uint8Array();
  for (let done = 0; done < target.length;) {
    const piece = Math.floor((start + done) / pieceBytes);
    const offset = start + done - piece * pieceBytes;
    const left = target.length - done;
    if (perSpan === 1) {
      const length = Math.min(left, pieceBytes - offset);
      await read(target.subarray(done, done + length), position + piece * strideBytes + offset);
      done += length;
      continue;
    }
    // The last piece needs no more than what is wanted of it.
    const wanted = Math.min(perSpan, Math.ceil((offset + left) / pieceBytes));
    const lastBytes = Math.min(pieceBytes, offset + left - (wanted - 1) * pieceBytes);
    const length = (wanted - 1) * strideBytes + lastBytes;
    if (span.length < length) span = new Uint8Array(length);
    await read(span.subarray(0, length), position + piece * strideBytes);
    for (let p = 0; p < wanted; p++) {
      const begin = p === 0 ? offset : 0;
      const end = p === wanted - 1 ? lastBytes : pieceBytes;
      copy(span, p * strideBytes + begin, p * strideBytes + end, target, done);
      done += end - begin;
    }
  }
}

/** Most pieces are single numbers, for which a loop is faster than a view. */
function copy(from: Uint8Array, begin: number, end: number, to: Uint8Array, at: number): void {
  if (end - begin <= 16) for (let i = begin; i < end; i++) to[at++] = from[i]!;
  else to.set(from.subarray(begin, end), at);
}

const isLittleMachine = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function swap(bytes: Uint8Array, wordBytes: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (wordBytes === 2) buffer.swap16();
  else if (wordBytes === 4) buffer.swap32();
  else if (wordBytes === 8) buffer.swap64();
}

/** Puts the µs since 1970 in the place of the first half of each time. */
function timesInPlace(bytes: Uint8Array, isLittle: boolean): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; at += 16) view.setBigInt64(at, timeAt(view, at, isLittle), isLittleMachine);
}

import { stat } from 'node:fs/promises';

import { abortError } from '../errors.js';
import { fileError, systemFileError } from '../files/file_error.js';
import { readText } from '../files/text_file.js';
import { openMtscomp } from '../import/mtscomp_source.js';
import { openFile, readFully } from '../import/open_file.js';
import { tileChannels, type RawSource } from '../import/raw_source.js';
import type { RecordingMeta } from '../import/recording.js';
import { parseSpikeGlxMeta, type SpikeGlxStream } from '../import/spikeglx_meta.js';
import { ArraysInTurn, sharedArray } from '../native/memory.js';

/** Files of a SpikeGLX recording. */
export interface EphysPaths {
  /** .bin, or .cbin of mtscomp */
  bin: string;
  meta: string;
  /** Of a .cbin */
  ch?: string | undefined;
}

/** A SpikeGLX recording of one stream, open for reading. */
export interface EphysFile {
  path: string;
  meta: RecordingMeta;
  rows: number;
  /** Rows (·, columns) in their order. A block is overwritten when the second one after it is asked for. */
  samples(signal?: AbortSignal): AsyncGenerator<Int16Array>;
  close(): Promise<void>;
}

/** Bytes of samples that are handed on at once, about. */
const blockBytes = 4 * 2 ** 20;

/** Rejects with DANT_DATA if a file is missing or was copied only in part. */
export async function openEphys(paths: EphysPaths, stream: SpikeGlxStream): Promise<EphysFile> {
  const meta = parseSpikeGlxMeta(paths.meta, await readText(paths.meta), stream);
  const source = paths.bin.endsWith('.cbin') ? await openCompressed(paths, meta) : await openPlain(paths, meta);
  const { rows } = source;
  return {
    path: paths.bin,
    meta,
    rows,
    async *samples(signal) {
      const most = Math.max(1, Math.floor(blockBytes / (2 * meta.columns)));
      // One is read while one is worked on and another may still be.
      const blocks = new ArraysInTurn(Int16Array, 3);
      const read = async (first: number) => {
        const block = blocks.next(Math.min(most, rows - first) * meta.columns);
        await source.read(first, block, signal);
        return block;
      };
      // A block is read while the one before is worked on.
      let next = read(0);
      for (let first = 0; first < rows; first += most) {
        const block = await next;
        if (signal?.aborted) throw abortError(signal);
        if (first + most < rows) {
          next = read(first + most);
          // It is awaited in its turn, or not at all after a failure.
          next.catch(() => undefined);
        }
        yield block;
      }
    },
    close: () => source.close(),
  };
}

/** A recording of which rows are read, with all columns. */
interface Rows {
  rows: number;
  /** Fills (·, columns) with rows from `first` on. */
  read(first: number, to: Int16Array, signal: AbortSignal | undefined): Promise<void>;
  close(): Promise<void>;
}

async function openPlain({ bin, meta: metaPath }: EphysPaths, meta: RecordingMeta): Promise<Rows> {
  let size: number;
  try {
    ({ size } = await stat(bin));
  } catch (error) {
    throw systemFileError(bin, error);
  }
  const rowBytes = 2 * meta.columns;
  const { fileSizeBytes } = meta;
  if (fileSizeBytes !== undefined && fileSizeBytes !== size) {
    throw fileError(
      bin,
      `has ${size} bytes but ${metaPath} says ${fileSizeBytes}. Was it copied only in part? Copy it anew.`,
    );
  }
  if (size === 0 || size % rowBytes !== 0) {
    throw fileError(bin, `its ${size} bytes are not whole rows of ${meta.columns} channels. Copy it anew.`);
  }
  const handle = await openFile(bin);
  return {
    rows: size / rowBytes,
    read: (first, { buffer, byteOffset, byteLength }) =>
      readFully(handle, bin, new Uint8Array(buffer, byteOffset, byteLength), first * rowBytes),
    close: () => handle.close(),
  };
}

async function openCompressed({ bin, ch }: EphysPaths, meta: RecordingMeta): Promise<Rows> {
  if (ch === undefined) throw fileError(bin, 'there is no .ch file beside it; a .cbin cannot be read without.');
  const source = await openMtscomp(bin, ch);
  if (source.columns === meta.columns) {
    return {
      rows: source.rows,
      read: (first, to, signal) => readTiles(source, first, to, signal),
      close: () => source.close(),
    };
  }
  await source.close();
  throw fileError(ch, `says ${source.columns} channels but ${meta.columns} are expected. Are both of one recording?`);
}

async function readTiles(source: RawSource, first: number, samples: Int16Array, signal: AbortSignal | undefined) {
  const { columns } = source;
  const count = samples.length / columns;
  const tiles = Math.ceil(columns / tileChannels);
  const block = sharedArray(Int16Array, tiles * count * tileChannels);
  const channels = Int32Array.from({ length: columns }, (_, c) => c);
  await source.read(first, count, { block, capacity: count, channels }, 0, { signal });
  for (let c = 0; c < columns; c++) {
    const from = Math.floor(c / tileChannels) * count * tileChannels + (c % tileChannels);
    for (let row = 0; row < count; row++) samples[row * columns + c] = block[from + row * tileChannels]!;
  }
}

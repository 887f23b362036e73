import { fileError } from '../files/file_error.js';
import { runNative, type RunOptions } from '../native/run.js';
import { openFile, readFully } from './open_file.js';

/** Channels that lie side by side in a block; see native/core/import/raw_samples.h. */
export const tileChannels = 16;

/** Samples of some channels, in tiles of 16 channels side by side. */
export interface RawBlock {
  /** (⌈C/16⌉, capacity, 16) */
  block: Int16Array;
  capacity: number;
  /** (C) columns of the recording */
  channels: Int32Array;
}

/** A recording of which rows are read, in ascending order. */
export interface RawSource {
  readonly rows: number;
  readonly columns: number;
  /** Reads the rows first … first + count − 1 to the rows from `at` on of a block. */
  read(first: number, count: number, to: RawBlock, at: number, run: RunOptions): Promise<void>;
  close(): Promise<void>;
}

/** A binary file: samples of 16 bits, row after row. */
export async function openFlatFile(path: string, columns: number, rows: number, offsetBytes = 0): Promise<RawSource> {
  const handle = await openFile(path);
  const rowBytes = 2 * columns;
  return {
    rows,
    columns,
    async read(first, count, to, at, run) {
      const place = offsetBytes + first * rowBytes;
      const isRead = await runNative(
        (native, control) =>
          native.readSamples({ ...control, ...to, path, offsetBytes: place, rows: count, columns, at }),
        run,
      );
      // Says why.
      if (!isRead) await readFully(handle, path, new Uint8Array(count * rowBytes), place);
      if (!isRead) throw fileError(path, 'it could not be read. Is another program writing to it?');
    },
    close: () => handle.close(),
  };
}

/** Files that follow each other. */
export function inSequence(sources: readonly RawSource[]): RawSource {
  return {
    rows: sources.reduce((sum, { rows }) => sum + rows, 0),
    columns: sources[0]!.columns,
    async read(first, count, to, at, run) {
      let begin = 0;
      for (const source of sources) {
        const from = Math.max(first, begin);
        const end = Math.min(first + count, begin + source.rows);
        if (from < end) await source.read(from - begin, end - from, to, at + from - first, run);
        begin += source.rows;
      }
    },
    async close() {
      await Promise.all(sources.map((source) => source.close()));
    },
  };
}

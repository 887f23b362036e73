import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { z } from 'zod';

import { fileError } from '../files/file_error.js';
import { readJson } from '../files/text_file.js';
import { runNative, type RunOptions } from '../native/run.js';
import { openFile, readFully } from './open_file.js';
import type { RawSource } from './raw_source.js';

const header = z.object({
  algorithm: z.literal('zlib').default('zlib'),
  chunk_bounds: z.array(z.number().int().nonnegative()).min(2),
  chunk_offsets: z.array(z.number().int().nonnegative()).min(2),
  chunk_order: z.enum(['C', 'F']).default('F'),
  do_spatial_diff: z.boolean(),
  do_time_diff: z.boolean(),
  dtype: z.literal('int16'),
  n_channels: z.number().int().positive(),
  sha1_uncompressed: z.string().nullish(),
});
export type MtscompHeader = z.infer<typeof header>;

const inflated = promisify(inflate) as (bytes: Uint8Array, options: { chunkSize: number }) => Promise<Buffer>;

export async function readMtscompHeader(path: string): Promise<MtscompHeader> {
  const content = await readJson(path, 'mtscomp writes beside a .cbin');
  const { data, error } = header.safeParse(content);
  if (error) {
    const [issue] = error.issues;
    throw fileError(path, `not as mtscomp writes it: ${issue!.path.join('.')}: ${issue!.message}.`);
  }
  const rises = (list: readonly number[]) => list[0] === 0 && list.every((value, i) => i === 0 || value > list[i - 1]!);
  if (
    data.chunk_bounds.length !== data.chunk_offsets.length ||
    !rises(data.chunk_bounds) ||
    !rises(data.chunk_offsets)
  ) {
    throw fileError(path, 'its chunks do not follow each other. The file was changed.');
  }
  return data;
}

/** Chunks that are inflated while others are worked on. */
const inflatedAhead = 4;

/** A file that mtscomp compressed: chunks of differences. */
export async function openMtscomp(path: string, chPath: string): Promise<RawSource> {
  const ch = await readMtscompHeader(chPath);
  const columns = ch.n_channels;
  const handle = await openFile(path);
  const { size } = await handle.stat();
  const needed = ch.chunk_offsets.at(-1)!;
  if (size < needed) {
    await handle.close();
    throw fileError(path, `the file is cut off: its .ch says ${needed} bytes but it has ${size}. Copy it anew.`);
  }
  const chunks = ch.chunk_bounds.length - 1;
  const rowsOf = (chunk: number) => ch.chunk_bounds[chunk + 1]! - ch.chunk_bounds[chunk]!;

  async function inflateChunk(chunk: number, run: RunOptions): Promise<Int16Array> {
    const begin = ch.chunk_offsets[chunk]!;
    const compressed = new Uint8Array(ch.chunk_offsets[chunk + 1]! - begin);
    await readFully(handle, path, compressed, begin);
    const rows = rowsOf(chunk);
    const bytes = 2 * rows * columns;
    let content: Buffer;
    try {
      content = await inflated(compressed, { chunkSize: Math.max(64, bytes) });
    } catch (error) {
      throw fileError(
        path,
        `chunk ${chunk} cannot be decompressed (${(error as Error).message}). Copy it anew.`,
        error,
      );
    }
    if (content.length !== bytes) {
      throw fileError(
        path,
        `chunk ${chunk} holds ${content.length} bytes but its .ch says ${bytes}. Are both of one recording?`,
      );
    }
    const isAligned = content.byteOffset % 2 === 0;
    const { buffer, byteOffset } = isAligned ? content : Uint8Array.from(content);
    const samples = new Int16Array(buffer, byteOffset, rows * columns);
    await runNative(
      (native, control) =>
        native.sumDifferences({
          ...control,
          samples,
          rows,
          columns,
          columnMajor: ch.chunk_order === 'F',
          alongTime: ch.do_time_diff,
          acrossColumns: ch.do_spatial_diff,
        }),
      run,
    );
    return samples;
  }

  /** Chunks that are being inflated or were just used: rows that are read next may begin in them. */
  const known = new Map<number, Promise<Int16Array>>();
  function chunkOf(chunk: number, run: RunOptions): Promise<Int16Array> {
    for (const other of known.keys()) if (other < chunk - 1) known.delete(other);
    for (let ahead = chunk; ahead < Math.min(chunks, chunk + inflatedAhead); ahead++) {
      if (known.has(ahead)) continue;
      const promise = inflateChunk(ahead, run);
      // It is awaited in its turn, or not at all after a failure.
      promise.catch(() => undefined);
      known.set(ahead, promise);
    }
    return known.get(chunk)!;
  }

  return {
    rows: ch.chunk_bounds.at(-1)!,
    columns,
    async read(first, count, to, at, run) {
      const end = first + count;
      const found = ch.chunk_bounds.findIndex((bound) => bound > first) - 1;
      for (let chunk = found; chunk < chunks && ch.chunk_bounds[chunk]! < end; chunk++) {
        const samples = await chunkOf(chunk, run);
        const bound = ch.chunk_bounds[chunk]!;
        const from = Math.max(first, bound);
        await runNative(
          (native, control) =>
            native.takeSamples({
              ...control,
              ...to,
              samples,
              rows: rowsOf(chunk),
              columns,
              columnMajor: ch.chunk_order === 'F',
              first: from - bound,
              count: Math.min(end, ch.chunk_bounds[chunk + 1]!) - from,
              at: at + from - first,
            }),
          run,
        );
      }
    },
    async close() {
      await Promise.allSettled(known.values());
      await handle.close();
    },
  };
}

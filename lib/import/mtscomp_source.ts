import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { z } from 'zod';

import { fileError } from '../files/file_error.js';
import { readJson } from '../files/text_file.js';
import { openFile, readFully } from './open_file.js';
import { type RawSource } from './raw_source.js';

const header = z.object({
  algorithm: z.literal('zlib').default('zlib'),
  chunk_bounds: z.array(z.number().int().nonnegative()).min(2),
  chunk_offsets: z.array(z.number().int().nonnegative()).min(2),
  chunk_order: z.enum(['C', 'F']).default('F'),
  do_spatial_diff: z.boolean(),
  do_time_diff: z.boolean(),
  dtype: z.literal('int16'),
  n_channels: z.number().int().positive(),
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
  const pieces = ch.chunk_bounds.slice(1).map((bound, i) => bound - ch.chunk_bounds[i]!);
  return {
    rows: ch.chunk_bounds.at(-1)!,
    columns,
    pieces,
    async read(piece) {
      const rows = pieces[piece]!;
      const begin = ch.chunk_offsets[piece]!;
      const compressed = new Uint8Array(ch.chunk_offsets[piece + 1]! - begin);
      await readFully(handle, path, compressed, begin);
      const bytes = 2 * rows * columns;
      let content: Buffer;
      try {
        content = await inflated(compressed, { chunkSize: Math.max(64, bytes) });
      } catch (error) {
        throw fileError(
          path,
          `chunk ${piece} cannot be decompressed (${(error as Error).message}). Copy it anew.`,
          error,
        );
      }
      if (content.length !== bytes) {
        throw fileError(
          path,
          `chunk ${piece} holds ${content.length} bytes but its .ch says ${bytes}. Are both of one recording?`,
        );
      }
      const isAligned = content.byteOffset % 2 === 0;
      const { buffer, byteOffset } = isAligned ? content : Uint8Array.from(content);
      return {
        samples: new Int16Array(buffer, byteOffset, rows * columns),
        rows,
        columnMajor: ch.chunk_order === 'F',
        timeDifferences: ch.do_time_diff,
        columnDifferences: ch.do_spatial_diff,
      };
    },
    close: () => handle.close(),
  };
}

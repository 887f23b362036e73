import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';

/** Simulated experiments with raw recordings, and the means that NumPy and SciPy make of them. */
export const rawFixtures = fileURLToPath(new URL('../../../shared/fixtures/raw', import.meta.url));
/** They stand beside the project. */
export const haveFixtures = existsSync(rawFixtures);
export const np1 = join(rawFixtures, 'np1-three-days');
export const np2 = join(rawFixtures, 'np2-four-shanks');

/** A copy of a folder that may be changed. */
export function copyOf(from: string, to: string): string {
  cpSync(from, to, { recursive: true });
  for (const entry of readdirSync(to, { recursive: true, withFileTypes: true })) {
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
  chmodSync(to, 0o755);
  return to;
}

/** The bytes of a recording as they were before mtscomp compressed it; slow and simple. */
export function decompress(cbin: string): Int16Array {
  const ch = JSON.parse(readFileSync(cbin.replace(/\.cbin$/, '.ch'), 'utf8')) as {
    chunk_bounds: number[];
    chunk_offsets: number[];
    n_channels: number;
  };
  const bytes = readFileSync(cbin);
  const columns = ch.n_channels;
  const all = new Int16Array(ch.chunk_bounds.at(-1)! * columns);
  for (let chunk = 0; chunk + 1 < ch.chunk_bounds.length; chunk++) {
    const first = ch.chunk_bounds[chunk]!;
    const rows = ch.chunk_bounds[chunk + 1]! - first;
    const content = inflateSync(bytes.subarray(ch.chunk_offsets[chunk], ch.chunk_offsets[chunk + 1]));
    for (let c = 0; c < columns; c++) {
      for (let r = 0, sum = 0; r < rows; r++) {
        sum += content.readInt16LE(2 * (c * rows + r));
        all[(first + r) * columns + c] = sum;
      }
    }
  }
  return all;
}

/** Puts the .bin in the place of the .cbin; returns its path. */
export function unpack(cbin: string): string {
  const path = cbin.replace(/\.cbin$/, '.bin');
  writeFileSync(path, new Uint8Array(decompress(cbin).buffer));
  return path;
}

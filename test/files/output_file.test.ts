import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { OutputFile } from '../../lib/files/output_file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dant-output-file-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Bytes that tell where they belong. */
const bytesFrom = (seed: number, length: number) =>
  Uint8Array.from({ length }, (_, i) => (seed + i * 31 + (i >> 8)) % 251);

describe('OutputFile', () => {
  it.each([Infinity, 100])('puts bytes where they belong, however they come (length told: %s)', async (length) => {
    const path = join(folder, `any-${length}`);
    const file = await OutputFile.create(path, length);
    const expected = Buffer.alloc(11e6);
    let end = 0;
    const write = async (size: number, position: number) => {
      const bytes = bytesFrom(position, size);
      expected.set(bytes, position);
      await file.write(bytes, position);
      bytes.fill(0); // it may change now
      end = Math.max(end, position + size);
    };
    // One after the other: small, across a buffer, larger than two buffers, exactly to the end of a buffer.
    for (const size of [128, 3, 2.5e6, 5e6, 4 * 2 ** 21 - 131 - 7.5e6, 10]) await write(size, end);
    await write(100_000, 9.5e6 + 1); // behind a gap
    await write(60, 4096 * 7 + 5); // within a page that is written
    await write(2 ** 21, 4096 * 9 - 1);
    await write(1, end);
    await file.close();
    expect((await readFile(path)).equals(expected.subarray(0, end))).toBe(true);
  });

  it('ends where it is truncated, and goes on from there', async () => {
    const path = join(folder, 'truncated');
    const file = await OutputFile.create(path);
    const bytes = bytesFrom(1, 3e6);
    await file.write(bytes, 0);
    await file.truncate(2_999_999);
    await file.write(bytes.subarray(-1), 2_999_999);
    await file.close();
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('refuses a file that exists, and removes what is given up', async () => {
    const path = join(folder, 'given-up');
    const file = await OutputFile.create(path);
    await expect(OutputFile.create(path)).rejects.toThrow(/EEXIST/);
    await file.write(bytesFrom(0, 5e6), 0);
    await file.discard();
    await expect(stat(path)).rejects.toThrow(/ENOENT/);
  });
});

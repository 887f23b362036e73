import { constants } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { blockBytes, OutputFile } from '../../lib/files/output_file.js';
import { addon } from '../../lib/native/addon.js';

/** When the disk refuses direct writes, as some file systems do, and how often it did. */
const direct = vi.hoisted(() => ({ refusedBy: undefined as 'open' | 'write' | undefined, refusals: 0 }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const refuse = () => {
    direct.refusals++;
    return Promise.reject(Object.assign(new Error('EINVAL: invalid argument'), { code: 'EINVAL', syscall: 'write' }));
  };
  const open: typeof real.open = async (path, flags, mode) => {
    if (!direct.refusedBy || typeof flags !== 'number' || !(flags & constants.O_DIRECT)) {
      return real.open(path, flags, mode);
    }
    if (direct.refusedBy === 'open') return refuse();
    return Object.assign(await real.open(path, flags, mode), { write: refuse });
  };
  return { ...real, open };
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dant-output-file-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Bytes that tell where they belong. */
const bytesFrom = (seed: number, length: number) => fillFrom(seed, new Uint8Array(length));

function fillFrom(seed: number, bytes: Uint8Array): Uint8Array {
  for (let i = 0; i < bytes.length; i++) bytes[i] = (seed + i * 31 + (i >> 8)) % 251;
  return bytes;
}

describe('OutputFile', () => {
  /** Writes many pieces to a new file and reads them again. */
  async function expectRightBytes(name: string, length?: number): Promise<void> {
    const path = join(folder, name);
    const file = await OutputFile.create(path, length);
    const expected = Buffer.alloc(6 * blockBytes);
    let end = 0;
    const write = async (size: number, position: number) => {
      const bytes = bytesFrom(position, size);
      expected.set(bytes, position);
      await file.write(bytes, position);
      bytes.fill(0); // it may change now
      end = Math.max(end, position + size);
    };
    const fill = async (size: number, itemBytes: number) => {
      const bytes = fillFrom(end, await file.space(size, end, itemBytes));
      expect(bytes.length).toBe(size);
      expected.set(bytes, end);
      await file.write(bytes, end);
      end += size;
    };
    // One after the other: small, across a page, across a buffer, larger than two buffers, to the end of a page.
    for (const size of [128, 3, 5000, blockBytes, 2.3 * blockBytes]) await write(Math.round(size), end);
    await write(4096 - (end % 4096), end);
    // In the file's own memory or, where the elements would be at an odd address or too many, elsewhere.
    await fill(blockBytes, 8);
    await fill(801, 1);
    await fill(8000, 8);
    await fill(1.2e6, 1);
    await fill(blockBytes + 8, 1);
    await write(10, end);
    await write(100_000, end + 12_345); // behind a gap
    await write(60, 4096 * 7 + 5); // within a page that is written
    await write(2 ** 21, 4096 * 9 - 1);
    await write(1, end);
    await file.close();
    expect((await readFile(path)).equals(expected.subarray(0, end))).toBe(true);
  }

  it.each([Infinity, 100])('puts bytes where they belong, however they come (length told: %s)', (length) =>
    expectRightBytes(`any-${length}`, length),
  );

  it.skipIf(!('O_DIRECT' in constants)).each(['open', 'write'] as const)(
    'goes through the cache where the disk refuses direct writes, which %s tells',
    async (call) => {
      direct.refusedBy = call;
      direct.refusals = 0;
      try {
        await expectRightBytes(`refused-${call}`);
      } finally {
        direct.refusedBy = undefined;
      }
      expect(direct.refusals).toBe(1);
    },
  );

  it('gives space that lies in memory as in the file, so that it needs no copy', async () => {
    const file = await OutputFile.create(join(folder, 'space'));
    let end = 128;
    await file.write(new Uint8Array(end), 0);
    for (const size of [blockBytes, 16_000, blockBytes - 800, blockBytes]) {
      const bytes = await file.space(size, end, 8);
      expect(addon.addressInPage({ bytes, pageBytes: 4096 })).toBe(end % 4096);
      await file.write(bytes, end);
      end += size;
    }
    await file.discard();
  });

  it('ends where it is truncated, and goes on from there', async () => {
    const path = join(folder, 'truncated');
    const file = await OutputFile.create(path);
    const bytes = bytesFrom(1, 1.5 * blockBytes);
    await file.write(bytes, 0);
    await file.truncate(bytes.length - 1);
    await file.write(bytes.subarray(-1), bytes.length - 1);
    await file.close();
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('refuses a file that exists, and removes what is given up', async () => {
    const path = join(folder, 'given-up');
    const file = await OutputFile.create(path);
    await expect(OutputFile.create(path)).rejects.toThrow(/EEXIST/);
    await file.write(bytesFrom(0, 2.5 * blockBytes), 0);
    await file.discard();
    await expect(stat(path)).rejects.toThrow(/ENOENT/);
  });
});

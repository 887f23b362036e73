import { readFile, truncate, writeFile } from 'node:fs/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { readNpyRows } from '../../lib/files/npy_rows.js';
import { writeNpy } from '../../lib/files/npy_writer.js';
import { readNpz } from '../../lib/files/npz.js';
import { writeNpz } from '../../lib/files/npz_writer.js';

const folder = mkdtempSync(join(tmpdir(), 'dant-rows-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('rows of a .npy file', () => {
  it('come in blocks that together are the whole', async () => {
    // More than one block of 16 MB
    const shape = [3000, 1000];
    const data = Float64Array.from({ length: 3e6 }, (_, i) => i);
    const path = join(folder, 'large.npy');
    await writeNpy(path, { data, shape });
    let next = 0;
    let blocks = 0;
    for await (const block of readNpyRows(path)) {
      expect(block.first).toBe(next);
      expect(block.shape).toEqual(shape);
      expect(block.data).toHaveLength(block.count * 1000);
      expect(block.data[0]).toBe(next * 1000);
      expect(block.data.at(-1)).toBe((next + block.count) * 1000 - 1);
      next += block.count;
      ++blocks;
    }
    expect(next).toBe(3000);
    expect(blocks).toBe(2);
  });

  it.each(['C', 'Fortran'])('come in parts when asked, of an array in %s order', async (order) => {
    const path = join(folder, `parts-${order}.npy`);
    // Row r holds 100·r … 100·r + 6
    const values = Array.from({ length: 5 }, (_, r) => Array.from({ length: 7 }, (_, i) => 100 * r + i));
    const columns = Array.from({ length: 7 }, (_, i) => values.map((row) => row[i]!));
    await writeNpy(path, { data: Float64Array.from((order === 'C' ? values : columns).flat()), shape: [5, 7] });
    if (order === 'Fortran') {
      const bytes = await readFile(path);
      bytes.write('True, ', bytes.indexOf('False,'));
      await writeFile(path, bytes);
    }
    const found: number[] = [];
    for await (const { data, shape } of readNpyRows(path, {
      parts: () => ({ length: 3, startOf: (row) => row % 5 }),
    })) {
      expect(shape).toEqual([5, 7]);
      found.push(...Array.from(data as Float64Array));
    }
    expect(found).toEqual(values.flatMap((row, r) => row.slice(r % 5, (r % 5) + 3)));
  });

  it('are refused when the file is cut off, and stop when asked', async () => {
    const path = join(folder, 'cut.npy');
    await writeNpy(path, { data: new Float64Array(100), shape: [10, 10] });
    await expect(readNpyRows(path, { signal: AbortSignal.abort() }).next()).rejects.toMatchObject({
      name: 'AbortError',
    });
    await truncate(path, 500);
    await expect(readNpyRows(path).next()).rejects.toThrow(/cut off/);
    await expect(readNpyRows(join(folder, 'none.npy')).next()).rejects.toThrow(/there is no such file/);
  });
});

describe('a .npz archive', () => {
  it('gives the arrays that are asked for, as far as they are there', async () => {
    const path = join(folder, 'some.npz');
    const array = { data: Float64Array.of(1, 2), shape: [2] };
    await writeNpz(path, { a: array, b: array, c: array });
    expect(Object.keys(await readNpz(path, { names: ['c', 'a', 'x'] }))).toEqual(['a', 'c']);
    expect(Object.keys(await readNpz(path))).toEqual(['a', 'b', 'c']);
  });
});

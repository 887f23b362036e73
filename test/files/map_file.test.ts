import { appendFile, mkdtemp, open, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { readNpy, writeNpy } from '../../lib/index.js';
import { runNative } from '../../lib/native/run.js';

// Large enough to be mapped where the system maps files at all.
const [rows, length] = [5000, 1001];
const expected = Float32Array.from({ length: rows * length }, (_, i) => Math.sin(i));
const isMapped = process.platform !== 'win32';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dant-map-'));
  path = join(folder, 'table.npy');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Reads the table, written anew. */
async function table(): Promise<Float32Array<ArrayBuffer>> {
  await rm(path, { force: true });
  await writeNpy(path, { data: expected, shape: [rows, length] });
  const { data, shape } = await readNpy(path);
  expect(shape).toEqual([rows, length]);
  return data as Float32Array<ArrayBuffer>;
}

/** Rows with a sample that is not finite, by a job on the numbers. */
async function notFiniteRows(values: Float32Array<ArrayBuffer>): Promise<number[]> {
  const notFinite = new Uint8Array(rows);
  await runNative((native, control) => native.findNonFiniteRows({ ...control, values, notFinite }));
  return [...notFinite.keys()].filter((row) => notFinite[row] !== 0);
}

it('reads a large file as it is, without a copy', async () => {
  const data = await table();
  expect(data.length).toBe(expected.length);
  expect(data.every((value, i) => value === expected[i])).toBe(true);
  expect(await notFiniteRows(data)).toEqual([]);
  if (process.platform === 'linux') expect(await readFile('/proc/self/maps', 'utf8')).toContain(path);
});

it('reads a large file of other types, too', async () => {
  const doubled = join(folder, 'swapped.npy');
  await writeNpy(doubled, { data: expected, shape: [rows, length], dtype: '>f8' });
  const { data } = await readNpy(doubled);
  expect(data).toBeInstanceOf(Float64Array);
  expect((data as Float64Array).every((value, i) => value === expected[i])).toBe(true);
});

it('does not change the file when the numbers are changed', async () => {
  const data = await table();
  data.fill(NaN, 3 * length, 3 * length + 1);
  data[rows * length - 1] = Infinity;
  expect(await notFiniteRows(data)).toEqual([3, rows - 1]);
  const again = await readNpy(path);
  expect((again.data as Float32Array).every((value, i) => value === expected[i])).toBe(true);
});

it('stops when aborted', async () => {
  await table();
  const reason = new Error('enough');
  await expect(readNpy(path, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

const changes: [string, () => Promise<void>, RegExp][] = [
  ['shorter', () => truncate(path, 4096), /table\.npy: the file changed while it was in use/],
  ['empty', () => truncate(path, 0), /table\.npy: the file changed/],
  ['longer', () => appendFile(path, 'more'), /table\.npy: the file changed/],
  [
    'another one of the same length',
    async () => {
      // Some systems count time in steps.
      const file = await open(path, 'r+');
      await file.write(Buffer.alloc(8, 1), 0, 8, 5000);
      await file.close();
      await utimes(path, new Date(), new Date(Date.now() + 2000));
    },
    /table\.npy: the file changed/,
  ],
];
it.runIf(isMapped).each(changes)(
  'survives a file that becomes %s while it is in use, and says so',
  async (_, change, message) => {
    const data = await table();
    await change();
    // Whatever it is now
    expect(Number.isNaN(data.reduce((sum, value) => sum + value, 0))).toBe(false);
    await expect(notFiniteRows(data)).rejects.toMatchObject({
      code: 'DANT_DATA',
      message: expect.stringMatching(message) as string,
    });
    // Others are not concerned.
    expect(await notFiniteRows(new Float32Array(rows * length))).toEqual([]);
  },
);

it('does not mind a file that is replaced by another one', async () => {
  const data = await table();
  await rm(path);
  await writeFile(path, 'something else');
  expect(data.every((value, i) => value === expected[i])).toBe(true);
  expect(await notFiniteRows(data)).toEqual([]);
});

// The last: where the memory of files is freed only when JavaScript collects its garbage.
it('reads more large files than can be mapped', async () => {
  await table();
  const all = await Promise.all(Array.from({ length: 70 }, () => readNpy(path)));
  for (const { data } of all) {
    expect(data.length).toBe(expected.length);
    expect(data[rows * length - 1]).toBe(expected[rows * length - 1]);
  }
});

import { mkdtemp, open, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { openPromise } from 'yauzl';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { NpyWriter, writeNpy } from '../../lib/files/npy_writer.js';
import { readNpz } from '../../lib/files/npz.js';
import { NpzWriter, writeNpz } from '../../lib/files/npz_writer.js';
import type { Space, WritableArray } from '../../lib/files/write_elements.js';
import { writeBlocks } from '../../lib/files/write_elements.js';
import { centralDirectory, localHeader } from '../../lib/files/zip_records.js';

const golden = fileURLToPath(new URL('../fixtures/golden', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dant-write-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
const newPath = (extension: string) => join(folder, `array${files++}.${extension}`);

async function written(array: WritableArray): Promise<Buffer> {
  const path = newPath('npy');
  await writeNpy(path, array);
  return readFile(path);
}

describe('writeNpy', () => {
  it('gives the bytes that numpy.save gave for every array of the reference results', async () => {
    for (const part of ['mini-default/expected', 'mini-default/data', 'mini-multi-shank/expected/Shank1']) {
      const names = (await readdir(join(golden, part))).filter((name) => name.endsWith('.npy'));
      expect(names.length).toBeGreaterThan(3);
      for (const name of names) {
        const path = join(golden, part, name);
        expect((await written(await readNpy(path))).equals(await readFile(path)), path).toBe(true);
      }
    }
  });

  it('gives fixed bytes for a small case', async () => {
    const header = "\x93NUMPY\x01\x00\x76\x00{'descr': '<i8', 'fortran_order': False, 'shape': (2, 1), }";
    const body = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
    const expected = Buffer.concat([Buffer.from(header.padEnd(127) + '\n', 'latin1'), body]);
    expect(await written({ data: Int32Array.of(1, -1), shape: [2, 1], dtype: '<i8' })).toEqual(expected);
    expect(await written({ data: [1, -1], shape: [2, 1], dtype: '<i8' })).toEqual(expected);
    expect(await written({ data: BigInt64Array.of(1n, -1n), shape: [2, 1] })).toEqual(expected);
  });

  const limits = [0, 1, -1, 2 ** 31, -(2 ** 31) - 1, 2 ** 53 - 1, -(2 ** 53) + 1, 123456789012345];
  it.each<[WritableArray, string, unknown]>([
    [{ data: limits, shape: [8], dtype: '<i8' }, '<i8', BigInt64Array.from(limits, BigInt)],
    [{ data: [0, 2 ** 53 - 1], shape: [2], dtype: '<u8' }, '<u8', BigUint64Array.of(0n, 2n ** 53n - 1n)],
    [{ data: Float64Array.of(1, 2.5), shape: [2], dtype: '<f4' }, '<f4', Float32Array.of(1, 2.5)],
    [{ data: Float32Array.of(0.1, NaN), shape: [2], dtype: '<f8' }, '<f8', Float64Array.of(Math.fround(0.1), NaN)],
    [{ data: [1, 0], shape: [2], dtype: '|b1' }, '|b1', Uint8Array.of(1, 0)],
    [{ data: Uint8Array.of(1, 0), shape: [2], dtype: '|b1' }, '|b1', Uint8Array.of(1, 0)],
    [{ data: [1, -7], shape: [2], dtype: '<i2' }, '<i2', Int16Array.of(1, -7)],
    [{ data: Int32Array.of(3), shape: [], dtype: '>f8' }, '>f8', Float64Array.of(3)],
    [{ data: Uint16Array.of(1, 2), shape: [2], dtype: '>u2' }, '>u2', Uint16Array.of(1, 2)],
    [{ data: ['a', 'μV😀'], shape: [2, 1] }, '<U3', ['a', 'μV😀']],
    [{ data: ['{"a": 1}'], shape: [] }, '<U8', ['{"a": 1}']],
    [{ data: ['ab'], shape: [1], dtype: '<U21' }, '<U21', ['ab']],
    [{ data: [], shape: [0, 2], dtype: '<i8' }, '<i8', new BigInt64Array()],
    [{ data: [], shape: [0], dtype: '<U21' }, '<U21', []],
    [{ data: [1, 2.5], shape: [2] }, '<f8', Float64Array.of(1, 2.5)],
  ])('writes %j as %s', async (array, dtype, data) => {
    const path = newPath('npy');
    await writeNpy(path, array);
    expect(await readNpy(path)).toEqual({ data, shape: array.shape, dtype });
  });

  it.each<[WritableArray, RegExp]>([
    [{ data: [1, 2], shape: [3] }, /3 elements for shape \[3\]/],
    [{ data: [1], shape: [-1, -1] }, /lengths of at least 0 for shape/],
    [{ data: [1.5], shape: [1], dtype: '<i8' }, /values that fit type <i8 for data but received 1.5/],
    [{ data: [2 ** 53], shape: [1], dtype: '<i8' }, /fit type <i8/],
    [{ data: [-1], shape: [1], dtype: '<u8' }, /fit type <u8/],
    [{ data: [2 ** 31], shape: [1], dtype: '<i4' }, /fit type <i4/],
    [{ data: [2], shape: [1], dtype: '|b1' }, /fit type \|b1/],
    [{ data: ['abc'], shape: [1], dtype: '<U2' }, /at most 2 characters/],
    [{ data: ['abc'], shape: [1], dtype: '<f8' }, /numbers for type <f8/],
    [{ data: [1], shape: [1], dtype: '<U2' }, /texts for type <U2/],
    [{ data: [1], shape: [1], dtype: '|O' }, /one of <f8, .* for dtype/],
  ])('refuses %j', async (array, message) => {
    const path = newPath('npy');
    await expect(writeNpy(path, array)).rejects.toThrow(message);
    await expect(stat(path)).rejects.toThrow(/ENOENT/);
  });

  it('refuses an existing file, a missing folder and one without permission', async () => {
    const path = newPath('npy');
    await writeFile(path, 'precious');
    const array = { data: [1], shape: [1] };
    await expect(writeNpy(path, array)).rejects.toMatchObject({
      code: 'DANT_OUTPUT',
      message: `${path}: it exists already and is not overwritten.`,
    });
    expect(await readFile(path, 'utf8')).toBe('precious');
    await expect(writeNpy(join(folder, 'none', 'a.npy'), array)).rejects.toThrow(/the folder does not exist/);
    await expect(writeNpy(join(path, 'a.npy'), array)).rejects.toThrow(/part of this path is a file/);
  });

  it('stops when aborted, and leaves no part of the file', async () => {
    const path = newPath('npy');
    const controller = new AbortController();
    const writing = writeNpy(path, { data: new Float64Array(5e6), shape: [5e6] }, { signal: controller.signal });
    setTimeout(() => {
      controller.abort(new Error('enough'));
    }, 1);
    await expect(writing).rejects.toThrow('enough');
    await expect(stat(path)).rejects.toThrow(/ENOENT/);
  });
});

describe('NpyWriter', () => {
  it('takes blocks in order and at positions; what is not written is zero', async () => {
    const path = newPath('npy');
    const writer = await NpyWriter.create(path, { dtype: '<f4', shape: [5, 2] });
    await writer.write(Float32Array.of(1, 2));
    await writer.write([3]);
    await writer.write([9, 10], 8);
    await writer.write([5, 6], 4);
    await writer.write([7]);
    await writer.close();
    expect(await readNpy(path)).toMatchObject({ data: Float32Array.of(1, 2, 3, 0, 5, 6, 7, 0, 9, 10), shape: [5, 2] });
  });

  it('refuses elements outside the array', async () => {
    const writer = await NpyWriter.create(newPath('npy'), { dtype: '<f4', shape: [2, 2] });
    await expect(writer.write([1, 2, 3, 4, 5])).rejects.toThrow(/elements within the array's 4/);
    await expect(writer.write([1], 4)).rejects.toThrow(/within/);
    await expect(writer.write([1], -1)).rejects.toThrow(/for first/);
    await writer.discard();
  });

  it('is right above 4 GB, and leaves all-zero parts without disk blocks', async () => {
    const path = newPath('npy');
    const count = 600e6;
    const writer = await NpyWriter.create(path, { dtype: '<f8', shape: [count / 2, 2] });
    const around4GiB = 2 ** 29 - 1;
    await writer.write([1.5]);
    await writer.write([2.5, 3.5, 4.5], around4GiB);
    await writer.write([5.5], count - 1);
    await writer.close();
    const { size, blocks } = await stat(path);
    expect(size).toBe(128 + 8 * count);
    if (process.platform === 'linux') expect(blocks * 512).toBeLessThan(1e6);
    const handle = await open(path);
    const at = async (element: number, n: number) => {
      const values = new Float64Array(n);
      await handle.read(new Uint8Array(values.buffer), 0, 8 * n, 128 + 8 * element);
      return [...values];
    };
    expect(await at(0, 2)).toEqual([1.5, 0]);
    expect(await at(around4GiB - 1, 5)).toEqual([0, 2.5, 3.5, 4.5, 0]);
    expect(await at(count - 2, 2)).toEqual([0, 5.5]);
    await handle.close();
    await rm(path);
  });

  it('writes blocks that are all computed into one buffer', async () => {
    const path = newPath('npy');
    const rows = 300e3;
    const writer = await NpyWriter.create(path, { dtype: '<f8', shape: [5, rows] });
    const buffer = new Float64Array(rows);
    async function* blocks() {
      for (let block = 0; block < 5; block++) {
        for (let i = 0; i < rows; i++) buffer[i] = block * rows + i;
        yield buffer;
        await Promise.resolve();
      }
    }
    await writeBlocks(writer, blocks);
    await writer.close();
    const { data } = await readNpy(path, { as: 'float64' });
    expect(data.every((value, i) => value === i)).toBe(true);
  });

  it.each(['npy', 'npz'])('writes blocks that are made in the space of the %s file', async (extension) => {
    const path = newPath(extension);
    const layout = { dtype: '<f8', shape: [7, 500e3] };
    const [rows, length] = layout.shape as [number, number];
    async function* blocks(space: Space) {
      // Two rows at a time: almost as many bytes as need no copy.
      for (let row = 0; row < rows; row += 2) {
        const block = await space(Float64Array, Math.min(2, rows - row) * length);
        for (let i = 0; i < block.length; i++) block[i] = row * length + i;
        yield block;
      }
    }
    if (extension === 'npy') {
      const writer = await NpyWriter.create(path, layout);
      await writeBlocks(writer, blocks);
      await writer.close();
    } else {
      const writer = await NpzWriter.create(path);
      await writer.addBlocks('a', layout, blocks);
      await writer.close();
    }
    const { data, shape } = extension === 'npy' ? await readNpy(path) : (await readNpz(path)).a!;
    expect(shape).toEqual(layout.shape);
    expect((data as Float64Array).every((value, i) => value === i)).toBe(true);
  });

  it('hands on what fails in the writing and in the computing of blocks', async () => {
    const writer = await NpyWriter.create(newPath('npy'), { dtype: '<f8', shape: [2] });
    await expect(writeBlocks(writer, () => [[1, 2], [3], [4]])).rejects.toThrow(/within the array's 2/);
    function* failing() {
      yield [1];
      throw new Error('no more');
    }
    await expect(writeBlocks({ write: () => Promise.resolve(), space: writer.space }, failing)).rejects.toThrow(
      'no more',
    );
    await writer.discard();
  });
});

describe('writeNpz', () => {
  const arrays: Record<string, WritableArray> = {
    weights: { data: Float64Array.of(0.25, 0.75), shape: [2] },
    n_cluster: { data: [3], shape: [], dtype: '<i8' },
    matrix: { data: Uint8Array.of(1, 0, 0, 1), shape: [2, 2], dtype: '|b1' },
    names: { data: ['Waveform', 'AutoCorr'], shape: [2] },
    large: { data: Float32Array.from({ length: 700_001 }, (_, i) => i), shape: [700_001] },
  };

  it('writes what readNpz reads, the same bytes each time', async () => {
    const [first, second] = [newPath('npz'), newPath('npz')];
    await writeNpz(first, arrays);
    await writeNpz(second, arrays);
    const found = await readNpz(first);
    expect(Object.keys(found)).toEqual(Object.keys(arrays));
    expect(found.weights).toEqual({ data: Float64Array.of(0.25, 0.75), shape: [2], dtype: '<f8' });
    expect(found.n_cluster).toEqual({ data: BigInt64Array.of(3n), shape: [], dtype: '<i8' });
    expect(found.matrix).toEqual({ data: Uint8Array.of(1, 0, 0, 1), shape: [2, 2], dtype: '|b1' });
    expect(found.names).toEqual({ data: ['Waveform', 'AutoCorr'], shape: [2], dtype: '<U8' });
    expect(found.large!.data).toEqual(arrays.large!.data);
    expect((await readFile(first)).equals(await readFile(second))).toBe(true);
  });

  it('streams a member and refuses the wrong number of elements or a name used twice', async () => {
    const path = newPath('npz');
    const writer = await NpzWriter.create(path);
    await writer.addBlocks('a', { dtype: '<f8', shape: [3] }, () => [[1], [2, 3]]);
    await expect(writer.add('a', { data: [1], shape: [1] })).rejects.toThrow(/a name not used before/);
    await expect(writer.addBlocks('b', { dtype: '<f8', shape: [3] }, () => [[1]])).rejects.toThrow(/3 elements for b/);
    await writer.close();
    expect(await readNpz(path)).toEqual({ a: { data: Float64Array.of(1, 2, 3), shape: [3], dtype: '<f8' } });
  });

  it('begins the contents of its members at multiples of 64, as numpy does in files', async () => {
    const path = newPath('npz');
    const names = ['a', 'bc', 'a longer name', 'µ'];
    await writeNpz(path, Object.fromEntries(names.map((name, i) => [name, { data: [i, 2, 3], shape: [3] }])));
    const bytes = await readFile(path);
    const archive = await openPromise(path);
    const starts: number[] = [];
    for await (const entry of archive.eachEntry()) {
      const header = entry.relativeOffsetOfLocalHeader;
      const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
      expect(bytes.toString('latin1', start + 1, start + 6)).toBe('NUMPY');
      starts.push(start % 64);
    }
    expect(starts).toEqual(names.map(() => 0));
  });

  it('leaves no part of an archive that failed', async () => {
    const path = newPath('npz');
    await expect(writeNpz(path, { a: { data: [1], shape: [2] } })).rejects.toThrow(/2 elements/);
    await expect(stat(path)).rejects.toThrow(/ENOENT/);
  });

  it('is right above 4 GB: zip64 sizes and offsets', async () => {
    // A sparse file: the large member's content is a hole.
    const path = newPath('npz');
    const large = { name: 'large.npy', offset: 0, size: 5e9, crc32: 0x12345678 };
    const largeHeader = localHeader(large);
    const small = { name: 'small.npy', offset: largeHeader.length + large.size, size: 3, crc32: 1 };
    const smallHeader = localHeader(small);
    const end = small.offset + smallHeader.length + small.size;
    const handle = await open(path, 'wx');
    await handle.write(largeHeader, 0, largeHeader.length, large.offset);
    await handle.write(smallHeader, 0, smallHeader.length, small.offset);
    await handle.write(Buffer.from('abc'), 0, 3, end - 3);
    const directory = centralDirectory([large, small], end);
    await handle.write(directory, 0, directory.length, end);
    await handle.close();

    const archive = await openPromise(path, { autoClose: false });
    const entries = [];
    for await (const entry of archive.eachEntry()) entries.push(entry);
    expect(entries.map((entry) => [entry.fileName, entry.uncompressedSize, entry.compressedSize, entry.crc32])).toEqual(
      [
        ['large.npy', 5e9, 5e9, 0x12345678],
        ['small.npy', 3, 3, 1],
      ],
    );
    const content = await (await archive.openReadStreamPromise(entries[1]!)).toArray();
    expect(Buffer.concat(content as Buffer[]).toString()).toBe('abc');
    archive.close();
    await rm(path);
  });
});

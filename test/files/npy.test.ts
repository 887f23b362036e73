import { mkdtemp, open, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { NumericData } from '../../lib/arrays.js';
import { DantError } from '../../lib/errors.js';
import { readNpy } from '../../lib/files/npy.js';

const golden = fileURLToPath(new URL('../fixtures/golden', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dant-npy-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A .npy file as the format's description says, independent of the code under test. */
function npyBytes(header: string, body: Uint8Array, version = 1): Buffer {
  const text = Buffer.from(header + '\n');
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  return Buffer.concat([Buffer.from([0x93, ...Buffer.from('NUMPY'), version, 0]), length, text, body]);
}

const header = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': ${descr.startsWith('[') ? descr : `'${descr}'`}, 'fortran_order': ${fortran}, 'shape': ${shape}, }`;

let files = 0;
async function save(bytes: Uint8Array): Promise<string> {
  const path = join(folder, `array${files++}.npy`);
  await writeFile(path, bytes);
  return path;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: NumericData) => new Uint8Array(buffer, byteOffset, byteLength);

async function read(descr: string, shape: string, body: Uint8Array, fortran?: string) {
  return readNpy(await save(npyBytes(header(descr, shape, fortran), body)));
}

describe('readNpy', () => {
  it("reads the reference's files", async () => {
    const index = await readNpy(join(golden, 'mini-default/data/session_index.npy'));
    expect(index).toMatchObject({ dtype: '<i8', shape: [50] });
    expect(index.data).toBeInstanceOf(BigInt64Array);
    const matrix = await readNpy(join(golden, 'mini-default/expected/ClusterMatrix.npy'));
    expect(matrix).toMatchObject({ dtype: '|b1', shape: [50, 50] });
    expect(matrix.data).toBeInstanceOf(Uint8Array);
    const names = await readNpy(join(golden, 'mini-default/expected/CurationTypeNames.npy'));
    expect(names).toEqual({ data: ['Removal_SameSession', 'Removal_LowSimilarity'], shape: [2], dtype: '<U21' });
    const scale = await readNpy(join(golden, 'mini-default/expected/motion_linear_scale.npy'), { as: 'float64' });
    expect(scale).toEqual({ data: Float64Array.of(0.001), shape: [], dtype: '<f8' });
  });

  const values = [0, 1, 2, 3, 100, 127];
  const types: [string, NumericData][] = [
    ['i1', Int8Array.from(values)],
    ['u1', Uint8Array.from(values)],
    ['i2', Int16Array.from(values, (v) => -v)],
    ['u2', Uint16Array.from(values, (v) => v * 500)],
    ['i4', Int32Array.from(values, (v) => -v * 1e7)],
    ['u4', Uint32Array.from(values, (v) => v * 3e7)],
    ['i8', BigInt64Array.from(values, (v) => -BigInt(v) * 10n ** 16n)],
    ['u8', BigUint64Array.from(values, (v) => BigInt(v) * 10n ** 17n)],
    ['f4', Float32Array.from(values, (v) => v / 3)],
    ['f8', Float64Array.from(values, (v) => v / 3)],
  ];
  it.each(types)('reads %s in both byte orders and both axis orders', async (type, data) => {
    expect(await read(`<${type}`, '(2, 3)', bytesOf(data))).toEqual({ data, shape: [2, 3], dtype: `<${type}` });
    const swapped = bytesOf(data).slice();
    const size = data.BYTES_PER_ELEMENT;
    for (let at = 0; at < swapped.length; at += size) swapped.subarray(at, at + size).reverse();
    expect((await read(`>${type}`, '(6,)', swapped)).data).toEqual(data);
    const fortran = await read(`<${type}`, '(2, 3)', bytesOf(data), 'True');
    expect(fortran.data).toEqual(data.map((_, i) => data[[0, 2, 4, 1, 3, 5][i]!] as never));
  });

  it('puts Fortran-order arrays of any shape into C order', async () => {
    const shape = [3, 1, 4, 2, 5];
    const [d0, , d2, d3, d4] = shape as [number, number, number, number, number];
    const data = new Float64Array(120);
    for (let i0 = 0; i0 < d0; i0++)
      for (let i2 = 0; i2 < d2; i2++)
        for (let i3 = 0; i3 < d3; i3++)
          for (let i4 = 0; i4 < d4; i4++)
            data[i0 + d0 * (i2 + d2 * (i3 + d3 * i4))] = ((i0 * d2 + i2) * d3 + i3) * d4 + i4;
    const { data: found } = await read('<f8', '(3, 1, 4, 2, 5)', bytesOf(data), 'True');
    expect(found).toEqual(Float64Array.from(data.keys()));
  });

  it('reads a large array in Fortran order slab by slab', async () => {
    // 300 MB, of which only four bytes are not zero: the rest is a hole in the file.
    const columns = 100e6;
    const path = await save(npyBytes(header('|u1', `(3, ${columns})`, 'True'), new Uint8Array()));
    const { size: start } = await stat(path);
    await truncate(path, start + 3 * columns);
    const marks = [0, columns / 2, 95e6, columns - 1];
    const handle = await open(path, 'r+');
    for (const [i, column] of marks.entries()) await handle.write(Uint8Array.of(i + 1), 0, 1, start + 3 * column + 1);
    await handle.close();
    const { data } = await readNpy(path);
    await rm(path);
    const found = data as Uint8Array;
    expect(marks.map((column) => found[columns + column])).toEqual([1, 2, 3, 4]);
    expect(found.reduce((count, value) => count + (value === 0 ? 0 : 1), 0)).toBe(4);
  });

  it('widens half-precision floats', async () => {
    const bits = Uint16Array.of(
      0x0000,
      0x8000,
      0x3c00,
      0xc000,
      0x0001,
      0x03ff,
      0x0400,
      0x7bff,
      0x7c00,
      0xfc00,
      0x7e00,
      0x3555,
    );
    const { data } = await read('<f2', '(12,)', bytesOf(bits));
    expect(data).toEqual(
      Float32Array.of(
        0,
        -0,
        1,
        -2,
        2 ** -24,
        1023 * 2 ** -24,
        2 ** -14,
        65504,
        Infinity,
        -Infinity,
        NaN,
        0.333251953125,
      ),
    );
  });

  it('reads truth values, texts, scalars and empty arrays', async () => {
    expect(await read('|b1', '(3,)', Uint8Array.of(1, 0, 1))).toEqual({
      data: Uint8Array.of(1, 0, 1),
      shape: [3],
      dtype: '|b1',
    });
    expect((await read('|S3', '(2,)', Buffer.from('ab\0xyz'))).data).toEqual(['ab', 'xyz']);
    const texts = bytesOf(Uint32Array.from([0x61, 0x1f600, 0, 0x3bc, 0x56, 0]));
    expect((await read('<U3', '(2, 1)', texts)).data).toEqual(['a😀', 'μV']);
    const bigEndian = Buffer.from(texts).swap32();
    expect((await read('>U3', '(2,)', bigEndian)).data).toEqual(['a😀', 'μV']);
    const four = Buffer.from('abcd');
    expect((await read('|S1', '(2, 2)', four, 'True')).data).toEqual(['a', 'c', 'b', 'd']);
    expect(await read('<f8', '()', bytesOf(Float64Array.of(2.5)))).toMatchObject({
      data: Float64Array.of(2.5),
      shape: [],
    });
    expect(await read('<i8', '(0, 2)', new Uint8Array())).toMatchObject({ data: new BigInt64Array(), shape: [0, 2] });
  });

  it('reads all format versions and headers in unusual dress', async () => {
    const body = bytesOf(Float32Array.of(1, 2));
    for (const version of [1, 2, 3]) {
      const path = await save(npyBytes(header('<f4', '(2,)'), body, version));
      expect((await readNpy(path)).data).toEqual(Float32Array.of(1, 2));
    }
    const unusual = `{"shape":(2L , 1,),'descr':"<f4"  ,'fortran_order' :False}      `;
    expect(await readNpy(await save(npyBytes(unusual, body)))).toMatchObject({ shape: [2, 1] });
    expect((await readNpy(await save(npyBytes(header('<f4', '[2]'), body)))).shape).toEqual([2]);
  });

  it('converts on request, and only what fits exactly', async () => {
    const integers = BigInt64Array.of(-1n, 2n ** 53n, -(2n ** 53n), 0n, 2n ** 40n + 1n);
    const path = await save(npyBytes(header('<i8', '(5,)'), bytesOf(integers)));
    expect((await readNpy(path, { as: 'float64' })).data).toEqual(
      Float64Array.of(-1, 2 ** 53, -(2 ** 53), 0, 2 ** 40 + 1),
    );
    await expect(readNpy(path, { as: 'int32' })).rejects.toThrow(/element 1 is 9007199254740992; expected integers/);
    const tooLarge = await save(npyBytes(header('<u8', '(1,)'), bytesOf(BigUint64Array.of(2n ** 64n - 1n))));
    await expect(readNpy(tooLarge, { as: 'float64' })).rejects.toThrow(/element 0 is 18446744073709551615/);
    const fraction = await save(npyBytes(header('<f4', '(2,)'), bytesOf(Float32Array.of(3, 1.5))));
    await expect(readNpy(fraction, { as: 'int32' })).rejects.toThrow(/element 1 is 1.5/);
    const signed = await save(npyBytes(header('|i1', '(2,)'), Uint8Array.of(255, 3)));
    expect((await readNpy(signed, { as: 'int32' })).data).toEqual(Int32Array.of(-1, 3));
    const text = await save(npyBytes(header('|S1', '(1,)'), Buffer.from('a')));
    await expect(readNpy(text, { as: 'float64' })).rejects.toThrow(/expected numbers but found text/);
  });

  const good = npyBytes(header('<f8', '(2,)'), new Uint8Array(16));
  it.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(), /found an empty file/],
    ['another format', Buffer.from('a,b,c\n1,2,3\n'), /expected a .npy file/],
    ['a future version', npyBytes(header('<f8', '()'), new Uint8Array(8), 9), /version 9/],
    ['a file cut off in the preamble', good.subarray(0, 9), /cut off: it ends after 9 bytes/],
    ['a file cut off in the header', good.subarray(0, 40), /cut off: its header needs \d+ bytes but it has 40/],
    [
      'a file cut off in the body',
      good.subarray(0, -1),
      /cut off: .*\(2,\) of type <f8 needs 16 bytes .* there are 15/,
    ],
    ['a file that is too long', Buffer.concat([good, Buffer.alloc(8)]), /longer than it should be: .*16 bytes .* 24/],
    ['pickled objects', npyBytes(header('|O', '(2,)'), Buffer.from('\x80\x04N.')), /pickled Python objects/],
    ['a structured array', npyBytes(header("[('x', '<f8'), ('y', '<f4')]", '(2,)'), new Uint8Array(24)), /structured/],
    ['complex numbers', npyBytes(header('<c16', '(1,)'), new Uint8Array(16)), /found type <c16/],
    ['extended precision', npyBytes(header('<f16', '(1,)'), new Uint8Array(16)), /found type <f16/],
    ['dates', npyBytes(header('<M8[ns]', '(1,)'), new Uint8Array(8)), /found type <M8\[ns\]/],
    ['a header that is no dictionary', npyBytes('(1, 2)', new Uint8Array(8)), /not a dictionary/],
    ['a header with code in it', npyBytes("{'descr': exit(), }", new Uint8Array(8)), /header cannot be read/],
    ['a deeply nested header', npyBytes('['.repeat(5000), new Uint8Array(8)), /header cannot be read/],
    ['a negative length', npyBytes(header('<f8', '(-1,)'), new Uint8Array(8)), /no valid "shape"/],
    ['an absurd shape', npyBytes(header('<f8', '(99999999999, 99999999999)'), new Uint8Array(8)), /no valid "shape"/],
    ['an array beyond the file', npyBytes(header('<f8', '(999999999999,)'), new Uint8Array(8)), /cut off/],
    ['a header without a type', npyBytes("{'fortran_order': False, 'shape': (1,)}", new Uint8Array(8)), /no "descr"/],
    ['a header without an order', npyBytes("{'descr': '<f8', 'shape': (1,)}", new Uint8Array(8)), /fortran_order/],
    ['a header of no length', npyBytes('', new Uint8Array()).fill(0, 8, 10), /header cannot be read/],
  ])('refuses %s', async (_, bytes, message) => {
    const path = await save(bytes);
    const error: unknown = await readNpy(path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DantError);
    expect(error).toMatchObject({ code: 'DANT_DATA', message: expect.stringMatching(message) as string });
    expect((error as DantError).message).toContain(path);
  });

  it('names a file that is missing, and a folder', async () => {
    await expect(readNpy(join(folder, 'none.npy'))).rejects.toThrow(/none.npy: there is no such file/);
    await expect(readNpy(folder)).rejects.toThrow(/this is a folder/);
  });

  it('stops when aborted', async () => {
    const path = await save(good);
    const reason = new Error('enough');
    await expect(readNpy(path, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

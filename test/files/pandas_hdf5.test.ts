// Tables for pandas. What pandas itself reads is asked of it where there is a Python that has it (DANT_PANDAS_PYTHON); the layout is
// compared here with what pandas 3.1 and PyTables 3.11 wrote.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { Hdf5File } from '../../lib/files/hdf5.js';
import { FrameWriter, writeFrame } from '../../lib/files/pandas_hdf5.js';
import { folderOfFile } from '../cli/folder.js';

const folder = folderOfFile();

const levels = [
  { name: 'session', values: [0, 0, 1, 1] },
  { name: 'unit', values: ['a', 'bé', 'a', 'bé'] },
  { name: 'trial', values: [0.5, 1.5, 0.5, 0.5] },
];

it('holds what pandas puts into its fixed format', async () => {
  const path = join(folder, 'frame.h5');
  await writeFrame(path, Float64Array.of(1, 2, 3, 4, 5, NaN, 7, 8), levels, {
    index: [{ name: 'time', values: [0.1, 0.2] }],
  });
  const file = await Hdf5File.open(path);
  expect(await file.attributes('')).toEqual({
    CLASS: 'GROUP',
    PYTABLES_FORMAT_VERSION: '2.1',
    TITLE: '',
    VERSION: '1.0',
  });
  expect(await file.attributes('df')).toMatchObject({
    pandas_type: 'frame',
    encoding: 'UTF-8',
    errors: 'strict',
    nblocks: 1n,
    ndim: 2n,
    axis0_variety: 'multi',
    axis0_nlevels: 3n,
    axis1_variety: 'regular',
    block0_items_variety: 'multi',
    block0_items_nlevels: 3n,
  });
  expect(await file.attributes('df/axis0_level1')).toMatchObject({
    kind: 'string',
    name: 'unit',
    axis0_nameunit: 'unit',
    transposed: 1,
  });
  expect(await file.attributes('df/axis1')).toMatchObject({ kind: 'float', name: 'time' });
  expect(await file.texts('df/axis0_level1')).toEqual(['a', 'bé']);
  expect(await file.numbers('df/axis0_label2')).toEqual(Float64Array.of(0, 1, 0, 0));
  expect(await file.numbers('df/axis1')).toEqual(Float64Array.of(0.1, 0.2));
  expect(await file.numbers('df/block0_values')).toEqual(Float64Array.of(1, 2, 3, 4, 5, NaN, 7, 8));
  await file.close();
});

it('takes rows in blocks, compressed or not', async () => {
  const values = Float32Array.from({ length: 3000 * 7 }, (_, i) => i);
  for (const gzip of [0, 4]) {
    const path = join(folder, `blocks_${gzip}.h5`);
    const columns = [{ values: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] }];
    const writer = await FrameWriter.create(path, { columns, type: 'float32', gzip });
    for (let row = 0; row < 3000; row += 700) writer.write(values.subarray(7 * row, 7 * Math.min(3000, row + 700)));
    expect(existsSync(path)).toBe(false);
    await writer.finish();
    const file = await Hdf5File.open(path);
    expect(await file.numbers('df/block0_values')).toEqual(Float64Array.from(values));
    expect((await file.numbers('df/axis1')).at(-1)).toBe(2999);
    await file.close();
  }
});

it('leaves what was there when it is given up, and replaces it when it is whole', async () => {
  const path = join(folder, 'kept.h5');
  writeFileSync(path, 'before');
  const writer = await FrameWriter.create(path, { columns: [{ values: [1] }], type: 'float64' });
  writer.write(Float64Array.of(1));
  await expect(writer.finish([{ values: [1, 2] }])).rejects.toThrow(/1 values for index/);
  await writer.discard();
  expect(readFileSync(path, 'utf8')).toBe('before');
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  await writeFrame(path, Float64Array.of(1), [{ values: [1] }]);
  await (await Hdf5File.open(path)).close();
});

it('says that it cannot write', async () => {
  const nowhere = join(folder, 'no', 'frame.h5');
  await expect(writeFrame(nowhere, Float64Array.of(1), [{ values: [1] }])).rejects.toMatchObject({
    code: 'DANT_OUTPUT',
  });
  // A folder has its name.
  const taken = join(folder, 'taken');
  mkdirSync(taken);
  await expect(writeFrame(taken, Float64Array.of(1), [{ values: [1] }])).rejects.toMatchObject({
    code: 'DANT_OUTPUT',
    message: expect.stringContaining(`${taken}: `) as string,
  });
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

it('says that the disk is full, and leaves nothing', async ({ skip }) => {
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
  if (status !== 0) skip('No small disk can be made here.');
  try {
    const path = join(disk, 'full.h5');
    const writer = await FrameWriter.create(path, { columns: [{ values: [1, 2] }], type: 'float64' });
    const fill = async () => {
      for (let i = 0; i < 20; i++) writer.write(new Float64Array(2 ** 16));
      await writer.finish();
    };
    await expect(fill()).rejects.toMatchObject({ code: 'DANT_OUTPUT', message: `${path}: the disk is full.` });
    await writer.discard();
    expect(readdirSync(disk)).toEqual([]);
  } finally {
    spawnSync('umount', [disk]);
  }
});

const python = process.env.DANT_PANDAS_PYTHON;
it.skipIf(python === undefined)('is read by pandas', async () => {
  const path = join(folder, 'judge.h5');
  await writeFrame(path, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), levels, {
    index: [{ name: 'time', values: [0.5, 1] }],
  });
  const empty = join(folder, 'empty.h5');
  await writeFrame(empty, new Float64Array(), levels);
  const plain = join(folder, 'plain.h5');
  await writeFrame(plain, Float64Array.of(1, 2), [{ values: ["/'Tone'/'0'", "/'Back'/'0'"] }], { gzip: 4 });
  const code = `
import pandas as pd, json
d = pd.read_hdf(${JSON.stringify(path)}, 'df'); e = pd.read_hdf(${JSON.stringify(empty)}, 'df'); p = pd.read_hdf(${JSON.stringify(plain)}, 'df')
print(json.dumps([list(d.columns.names), [list(c) for c in d.columns], d.index.name, list(d.index), d.values.tolist(), str(d.dtypes.iloc[0]), e.shape, list(p.columns), list(p.index), p.columns.name]))`;
  const told = JSON.parse(execFileSync(python!, ['-c', code], { encoding: 'utf8' })) as unknown;
  expect(told).toEqual([
    ['session', 'unit', 'trial'],
    [
      [0, 'a', 0.5],
      [0, 'bé', 1.5],
      [1, 'a', 0.5],
      [1, 'bé', 0.5],
    ],
    'time',
    [0.5, 1],
    [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ],
    'float32',
    [0, 4],
    ["/'Tone'/'0'", "/'Back'/'0'"],
    [0],
    null,
  ]);
});

import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { AlignedCache } from '../../lib/alignment/cache.js';
import { AlignedTable } from '../../lib/alignment/aligned_table.js';

let folder: string;
let input: string;
let made: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dant-cache-'));
  input = join(folder, 'input');
  writeFileSync(input, 'abc');
  made = 0;
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const make = () => {
  made++;
  const levels = [
    { name: 'session', values: ['a', 'bé'] },
    { name: 'unit', values: [1, 2] },
  ];
  return Promise.resolve(
    new AlignedTable(levels, { name: 'time', values: [0, 0.1, 0.2] }, Float32Array.of(1, NaN, 3, 4, 5, made)),
  );
};
const cache = () => new AlignedCache(join(folder, 'cache'), true);
const key = (settings: unknown = { a: 1, b: [1, 2] }) => ({ method: 'rates', settings, inputs: [input] });

it('keeps what was made, in the same bytes', async () => {
  const first = await cache().get(key(), make);
  const second = await cache().get(key(), make);
  expect(made).toBe(1);
  expect(second.data).toEqual(first.data);
  expect(second.levels).toEqual(first.levels);
  expect(second.index).toEqual(first.index);
  expect(await cache().entries()).toHaveLength(1);
});

it('keeps what was told with it', async () => {
  const told: string[][] = [];
  for (const of of [cache(), cache(), new AlignedCache(join(folder, 'cache'), false)]) {
    const own: string[] = [];
    await of.get(
      key(),
      (warn) => {
        warn('a trial is left out');
        warn('µ');
        return make();
      },
      (warning) => own.push(warning),
    );
    told.push(own);
  }
  expect(made).toBe(2);
  expect(told).toEqual(Array(3).fill(['a trial is left out', 'µ']));
});

it('that cannot be written takes nothing from the result', async () => {
  writeFileSync(join(folder, 'cache'), 'a file where the folder would be');
  expect((await cache().get(key(), make)).data).toHaveLength(6);
  expect((await cache().get(key(), make)).data).toHaveLength(6);
  expect(made).toBe(2);
  expect(readFileSync(join(folder, 'cache'), 'utf8')).toBe('a file where the folder would be');
});

it('has another key for other settings, methods and inputs, but not for another order or what is undefined', async () => {
  await cache().get(key(), make);
  await cache().get(key({ b: [1, 2], a: 1, c: undefined }), make);
  expect(made).toBe(1);
  await cache().get(key({ a: 1, b: [2, 1] }), make);
  await cache().get({ ...key(), method: 'times' }, make);
  // Values without names cannot collide with those of another name.
  await cache().get(key({ b: 1, a: [1, 2] }), make);
  expect(made).toBe(4);
  writeFileSync(input, 'abcd');
  await cache().get(key(), make);
  expect(made).toBe(5);
  utimesSync(input, 1, 1);
  await cache().get(key(), make);
  expect(made).toBe(6);
  rmSync(input);
  await cache().get(key(), make);
  expect(made).toBe(7);
});

it('makes anew what is damaged', async () => {
  await cache().get(key(), make);
  const path = join(folder, 'cache', (await cache().entries())[0]!);
  const whole = readFileSync(path);
  for (const content of [whole.subarray(0, whole.length - 4), whole.subarray(0, 20), Buffer.from('else')]) {
    writeFileSync(path, content);
    const before = made;
    expect((await cache().get(key(), make)).data).toHaveLength(6);
    expect(made).toBe(before + 1);
  }
});

it('can be off, and be emptied', async () => {
  const off = new AlignedCache(join(folder, 'cache'), false);
  await off.get(key(), make);
  await off.get(key(), make);
  expect(made).toBe(2);
  await cache().get(key(), make);
  await cache().clear();
  expect(await cache().entries()).toEqual([]);
});

it('keeps nothing of what failed', async () => {
  await expect(cache().get(key(), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await cache().entries()).toEqual([]);
});

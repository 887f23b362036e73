// What callers without types may hand over: for every function of the library and each part of its arguments, the result, or an
// error that names what is wrong.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import * as library from '../lib/index.js';
import { haveShelf } from './import/shelf/shelf_fixtures.js';
import { libraryCalls, namesOfShelf, type LibraryCall } from './library_calls.js';

const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url));
const absent = new Set(haveShelf ? [] : namesOfShelf);
const names = Object.entries(library)
  .filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name) && !absent.has(name))
  .map(([name]) => name);

let folder: string;
let calls: Record<string, LibraryCall>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dant-arguments-'));
  // Where relative paths lead to
  process.chdir(folder);
  calls = await libraryCalls(folder, {
    mini: join(fixtures, 'golden/mini-default/data'),
    parquet: join(fixtures, 'ibl/datasets.pqt'),
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

type Path = (string | number)[];

/** Of each argument and each part of it that is an object, a list of objects, or an array with its shape. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  const isLeaf =
    typeof value !== 'object' ||
    value === null ||
    ArrayBuffer.isView(value) ||
    value instanceof AbortSignal ||
    // What only the library makes
    value instanceof library.SessionData ||
    path.length > 3;
  if (isLeaf) return [path];
  // Of lists the first element is as good as any, but not of the arguments.
  const entries = Array.isArray(value)
    ? [...value.entries()].slice(0, path.length === 0 ? undefined : 1)
    : Object.entries(value).slice(0, 12);
  return [...(path.length > 0 ? [path] : []), ...entries.flatMap(([key, part]) => pathsOf(part, [...path, key]))];
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], value);
}

/** A copy with another value at a path. */
function withValue(value: unknown, [key, ...rest]: Path, other: unknown): unknown {
  if (key === undefined) return other;
  const changed = withValue((value as Record<string, unknown>)[key], rest, other);
  if (Array.isArray(value)) return value.map((part: unknown, i) => (i === key ? changed : part));
  return Object.assign(Object.create(Object.getPrototypeOf(value) as object) as object, value, { [key]: changed });
}

const wrongValues: [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['0.5', 0.5],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-1', -1],
  ['1n', 1n],
  ['true', true],
  ['a text', 'text'],
  ['an empty text', ''],
  ['a path with a zero byte', 'a\0b'],
  ['{}', {}],
  ['[]', []],
  ['a nested list', [[1, 2], [3]]],
  ['a list with gaps', new Array(3)],
  ['a list of null', [null, null]],
  ['a function', () => 1],
  ['a symbol', Symbol('x')],
  ['an array without shape', { data: Float64Array.of(1, 2) }],
  ['an array of text', { data: ['a', 'b'], shape: [2] }],
  ['an array of another shape', { data: new Float64Array(8), shape: [2, 4] }],
  ['a negative shape', { data: new Float64Array(4), shape: [-2, -2] }],
  ['Infinity in an array', { data: new Float64Array(12).fill(Infinity), shape: [12, 1] }],
  ['a Float32Array', Float32Array.of(0.5, 2)],
  ['a BigInt64Array', BigInt64Array.of(3n, 4n)],
  ['a DataView', new DataView(new ArrayBuffer(8))],
];

/** What a caller with types could hand over, so that only files or computations can tell: left out, a path, or of the usual type. */
const mayBeMeant = (wrong: unknown, usual: unknown) =>
  wrong === undefined || wrong === null || typeof wrong === 'string' || typeof wrong === typeof usual;

/** As declarations and messages call the arguments. */
function parametersOf(name: string): string[] {
  const list = /\(([^]*?)\)\s*\{/.exec((library[name as keyof typeof library] as () => void).toString())![1]!;
  return list.split(',').map((parameter) => parameter.split('=')[0]!.trim());
}

async function outcome({ run }: LibraryCall, args: unknown[]) {
  try {
    return { value: await run(...args) };
  } catch (error) {
    return { error: error as Error & { code?: string } };
  }
}

it('every function is called here', () => {
  expect(Object.keys(calls).sort()).toEqual(names.sort());
});

describe.each(names)('%s', (name) => {
  it('works with its usual arguments', async () => {
    const { error } = await outcome(calls[name]!, calls[name]!.args);
    if (error?.name !== 'AbortError') expect(error).toBeUndefined();
  });

  it('takes each part of them, or refuses it by name', async () => {
    const call = calls[name]!;
    const problems: string[] = [];
    for (const path of pathsOf(call.args)) {
      const usual = valueAt(call.args, path);
      for (const [what, wrong] of wrongValues) {
        const { error } = await outcome(call, withValue(call.args, path, wrong) as unknown[]);
        if (!error || error.name === 'AbortError') continue;
        const at = `${path.join('.')} = ${what}: `;
        const { code = '', message } = error;
        if (error.name !== 'DantError' || ['DANT_INTERNAL', 'DANT_NATIVE'].includes(code)) {
          problems.push(`${at}${error.stack?.split('\n').slice(0, 3).join(' ')}`);
        } else if (code === 'DANT_ARGUMENT' && !namesPart(message, parametersOf(name), path, call.args)) {
          problems.push(`${at}does not say what: ${message}`);
        } else if (!mayBeMeant(wrong, usual) && !['DANT_ARGUMENT', 'DANT_SETTINGS'].includes(code)) {
          problems.push(`${at}is no ${code}: ${message}`);
        }
      }
    }
    expect(problems.join('\n')).toBe('');
  });

  it('takes other numbers of the same values', async () => {
    const call = calls[name]!;
    for (const path of pathsOf(call.args)) {
      const usual = valueAt(call.args, path);
      if (!(usual instanceof Float64Array || usual instanceof Int32Array)) continue;
      const whole = usual.every(Number.isInteger);
      const others: unknown[] = [
        ...(usual instanceof Float64Array ? [Float32Array.from(usual)] : []),
        Array.from(usual),
        ...(whole ? [BigInt64Array.from(Array.from(usual, BigInt))] : []),
      ];
      for (const other of others) {
        const { error } = await outcome(call, withValue(call.args, path, other) as unknown[]);
        // A plain list may be refused, by name, where it would mean texts.
        if (Array.isArray(other) && error?.code === 'DANT_ARGUMENT') continue;
        if (error?.name === 'AbortError') continue;
        expect(error?.message, `${path.join('.')}: ${(other as object).constructor.name}`).toBeUndefined();
      }
    }
  });
});

/** A message names the part, or what it is a part of, or a part beside it that does not fit it any more. */
function namesPart(message: string, parameters: string[], [argument, ...keys]: Path, args: unknown[]): boolean {
  const given = args[argument as number];
  const beside = typeof given === 'object' && given !== null ? Object.keys(given) : [];
  const inside =
    keys.length === 0 && beside.includes('data') ? (given as { data: unknown }).data : valueAt(given, keys);
  const parts = typeof inside === 'object' && inside !== null ? Object.keys(inside) : [];
  return [...parameters, ...keys, ...beside, ...parts].some((key) => message.includes(String(key)));
}

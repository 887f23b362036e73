// Whatever JavaScript does to the arrays of a native function, before it is called or while it runs: the process lives, and
// the result is that of the arrays as they were handed in. For every function that the addon registers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { addon } from '../../lib/native/addon.js';
import { arraysIn, copyOf, outcomeOf, recordCalls, registered, type NativeArguments } from './recorded_calls.js';
import { useEverything } from './use_everything.js';

// Node 20 has them; the types of its first version do not.
interface ResizableBuffer extends ArrayBuffer {
  resize(bytes: number): void;
}
const Resizable = ArrayBuffer as unknown as new (bytes: number, options: { maxByteLength: number }) => ResizableBuffer;
const resizable = (bytes: number) => new Resizable(bytes, { maxByteLength: bytes + 8 });
const sharedMemory = (bytes: number) => addon.allocate({ bytes: Math.max(bytes, 16384) });

const takesNothing = ['simdLevels'];
const names = registered.filter((name) => !takesNothing.includes(name));
/** Whose answer depends on where the array is. */
const ofPlaces = ['addressInPage', 'allocate'];

let calls: Map<string, NativeArguments>;
let scratch: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'dant-border-'));
  calls = await recordCalls(() => useEverything(scratch));
});
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** The recorded arguments, in memory of this kind; with a control as the package makes it. */
function argumentsOf(name: string, make?: (bytes: number) => ArrayBufferLike): NativeArguments {
  const params = copyOf(calls.get(name), make) as NativeArguments;
  return 'control' in params ? { ...params, control: new Int32Array(new SharedArrayBuffer(8)) } : params;
}

const isJob = (name: string) => 'control' in calls.get(name)!;
const withoutTimes = (value: unknown) =>
  JSON.parse(
    JSON.stringify(value ?? null, (key, item: unknown) =>
      key === 'correctionSeconds' ? 0 : ArrayBuffer.isView(item) ? Array.from(item as Float64Array, String) : item,
    ),
  ) as unknown;

/** What a function returns, and its arrays afterwards. */
async function usual(name: string) {
  const params = argumentsOf(name);
  const outcome = await outcomeOf(name, params);
  expect(outcome.error).toBeUndefined();
  const { control: _, ...arrays } = params;
  return { value: withoutTimes(outcome.value), arrays: withoutTimes(arrays) };
}

/** Gives the memory away and fills it with what no computation can use. */
function takeAway(array: Float64Array): void {
  const { buffer } = array;
  if (buffer instanceof SharedArrayBuffer || buffer.byteLength === 0) return;
  new Uint8Array(structuredClone(buffer, { transfer: [buffer] })).fill(0x7f);
}

function shrink({ buffer }: Float64Array): void {
  if (!(buffer instanceof SharedArrayBuffer)) (buffer as ResizableBuffer).resize(0);
}

/** A job whose outputs are gone says so; one that has none is not disturbed. */
async function expectSameOrGone(name: string, outcome: Awaited<ReturnType<typeof outcomeOf>>) {
  if (outcome.error) {
    expect(outcome.error).toMatchObject({ code: 'DANT_ARGUMENT' });
    expect(outcome.error.message).toContain('transferred or resized');
  } else {
    expect(withoutTimes(outcome.value)).toEqual((await usual(name)).value);
  }
}

it('every registered function is called here', () => {
  expect(names.filter((name) => !calls.has(name))).toEqual([]);
});

describe.each(names)('%s', (name) => {
  it('does not mind arrays that are transferred while it runs', async () => {
    if (!isJob(name)) return;
    const params = argumentsOf(name);
    const outcome = await outcomeOf(name, params, () => {
      arraysIn(params).forEach(takeAway);
    });
    await expectSameOrGone(name, outcome);
  });

  it('does not mind arrays that shrink while it runs', async () => {
    if (!isJob(name)) return;
    const params = argumentsOf(name, resizable);
    const outcome = await outcomeOf(name, params, () => {
      arraysIn(params).forEach(shrink);
    });
    await expectSameOrGone(name, outcome);
  });

  it('does not mind arguments that are replaced while it runs', async () => {
    if (!isJob(name)) return;
    const params = argumentsOf(name);
    const outcome = await outcomeOf(name, params, () => {
      for (const key of Object.keys(params)) params[key] = undefined;
    });
    expect(withoutTimes(outcome.value)).toEqual((await usual(name)).value);
  });

  it('does the same with arrays in shared, resizable and native memory', async () => {
    if (ofPlaces.includes(name)) return;
    const expected = await usual(name);
    for (const make of [(bytes: number) => new SharedArrayBuffer(bytes), resizable, sharedMemory]) {
      const params = argumentsOf(name, make);
      const outcome = await outcomeOf(name, params);
      expect(outcome.error).toBeUndefined();
      const { control: _, ...arrays } = params;
      expect({ value: withoutTimes(outcome.value), arrays: withoutTimes(arrays) }).toEqual(expected);
    }
  });

  it('lives when others write to its arrays while it runs', async () => {
    if (!isJob(name)) return;
    for (const make of [(bytes: number) => new SharedArrayBuffer(bytes), sharedMemory]) {
      const params = argumentsOf(name, make);
      const arrays = arraysIn({ ...params, control: undefined }).map(
        ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
      );
      const originals = arrays.map((bytes) => bytes.slice());
      const write = (byte: number) => {
        for (const bytes of arrays) bytes.fill(byte);
      };
      const restore = () => {
        arrays.forEach((bytes, i) => {
          bytes.set(originals[i]!);
        });
      };
      // A job that looks at a number twice may see two.
      for (const byte of [0x7f, 0xff, 0, 0x40]) {
        for (let round = 0; round < 5; ++round) {
          await outcomeOf(name, params, () => {
            for (const end = performance.now() + round / 5; performance.now() < end;) {
              write(byte);
              restore();
            }
            if (round % 2 === 0) write(byte);
          });
          restore();
        }
      }
    }
  });

  it('refuses or survives each array that is missing, detached, empty or of another type', async () => {
    const keys = Object.keys(calls.get(name)!).filter((key) => arraysIn(calls.get(name)![key]).length > 0);
    for (const key of keys) {
      const detached = copyOf(calls.get(name)![key]);
      arraysIn(detached).forEach(takeAway);
      const shrunk = copyOf(calls.get(name)![key], resizable);
      arraysIn(shrunk).forEach(shrink);
      for (const value of [
        detached,
        shrunk,
        undefined,
        null,
        [],
        new Float64Array(),
        new BigInt64Array(3),
        7,
        'text',
      ]) {
        const { error } = await outcomeOf(name, { ...argumentsOf(name), [key]: value });
        if (!error) continue;
        const isNamed = error instanceof TypeError || ['DANT_INPUT', 'DANT_ARGUMENT'].includes(error.code ?? '');
        expect(isNamed, `${key}: ${error.code} ${error.message}`).toBe(true);
      }
    }
  });

  it('takes no number that it cannot use', async () => {
    const keys = Object.keys(calls.get(name)!).filter((key) => typeof calls.get(name)![key] === 'number');
    for (const key of keys) {
      for (const value of [-1, 0.5, NaN, Infinity, 2 ** 31, 2 ** 32, 2 ** 53 - 1, '1']) {
        // Gigabytes of zeros cost nothing until they are used.
        if (key === 'threads' || key === 'bytes') continue;
        const params: NativeArguments = { ...argumentsOf(name), [key]: value };
        // Some are allowed, and much work.
        const stop = setTimeout(() => (params.control as Int32Array | undefined)?.fill(1), 100);
        const { error } = await outcomeOf(name, params);
        clearTimeout(stop);
        if (!error) continue;
        const codes = ['DANT_INPUT', 'DANT_ARGUMENT', 'DANT_MEMORY', 'DANT_ABORTED'];
        const isNamed = error instanceof TypeError || codes.includes(error.code ?? '');
        expect(isNamed, `${key} = ${value}: ${error.code} ${error.message}`).toBe(true);
      }
    }
  });
});

it('getters and other objects do not get between two looks at an argument', async () => {
  const params = argumentsOf('rowSimilarity');
  const rows = params.rows as Float64Array;
  Object.defineProperty(params, 'similarity', {
    enumerable: true,
    get: () => {
      takeAway(rows);
      return new Float32Array(4);
    },
  });
  expect((await outcomeOf('rowSimilarity', params)).error).toBeDefined();
  expect((await outcomeOf('rowSimilarity', undefined as unknown as NativeArguments)).error).toBeInstanceOf(TypeError);
});

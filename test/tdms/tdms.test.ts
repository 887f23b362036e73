import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { DantError } from '../../lib/errors.js';
import { Random } from '../../lib/random.js';
import { formatPath } from '../../lib/tdms/object_path.js';
import { TdmsFile } from '../../lib/tdms/tdms_file.js';
import { temporaryFolder } from '../cli/folder.js';
import { Bytes, segment, toc } from './build.js';
import { fixtures, haveFixtures } from '../pixels_fixtures.js';

const shared = join(fixtures, 'tdms');
const folder = temporaryFolder();

/** A path with the number of its file: none is written twice. */
let files = 0;
function written(bytes: Uint8Array): string {
  const path = join(folder.path, `${files++}.tdms`);
  writeFileSync(path, bytes);
  return path;
}

async function opened<Result>(path: string, use: (file: TdmsFile) => Promise<Result>): Promise<Result> {
  const file = await TdmsFile.open(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

interface Expected {
  values: unknown[];
  dtype: string;
  properties: Record<string, string>;
}

describe.skipIf(!haveFixtures)('files that npTDMS reads', () => {
  const expected = haveFixtures
    ? (JSON.parse(readFileSync(join(shared, 'expected.json'), 'utf8')) as Record<string, Record<string, Expected>>)
    : {};

  it.each(Object.keys(expected))('%s', async (name) => {
    await opened(join(shared, name), async (file) => {
      expect(file.channels.map(({ path }) => path)).toEqual(Object.keys(expected[name]!));
      for (const channel of file.channels) {
        const { values, dtype, properties } = expected[name]![channel.path]!;
        if (channel.kind === 'string') expect(await channel.readTexts()).toEqual(values);
        else {
          expect(Array.from((await channel.read()) as Float64Array)).toEqual(values);
          expect(channel.kind).toBe(dtype);
          // Of any part, too
          for (const [first, count] of [
            [0, 0],
            [3, 9],
            [values.length - 1, 1],
          ] as const) {
            expect([...((await channel.read(first, count)) as Float64Array)]).toEqual(
              values.slice(first, first + count),
            );
          }
        }
        for (const [key, text] of Object.entries(properties)) {
          const value = String(channel.properties.get(key)).replace('true', 'True');
          expect(value, key).toBe(text);
        }
      }
      expect(file.warnings).toHaveLength(name === 'truncated.tdms' ? 1 : 0);
    });
  });
});

/** Kinds of numbers with an array that makes their bytes. */
const numeric = [
  { code: 1, make: Int8Array },
  { code: 2, make: Int16Array },
  { code: 3, make: Int32Array },
  { code: 5, make: Uint8Array },
  { code: 6, make: Uint16Array },
  { code: 7, make: Uint32Array },
  { code: 9, make: Float32Array },
  { code: 10, make: Float64Array },
  { code: 0x19, make: Float32Array },
  { code: 0x1a, make: Float64Array },
  { code: 0x21, make: Uint8Array },
  { code: 4, make: BigInt64Array },
  { code: 8, make: BigUint64Array },
] as const;

/** A random file, and what is in it. */
function randomFile(seed: number): { bytes: Buffer; values: Map<string, unknown[]> } {
  const random = new Random(77, seed);
  const values = new Map<string, unknown[]>();
  const kinds = Array.from({ length: 1 + random.index(4) }, (_, c) => ({
    path: formatPath(`it's ${c % 2}`, String(c)),
    ...numeric[random.index(numeric.length)]!,
  }));
  const parts: Buffer[] = [];
  /** Channels of the segment before with their counts, and its byte order */
  let layout = new Map<string, number>();
  const known = new Map<string, number>();
  for (let s = 0; s < 1 + random.index(6); s++) {
    const isLittle = random.chance(0.5);
    const isInterleaved = random.chance(0.4);
    let flags = toc.rawData | (isLittle ? 0 : toc.bigEndian) | (isInterleaved ? toc.interleaved : 0);
    const meta = new Bytes(isLittle);
    const isSame = layout.size > 0 && random.chance(0.3) && (!isInterleaved || new Set(layout.values()).size === 1);
    if (!isSame) {
      const isNew = s === 0 || isInterleaved || random.chance(0.5);
      flags |= toc.metadata | (isNew ? toc.newObjects : 0);
      const listed = kinds.filter((_, c) => c === 0 || random.chance(0.7));
      if (isNew) layout = new Map();
      const common = 1 + random.index(40);
      meta.u32(listed.length + 1);
      meta.text('/').u32(0xffffffff).u32(1).text('note').u32(0x20).text('µ');
      for (const { path, code } of listed) {
        const before = known.get(path);
        const reuses = before !== undefined && random.chance(0.4) && (!isInterleaved || before === common);
        const count = reuses ? before : isInterleaved ? common : random.index(30);
        meta.text(path);
        if (reuses) meta.u32(0);
        else meta.u32(20).u32(code).u32(1).u64(BigInt(count));
        meta.u32(0);
        layout.set(path, count);
        known.set(path, count);
      }
    }
    const chunks = 1 + random.index(3);
    const data = new Bytes(isLittle);
    const made = new Map<string, { bytes: Uint8Array; itemBytes: number }[]>();
    for (const [path, count] of layout) {
      const { make } = kinds.find((kind) => kind.path === path)!;
      for (let chunk = 0; chunk < chunks; chunk++) {
        const whole = Array.from({ length: count }, () => random.index(120));
        const big = make === BigInt64Array || make === BigUint64Array;
        const array = big ? make.from(whole.map(BigInt)) : (make as Float64ArrayConstructor).from(whole);
        values.set(path, [...(values.get(path) ?? []), ...array]);
        const bytes = new Uint8Array(array.buffer);
        made.set(path, [...(made.get(path) ?? []), { bytes, itemBytes: make.BYTES_PER_ELEMENT }]);
      }
    }
    for (let chunk = 0; chunk < chunks; chunk++) {
      if (!isInterleaved) for (const own of made.values()) data.words(own[chunk]!.bytes, own[chunk]!.itemBytes);
      else {
        for (let row = 0; row < [...layout.values()][0]!; row++) {
          for (const own of made.values()) {
            const { bytes, itemBytes } = own[chunk]!;
            data.words(bytes.subarray(row * itemBytes, (row + 1) * itemBytes), itemBytes);
          }
        }
      }
    }
    parts.push(segment(flags, meta.done(), data.done()));
  }
  return { bytes: Buffer.concat(parts), values };
}

describe('TDMS of any structure', () => {
  it('is read as it was written', async () => {
    for (let seed = 0; seed < 150; seed++) {
      const { bytes, values } = randomFile(seed);
      await opened(written(bytes), async (file) => {
        for (const [path, expected] of values) {
          const channel = file.channels.find((one) => one.path === path);
          expect(channel!.length, `${seed} ${path}`).toBe(expected.length);
          expect([...((await channel!.read()) as Float64Array)], `${seed} ${path}`).toEqual(expected);
          if (expected.length < 3) continue;
          const middle = Math.floor(expected.length / 3);
          expect([...((await channel!.read(middle, middle)) as Float64Array)]).toEqual(
            expected.slice(middle, 2 * middle),
          );
        }
        expect(file.warnings).toEqual([]);
      });
    }
  });

  it('is read, or refused in words, when bytes are changed or missing', async () => {
    const random = new Random(78);
    let refused = 0;
    for (let seed = 0; seed < 600; seed++) {
      const { bytes } = randomFile(seed % 40);
      const damaged = Buffer.from(bytes);
      const what = random.index(3);
      if (what > 0)
        for (let k = 0; k < 1 + random.index(4); k++) damaged[random.index(damaged.length)] = random.index(256);
      const cut = what < 2 ? damaged.subarray(0, 1 + random.index(damaged.length)) : damaged;
      try {
        await opened(written(cut), async (file) => {
          for (const channel of file.channels) {
            if (channel.kind === 'string') await channel.readTexts();
            // No more values than there are bytes
            else expect((await channel.read()).byteLength).toBeLessThanOrEqual(8 * cut.length);
          }
        });
      } catch (error) {
        if (!(error instanceof DantError)) throw error;
        expect(error.code).toBe('DANT_DATA');
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(50);
  });
});

/** One channel of a few doubles with properties, each as [name, type, bytes]. */
function withProperties(...properties: [string, number, Uint8Array][]): Buffer {
  const meta = new Bytes(true).u32(1).text("/'g'/'0'").u32(20).u32(10).u32(1).u64(3n).u32(properties.length);
  for (const [name, code, bytes] of properties) meta.text(name).u32(code).raw(bytes);
  return segment(14, meta.done(), new Bytes(true).f64(1).f64(2).f64(-3).done());
}
const text = (value: string) => new Bytes(true).text(value).done();
const f64 = (value: number) => new Bytes(true).f64(value).done();
const u32 = (value: number) => new Bytes(true).u32(value).done();

describe('values in TDMS', () => {
  it('are scaled as their properties ask: linear, then a polynomial of that', async () => {
    const bytes = withProperties(
      ['NI_Number_Of_Scales', 7, u32(2)],
      ['NI_Scale[0]_Scale_Type', 0x20, text('Linear')],
      ['NI_Scale[0]_Linear_Slope', 10, f64(2)],
      ['NI_Scale[0]_Linear_Y_Intercept', 10, f64(-1)],
      ['NI_Scale[0]_Linear_Input_Source', 7, u32(0xffffffff)],
      ['NI_Scale[1]_Scale_Type', 0x20, text('Polynomial')],
      ['NI_Scale[1]_Polynomial_Coefficients_Size', 7, u32(3)],
      ['NI_Scale[1]_Polynomial_Coefficients[0]', 10, f64(10)],
      ['NI_Scale[1]_Polynomial_Coefficients[1]', 10, f64(0.5)],
      ['NI_Scale[1]_Polynomial_Coefficients[2]', 10, f64(0.25)],
      ['NI_Scale[1]_Polynomial_Input_Source', 7, u32(0)],
    );
    await opened(written(bytes), async (file) => {
      const [channel] = file.channels;
      const expected = [1, 2, -3].map((x) => 2 * x - 1).map((y) => 10 + 0.5 * y + 0.25 * y * y);
      expect([...(await channel!.readNumbers())]).toEqual(expected);
      expect([...((await channel!.read()) as Float64Array)]).toEqual([1, 2, -3]);
    });
  });

  it('whose scale is of another kind are refused by its name', async () => {
    const bytes = withProperties(
      ['NI_Number_Of_Scales', 7, u32(1)],
      ['NI_Scale[0]_Scale_Type', 0x20, text('Thermocouple')],
    );
    await expect(TdmsFile.open(written(bytes))).rejects.toThrow(/scale of the kind "Thermocouple"/);
  });

  it('may be times and complex numbers', async () => {
    const meta = new Bytes(true).u32(2);
    meta.text("/'g'/'t'").u32(20).u32(0x44).u32(1).u64(2n).u32(0);
    meta.text("/'g'/'c'").u32(20).u32(0x10000d).u32(1).u64(1n).u32(0);
    // Half a second after the beginning of 1970, and a quarter before
    const data = new Bytes(true)
      .u64(2n ** 63n)
      .u64(2_082_844_800n)
      .u64(3n * 2n ** 62n)
      .u64(2_082_844_799n);
    await opened(written(segment(14, meta.done(), data.f64(1.5).f64(-2).done())), async (file) => {
      const [times, complex] = file.channels;
      expect([...((await times!.read()) as BigInt64Array)]).toEqual([500_000n, -250_000n]);
      expect([...((await complex!.read()) as Float64Array)]).toEqual([1.5, -2]);
      expect(() => complex!.readTexts()).toThrow(/numbers, not texts/);
      await expect(complex!.readNumbers()).rejects.toThrow(/complex/);
    });
  });

  it('are read past 4 MB of interleaved ones, and one per chunk', async () => {
    const rows = 400_000;
    const meta = new Bytes(true).u32(2);
    for (const name of ['a', 'b']) meta.text(`/'g'/'${name}'`).u32(20).u32(10).u32(1).u64(1n).u32(0);
    const data = new Float64Array(2 * rows).map((_, i) => i);
    const path = written(segment(14, meta.done(), new Uint8Array(data.buffer)));
    await opened(path, async (file) => {
      const values = (await file.channels[1]!.read(1, rows - 2)) as Float64Array;
      expect(values.every((value, i) => value === 2 * (i + 1) + 1)).toBe(true);
    });
  });
});

describe('files that are no TDMS, or none that can be read', () => {
  it.each([
    ['what is empty', Buffer.alloc(0), /empty/],
    ['what is too short', Buffer.from('TDSm'), /too short/],
    ['another file', Buffer.alloc(100, 'x'), /does not begin with "TDSm"/],
    ['an index', Buffer.concat([Buffer.from('TDSh'), Buffer.alloc(60)]), /tdms_index/],
    ['what NI-DAQmx logged', segment(14 | toc.daqmx, Buffer.alloc(0), Buffer.alloc(0)), /DAQmx raw data/],
    [
      'what NI-DAQmx logged, by its index',
      segment(14, new Bytes(true).u32(1).text("/'g'/'0'").u32(0x1269).u32(10).done(), Buffer.alloc(0)),
      /DAQmx raw data/,
    ],
    [
      'extended floats',
      segment(
        14,
        new Bytes(true).u32(1).text("/'g'/'0'").u32(20).u32(11).u32(1).u64(1n).u32(0).done(),
        Buffer.alloc(0),
      ),
      /extended-precision float/,
    ],
  ])('%s', async (_, bytes, message) => {
    await expect(TdmsFile.open(written(bytes))).rejects.toThrow(message);
  });

  it('a file that does not exist', async () => {
    await expect(TdmsFile.open(join(folder.path, 'nothing.tdms'))).rejects.toThrow(/there is no such file/);
  });
});

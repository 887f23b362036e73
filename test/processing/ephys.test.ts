// Recordings of the fixtures to 1 kHz, against what SciPy made of them; read back as files.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { Hdf5File } from '../../lib/files/hdf5.js';
import { readNpy } from '../../lib/files/npy.js';
import { readNpz } from '../../lib/files/npz.js';
import { processAp, processLfp } from '../../lib/processing/ephys.js';
import { fourierColumns } from '../../lib/processing/fourier_columns.js';
import { fourierResample, resample } from '../../lib/processing/resample.js';
import { writeSpread } from '../../lib/processing/column_spread.js';
import { ColumnScratch } from '../../lib/processing/column_scratch.js';
import { noise } from '../numbers.js';
import { folderOfFile } from '../cli/folder.js';
import { fixtures, haveFixtures } from '../pixels_fixtures.js';

const session = '210102_DL001';

const folder = folderOfFile();

async function frameOf(path: string): Promise<{ values: Float64Array; shape: readonly number[] }> {
  const file = await Hdf5File.open(path);
  try {
    return { values: await file.numbers('df/block0_values'), shape: (await file.describe('df/block0_values'))!.shape };
  } finally {
    await file.close();
  }
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-6) {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(...Array.from(expected, Math.abs));
  const worst = Math.max(...Array.from(expected, (value, i) => Math.abs(value - actual[i]!)));
  expect(worst / scale).toBeLessThan(tolerance);
}

describe.skipIf(!haveFixtures)('recordings of the fixtures', () => {
  const lags = { 0: [-512, -400], 1: [0, 0] } as Record<number, [number, number]>;
  const name = (recording: number, ending: string) => join(folder, `210102_DL001_g${recording}_t0.imec0.${ending}`);
  const paths = (recording: number, stream: string) => ({
    bin: name(recording, `${stream}.bin`),
    meta: name(recording, `${stream}.meta`),
  });
  const uvPerCount = { lf: (1e6 * 0.6) / 512 / 250, ap: (1e6 * 0.6) / 512 / 500 };

  beforeAll(() => {
    const raw = join(fixtures, 'data/raw', session);
    for (const file of readdirSync(raw)) {
      if (file.endsWith('.tar.gz')) execFileSync('tar', ['xzf', join(raw, file), '-C', folder]);
      else if (file.endsWith('.bin')) writeFileSync(join(folder, file), readFileSync(join(raw, file)));
    }
    const lag = JSON.parse(readFileSync(join(fixtures, 'expected', session, 'lag.json'), 'utf8')) as Record<
      string,
      number
    >[];
    lag.forEach(({ lag_start, lag_end }, r) => (lags[r] = [lag_start!, lag_end!]));
  });
  const lagOf = (recording: number) => ({ startMs: lags[recording]![0], endMs: lags[recording]![1] });
  const expected = (recording: number) => readNpz(join(fixtures, 'expected', session, `expected_${recording}.npz`));

  it.each([0, 1])('LFP of recording %i by polyphase filters, as table of pandas', async (recording) => {
    const output = join(folder, `lfp_${recording}.h5`);
    const { rows, channels } = await processLfp(paths(recording, 'lf'), 'lf', output, { lag: lagOf(recording) });
    const { lfp_poly } = await expected(recording);
    const { values, shape } = await frameOf(output);
    expect(shape).toEqual([rows, channels]);
    expect(shape).toEqual([lfp_poly!.shape[0], 4]);
    expectClose(
      values,
      Float64Array.from(lfp_poly!.data as Float64Array, (count) => count * uvPerCount.lf),
    );
    expect(readdirSync(folder).filter((file) => /part|scratch/.test(file))).toEqual([]);
  });

  it('AP at 1 kHz less its medians', async () => {
    const { data, shape } = (await expected(1)).ap_1k!;
    const output = join(folder, 'ap.npy');
    expect((await processAp(paths(1, 'ap'), output, { lag: lagOf(1) })).rows).toBe(shape[0]);
    const values = (await readNpy(output, { as: 'float64' })).data;
    // The original takes the sync column for a channel when it takes the median over them: ours differs by one number per row.
    const count = shape.at(-1)!;
    const differences = Array.from({ length: shape[0]! }, (_, row) =>
      Array.from(
        { length: 4 },
        (_, c) => (data as Float64Array)[row * count + c]! * uvPerCount.ap - values[row * 4 + c]!,
      ),
    );
    const spread = differences.map((row) => Math.max(...row) - Math.min(...row));
    expect(Math.max(...spread)).toBeLessThan(1e-4);
    // Of our four channels the middle two are as far above 0 as below.
    for (let row = 0; row < shape[0]!; row += 97) {
      const sorted = [...values.subarray(row * 4, row * 4 + 4)].sort((a, b) => a - b);
      expect(sorted[1]! + sorted[2]!).toBeCloseTo(0, 3);
    }
  });

  it('LFP from the action potentials of a probe without .lf, as .npz', async () => {
    const output = join(folder, 'from_ap.npz');
    const { rows } = await processLfp(paths(0, 'ap'), 'ap', output);
    const { values, column } = await readNpz(output);
    expect(values!.shape).toEqual([rows, 4]);
    expect(column!.data).toEqual(Float64Array.of(0, 1, 2, 3));
  });

  it('refuses a file that was copied in part, one without meta, and a lag beyond its end', async () => {
    const part = { bin: join(folder, 'cut.lf.bin'), meta: paths(0, 'lf').meta };
    writeFileSync(part.bin, readFileSync(paths(0, 'lf').bin));
    truncateSync(part.bin, 1003);
    const output = join(folder, 'never.h5');
    await expect(processLfp(part, 'lf', output)).rejects.toThrow(/has 1003 bytes but .* says .*Copy it anew/s);
    await expect(processLfp({ ...part, meta: join(folder, 'no.meta') }, 'lf', output)).rejects.toThrow(/no such file/);
    await expect(processLfp({ ...part, bin: join(folder, 'no.bin') }, 'lf', output)).rejects.toThrow(/no such file/);
    await expect(processLfp(paths(0, 'ap'), 'lf', output)).rejects.toThrow(/local field potentials alone/);
    const lag = { startMs: -1e6, endMs: 0 };
    await expect(processLfp(paths(0, 'lf'), 'lf', output, { lag })).rejects.toThrow(/do not overlap \(lag -1000000 ms/);
    await expect(processLfp(paths(0, 'lf'), 'lf', join(folder, 'x.txt'))).rejects.toThrow(/\.h5, \.npy or \.npz/);
    expect(existsSync(output)).toBe(false);
  });

  it('leaves what was there when it is stopped', async () => {
    const output = join(folder, 'stopped.h5');
    writeFileSync(output, 'before');
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(processLfp(paths(0, 'lf'), 'lf', output, {}, { signal })).rejects.toThrow('enough');
    expect(readFileSync(output, 'utf8')).toBe('before');
    expect(readdirSync(folder).filter((file) => /part|scratch/.test(file))).toEqual([]);
  });

  it('the spread of the channels is that of the file, two passes over which tell it', async () => {
    const output = join(folder, 'spread.h5');
    const { sdsUv } = await processLfp(paths(0, 'lf'), 'lf', output, { lag: lagOf(0) });
    const { values, shape } = await frameOf(output);
    const [rows = 0, columns = 0] = shape;
    const expectedSds = Array.from({ length: columns }, (_, c) => {
      const column = values.filter((_, i) => i % columns === c);
      const mean = column.reduce((sum, value) => sum + value, 0) / rows;
      return Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows);
    });
    expect(Math.min(...expectedSds)).toBeGreaterThan(0);
    expectClose(sdsUv, expectedSds, 1e-12);
    const path = join(folder, 'lf_sd.json');
    await writeSpread(path, Float64Array.of(3, 1, 10, 2));
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ median: 2.5, SDs: [3, 1, 10, 2], unit: 'uV' });
  });

  it('LFP by Fourier transform, less the median over channels', async () => {
    const own = join(folder, 'first');
    const raw = join(fixtures, 'data/raw/210101_DL001_day1');
    mkdirSync(own);
    for (const file of readdirSync(raw).filter((file) => file.includes('.lf.'))) {
      execFileSync('tar', ['xzf', join(raw, file), '-C', own]);
    }
    const [bin, meta] = readdirSync(own).sort() as [string, string];
    const output = join(folder, 'fourier.h5');
    const at = { bin: join(own, bin), meta: join(own, meta) };
    await processLfp(at, 'lf', output, { method: 'fourier', reference: 'none' });
    const truth = await readNpz(join(fixtures, 'expected/210101_DL001_day1/expected_0.npz'));
    const median = join(folder, 'fourier_median.h5');
    await processLfp(at, 'lf', median, { method: 'fourier', reference: 'median' });
    const { values } = await frameOf(median);
    const { data, shape } = truth.lfp_fourier_uncropped!;
    // The original's median is over the sync column too: what is left is the same in all channels.
    const width = shape[1]!;
    for (let row = 0; row < shape[0]!; row += 53) {
      const differences = [0, 1, 2, 3].map(
        (c) => (data as Float64Array)[row * width + c]! * uvPerCount.lf - values[row * 4 + c]!,
      );
      expect(Math.max(...differences) - Math.min(...differences)).toBeLessThan(1e-3);
    }
    expect((await frameOf(output)).shape).toEqual([shape[0], 4]);
  });

  it('LFP has as many rows by either method', async () => {
    // A rate that is 2500 Hz but for rounding, and rows that are whole ms
    const at = { bin: join(folder, 'near.lf.bin'), meta: join(folder, 'near.lf.meta') };
    const text = readFileSync(paths(0, 'lf').meta, 'utf8');
    writeFileSync(at.bin, readFileSync(paths(0, 'lf').bin).subarray(0, 2 * 5 * 5000));
    writeFileSync(
      at.meta,
      text.replace(/^imSampRate=.*$/m, 'imSampRate=2499.999999').replace(/^fileSizeBytes=.*$/m, 'fileSizeBytes=50000'),
    );
    for (const method of ['polyphase', 'fourier'] as const) {
      expect(await processLfp(at, 'lf', join(folder, `near_${method}.npy`), { method })).toMatchObject({
        rows: 2000,
        channels: 4,
      });
    }
  });

  it.each(['none', 'median'] as const)(
    'a recording of several blocks is resampled as a whole (reference %s)',
    async (reference) => {
      // More than the arrays that blocks take turns with
      const [rows, columns] = [1_700_000, 5];
      const samples = Int16Array.from({ length: rows * columns }, (_, i) => 2000 * noise(i));
      const at = { bin: join(folder, 'long.lf.bin'), meta: join(folder, 'long.lf.meta') };
      writeFileSync(at.bin, samples);
      const text = readFileSync(paths(0, 'lf').meta, 'utf8');
      writeFileSync(at.meta, text.replace(/^fileSizeBytes=.*$/m, `fileSizeBytes=${samples.byteLength}`));
      const output = join(folder, 'long.npy');
      const { sdsUv } = await processLfp(at, 'lf', output, { reference });
      const { data, shape } = await readNpy(output, { as: 'float64' });
      const channels = new Float64Array(rows * 4);
      for (let row = 0; row < rows; row++) {
        const own = samples.subarray(row * columns, row * columns + 4);
        const [, low, high] = own.toSorted();
        const median = reference === 'median' ? (low! + high!) / 2 : 0;
        for (let c = 0; c < 4; c++) channels[row * 4 + c] = (own[c]! - median) * uvPerCount.lf;
      }
      const expected = await resample(channels, 4, { fromHz: 2500, toHz: 1000 });
      expect(shape).toEqual([680_000, 4]);
      let worst = 0;
      const sums = [0, 0, 0, 0];
      expected.forEach((value, i) => {
        worst = Math.max(worst, Math.abs(value - data[i]!));
        sums[i % 4]! += value ** 2;
      });
      expect(worst).toBeLessThan(1e-3);
      expectClose(
        sdsUv,
        sums.map((sum) => Math.sqrt(sum / 680_000)),
        1e-3,
      );
    },
  );
});

it.each([113, 120])('%i rows of columns have other lengths, however many are in memory', async (rows) => {
  const [columns, newRows] = [7, 45];
  const table = Float32Array.from({ length: rows * columns }, (_, i) => noise(i));
  const from = await ColumnScratch.create(join(folder, 'from'), rows, columns);
  await from.fill([table] as unknown as AsyncIterable<Float32Array>);
  const expected: number[] = [];
  for (let c = 0; c < columns; c += 2) {
    const pair = Float64Array.from(await from.readColumns(c, Math.min(2, columns - c)));
    expected.push(...Float32Array.from(await fourierResample(pair, rows, newRows)));
  }
  // One pair, two, all
  for (const most of [1, 50 * rows, 2 ** 30]) {
    const shares: number[] = [];
    const to = await ColumnScratch.create(join(folder, 'to'), newRows, columns);
    await fourierColumns(from, to, { onProgress: (share) => shares.push(share) }, most);
    expect([...(await to.readColumns(0, columns))]).toEqual(expected);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    await to.discard();
  }
  await from.discard();
});

it('a table in a file is read by columns and by rows', async () => {
  const [rows, columns] = [1000, 5];
  const table = Float32Array.from({ length: rows * columns }, (_, i) => noise(i));
  const scratch = await ColumnScratch.create(join(folder, 'table'), rows, columns, 64);
  const blocks = (async function* () {
    for (let row = 0; row < rows; row += 77) {
      yield await Promise.resolve(table.slice(row * columns, Math.min(rows, row + 77) * columns));
    }
  })();
  await scratch.fill(blocks);
  const column = (c: number) => table.filter((_, i) => i % columns === c);
  expect(await scratch.readColumns(1, 2)).toEqual(Float32Array.of(...column(1), ...column(2)));
  await scratch.writeColumns(1, Float64Array.of(...column(3), ...column(4)));
  const read: number[] = [];
  for await (const block of scratch.readRows()) read.push(...block);
  const expected = table.map((value, i) => (i % columns === 1 || i % columns === 2 ? table[i + 2]! : value));
  expect(Float32Array.from(read)).toEqual(expected);
  await scratch.discard();
});

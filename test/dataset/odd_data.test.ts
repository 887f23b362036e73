// Data that can be read but are not what they should be: what check and run say.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { checkDataset, datasetRequirements } from '../../lib/dataset/load.js';
import { readNpy } from '../../lib/files/npy.js';
import { writeNpy } from '../../lib/files/npy_writer.js';
import {
  completeSettings,
  datasetFromArrays,
  simulate,
  track,
  type PartialSettings,
  type TrackingArrays,
} from '../../lib/index.js';
import { temporaryFolder } from '../cli/folder.js';

const folder = temporaryFolder();
let data: string;
let units: number;

beforeEach(async () => {
  data = join(folder.path, 'data');
  ({ units } = await simulate(data, { neurons: 12, sessions: 3, channels: 16, samples: 24, durationS: 120, seed: 3 }));
});

const spikeFile = (unit: number) => join(data, 'spike_times', `Unit${unit}.npy`);
const check = (settings: PartialSettings = {}) =>
  checkDataset(data, datasetRequirements(completeSettings(settings).settings));

async function rewrite(path: string, change: (values: Float64Array) => Float64Array | number[], dtype = '<f8') {
  const { data: values, shape } = await readNpy(path, { as: 'float64' });
  const changed = change(values);
  rmSync(path);
  await writeNpy(path, { data: changed, shape: shape.length === 1 ? [changed.length] : shape, dtype });
}

async function everyTrain(change: (values: Float64Array) => Float64Array) {
  for (let unit = 0; unit < units; unit++) await rewrite(spikeFile(unit), change);
}

describe('the unit of spike times', () => {
  it('is not doubted in ms, whole or not', async () => {
    expect((await check()).warnings).toEqual([]);
    await everyTrain((times) => times.map(Math.round));
    expect((await check()).warnings).toEqual([]);
  });

  it('is doubted where times are numbers of samples', async () => {
    await everyTrain((times) => times.map((ms) => Math.round(30 * ms)));
    expect((await check()).warnings).toEqual([expect.stringMatching(/must be in ms; are these numbers of samples\?$/)]);
  });

  it('is doubted where times are seconds', async () => {
    await everyTrain((times) => times.map((ms) => ms / 1000));
    expect((await check()).warnings).toEqual([expect.stringMatching(/must be in ms; are these in seconds\?$/)]);
  });
});

/** Half-precision floats: a file that this package does not write. */
function writeHalf(path: string, bits: number[]): void {
  const header = `{'descr': '<f2', 'fortran_order': False, 'shape': (${bits.length},), }`.padEnd(117) + '\n';
  writeFileSync(
    path,
    Buffer.concat([
      Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'),
      Buffer.from(header),
      Buffer.from(Uint16Array.from(bits).buffer),
    ]),
  );
}

it('half-precision spike times are named, and so is what overflowed', async () => {
  writeHalf(spikeFile(2), [0x3c00, 0x4000, 0x7bff]); // 1, 2, 65504
  expect(await check()).toMatchObject({
    problems: [],
    warnings: [expect.stringMatching(/Unit 2: the spike times are half-precision .* end at 65504 ms/) as string],
  });
  writeHalf(spikeFile(2), [0x3c00, 0x7c00]); // 1, ∞
  expect(await check()).toMatchObject({
    problems: [expect.stringContaining('Unit 2: NaN or infinite spike times') as string],
    warnings: [expect.stringContaining('float16') as string, expect.any(String) as string].slice(0, 1),
  });
});

it('units of a single spike are named', async () => {
  await rewrite(spikeFile(1), (times) => times.slice(0, 1));
  await rewrite(spikeFile(4), (times) => times.slice(0, 1));
  expect((await check()).warnings).toEqual([
    'Units 1 and 4 have a single spike, hence no autocorrelogram and no ISI histogram to compare.',
  ]);
});

describe('units without PETH', () => {
  const peth = () => join(data, 'peth.npy');
  const empty = (rows: number[]) => (values: Float64Array) => {
    const bins = values.length / units;
    return values.map((value, i) => (rows.includes(Math.floor(i / bins)) ? NaN : value));
  };

  it('are all named by check, and by run, where the method compares them', async () => {
    await rewrite(peth(), empty([3, 7, 9]));
    const { problems } = await check({ method: 'reference' });
    expect(problems).toEqual([expect.stringMatching(/^peth\.npy: Units 3, 7 and 9 have no value in any bin/)]);
    await expect(track({ data, settings: { method: 'reference' } })).rejects.toMatchObject({
      code: 'DANT_DATA',
      message: expect.stringContaining('Units 3, 7 and 9 have no value in any bin') as string,
    });
  });

  it('do not matter where they are not compared', async () => {
    await rewrite(peth(), empty([3, 7, 9]));
    const without: PartialSettings = {
      method: 'reference',
      motionEstimation: { features: [['Waveform']] },
      clustering: { features: ['Waveform'] },
    };
    expect((await check(without)).problems).toEqual([]);
    expect((await check()).problems).toEqual([]);
  });

  it('are named where no bin is common to two of them', async () => {
    await rewrite(peth(), (values) => {
      const bins = values.length / units;
      const isGap = (unit: number, bin: number) => (unit < 2 ? bin < bins / 2 : unit === 5 && bin >= bins / 2);
      return values.map((value, i) => (isGap(Math.floor(i / bins), i % bins) ? NaN : value));
    });
    const { problems } = await check({ method: 'reference' });
    expect(problems).toEqual([
      expect.stringMatching(/^peth\.npy: Units 0 and 1 and unit 5 have no bin in which both have a value/),
    ]);
  });

  it('are an argument that cannot be used', async () => {
    const arrays = {
      waveforms: { data: Float32Array.from({ length: 3 * 2 * 8 }, (_, i) => Math.sin(i)), shape: [3, 2, 8] },
      channelLocationsUm: { data: Float64Array.of(0, 0, 0, 20), shape: [2, 2] },
      sessions: [1, 2, 2],
      spikeTimesMs: [[1, 2], [3], [4, 5]],
      peth: { data: Float64Array.of(1, 2, NaN, NaN, 5, 6), shape: [3, 2] },
    };
    await expect(track({ data: arrays, settings: { method: 'reference' } })).rejects.toMatchObject({
      code: 'DANT_ARGUMENT',
      message: expect.stringMatching(/^data\.peth: Unit 1 has no value in any bin/) as string,
    });
  });
});

it('a sample that is no number is named by unit, channel and sample', () => {
  const waveforms = { data: new Float32Array(2 * 3 * 4).fill(1), shape: [2, 3, 4] };
  waveforms.data[1 * 12 + 2 * 4 + 3] = NaN;
  const call = () => datasetFromArrays({ waveforms } as unknown as TrackingArrays);
  expect(call).toThrow('waveforms (unit 1, channel 2, sample 3)');
});

it('a file where a folder is expected is called one', async () => {
  const file = join(folder.path, 'spikeInfo.mat');
  writeFileSync(file, 'MATLAB 5.0 MAT-file');
  const { problems } = await checkDataset(file);
  expect(problems).toEqual([expect.stringMatching(/^This is a file; expected a folder.*spikeInfo\.mat/)]);
  expect(problems.join()).toContain(`dant import matlab "${file}" --output mydata`);
  writeFileSync(join(data, 'note'), readFileSync(file));
  expect((await checkDataset(join(data, 'note'))).problems.join()).not.toContain('MATLAB');
  expect((await checkDataset(join(data, 'nowhere'))).problems).toEqual(['There is no such folder.']);
});

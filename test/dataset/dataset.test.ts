import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { checkDataset, datasetRequirements, loadDataset, type DatasetRequirements } from '../../lib/dataset/load.js';
import { readNpy } from '../../lib/files/npy.js';
import { writeNpy } from '../../lib/files/npy_writer.js';
import type { WritableArray } from '../../lib/files/write_elements.js';
import { completeSettings } from '../../lib/settings/index.js';

const fixtures = fileURLToPath(new URL('../fixtures/golden', import.meta.url));
const realFixtures = fileURLToPath(new URL('../../../shared/fixtures', import.meta.url));

// A small recording: 5 units, 3 sessions, 4 channels, 6 samples.
const units = 5;
const waveforms = Float32Array.from({ length: units * 4 * 6 }, (_, i) => Math.sin(i));
const locations = [0, 0, 0, 20, 0, 40, 0, 60];
const sessions = [1, 2, 3, 1, 3];
const spikes = (unit: number) => Array.from({ length: 10 + unit }, (_, i) => i * 100.25 + unit);

let folder: string;
const file = (name: string) => join(folder, name);

async function replace(name: string, array: WritableArray): Promise<void> {
  await rm(file(name), { force: true });
  await writeNpy(file(name), array);
}

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'dant-data-')));
  await mkdir(file('spike_times'));
  await replace('waveform_all.npy', { data: waveforms, shape: [units, 4, 6] });
  await replace('channel_locations.npy', { data: locations, shape: [4, 2] });
  await replace('session_index.npy', { data: sessions, shape: [units], dtype: '<i8' });
  for (let unit = 0; unit < units; unit++) {
    await replace(`spike_times/Unit${unit}.npy`, { data: spikes(unit), shape: [10 + unit] });
  }
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const check = (requirements?: DatasetRequirements) => checkDataset(folder, requirements);

describe('loadDataset', () => {
  it('tells how far it is, to the end', async () => {
    const shares: number[] = [];
    await loadDataset(folder, {}, { onProgress: (share) => shares.push(share) });
    expect(shares.length).toBe(units + 1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBeCloseTo(1);
  });

  it('reads spike files of any size and type, few or many at one go', async () => {
    const large = Array.from({ length: 150e3 }, (_, i) => i / 4); // 1.2 MB: one that is read by itself
    await replace('spike_times/Unit1.npy', { data: large, shape: [large.length] });
    await replace('spike_times/Unit2.npy', { data: [3, 5, 9], shape: [3], dtype: '<i2' });
    await replace('spike_times/Unit3.npy', { data: [1, 2.5], shape: [2], dtype: '<f4' });
    await replace('spike_times/Unit4.npy', { data: [7, 8.25], shape: [2], dtype: '>f8' });
    const { spikeTrains } = await loadDataset(folder);
    expect(spikeTrains.timesMs).toEqual(Float64Array.from([...spikes(0), ...large, 3, 5, 9, 1, 2.5, 7, 8.25]));
  });

  it('reads all files', async () => {
    const dataset = await loadDataset(folder);
    expect(dataset).toEqual({
      waveforms: { data: waveforms, shape: [units, 4, 6] },
      channelLocationsUm: Float64Array.from(locations),
      sessions: Int32Array.from(sessions),
      sessionCount: 3,
      spikeTrains: {
        timesMs: Float64Array.from([0, 1, 2, 3, 4].flatMap(spikes)),
        offsets: Float64Array.of(0, 10, 21, 33, 46, 60),
      },
      warnings: [],
    });
  });

  it.each<[string, string, WritableArray]>([
    ['(N, 1) doubles as sessions', 'session_index.npy', { data: sessions, shape: [units, 1] }],
    ['(1, N) small integers as sessions', 'session_index.npy', { data: sessions, shape: [1, units], dtype: '|u1' }],
    ['big-endian sessions', 'session_index.npy', { data: sessions, shape: [units], dtype: '>i4' }],
    ['integer channel locations', 'channel_locations.npy', { data: locations, shape: [4, 2], dtype: '<i4' }],
    ['(n, 1) spike times', 'spike_times/Unit0.npy', { data: spikes(0), shape: [10, 1] }],
    ['(1, n) big-endian spike times', 'spike_times/Unit0.npy', { data: spikes(0), shape: [1, 10], dtype: '>f8' }],
  ])('accepts %s', async (_, name, array) => {
    const expected = await loadDataset(folder);
    await replace(name, array);
    expect(await loadDataset(folder)).toEqual(expected);
  });

  it('takes spike times of any numeric type', async () => {
    const times = [3, 10, 250];
    for (const dtype of ['<i8', '<u8', '<i4', '<u2', '<f4', '|u1']) {
      await replace('spike_times/Unit2.npy', { data: times, shape: [3], dtype });
      const { spikeTrains } = await loadDataset(folder);
      expect([...spikeTrains.timesMs.subarray(spikeTrains.offsets[2], spikeTrains.offsets[3])], dtype).toEqual(times);
    }
  });

  it('reads Fortran order, written by hand', async () => {
    const header = "{'descr': '<f8', 'fortran_order': True, 'shape': (4, 2), }".padEnd(117) + '\n';
    const bytes = Buffer.concat([
      Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'),
      Buffer.from(header),
      Buffer.from(Float64Array.of(0, 0, 0, 0, 0, 20, 40, 60).buffer),
    ]);
    await writeFile(file('channel_locations.npy'), bytes);
    expect([...(await loadDataset(folder)).channelLocationsUm]).toEqual(locations);
  });

  it('keeps doubles, and takes integer waveforms as µV with a warning', async () => {
    const data = waveforms.map((value) => Math.round(100 * value));
    await replace('waveform_all.npy', { data, shape: [units, 4, 6], dtype: '<f8' });
    expect((await loadDataset(folder)).waveforms.data).toEqual(Float64Array.from(data));
    for (const dtype of ['<i2', '<i8']) {
      await replace('waveform_all.npy', { data, shape: [units, 4, 6], dtype });
      const dataset = await loadDataset(folder);
      expect(dataset.waveforms.data).toEqual(data);
      expect(dataset.warnings).toEqual([expect.stringContaining(`integers (type ${dtype}); they are taken as µV`)]);
    }
  });

  it('reads shanks, PETH and motion where they are needed', async () => {
    const peth = Float64Array.of(...Array.from({ length: 14 }, (_, i) => i), NaN);
    await replace('channel_shanks.npy', { data: [2, 2, 7, 7], shape: [4, 1], dtype: '<f4' });
    await replace('peth.npy', { data: peth, shape: [units, 3] });
    await replace('motion.npy', { data: [1, 2, 3], shape: [3] });
    const dataset = await loadDataset(folder, { peth: true, motionFile: file('motion.npy') });
    expect(dataset.channelShanks).toEqual(Int32Array.of(2, 2, 7, 7));
    expect(dataset.peth).toEqual({ data: peth, shape: [units, 3] });
    expect(dataset.motion).toEqual({ linear: new Float64Array(3), constantUm: Float64Array.of(1, 2, 3) });
    const { facts } = await check({ peth: true });
    expect(facts).toEqual({ units, channels: 4, samples: 6, sessions: 3, shanks: [2, 7], spikes: 60, pethBins: 3 });
    const without = await loadDataset(folder);
    expect(without.peth).toBeUndefined();
    expect(without.motion).toBeUndefined();
  });

  it.each<[number[], number[], number[], number[]]>([
    // shape, values, linear, constant
    [[3], [1, 2, 3], [0, 0, 0], [1, 2, 3]],
    [
      [1, 3],
      [1, 2, 3],
      [0, 0, 0],
      [1, 2, 3],
    ],
    [
      [3, 1],
      [1, 2, 3],
      [0, 0, 0],
      [1, 2, 3],
    ],
    [
      [2, 3],
      [4, 5, 6, 1, 2, 3],
      [4, 5, 6],
      [1, 2, 3],
    ],
    [
      [3, 2],
      [4, 1, 5, 2, 6, 3],
      [4, 5, 6],
      [1, 2, 3],
    ],
    [[2], [1, 2], [0, 0], [1, 2]],
    [
      [1, 2],
      [1, 2],
      [0, 0],
      [1, 2],
    ],
    [
      [2, 2],
      [4, 1, 5, 2],
      [4, 5],
      [1, 2],
    ],
    [[1], [1], [0], [1]],
    [[1, 2], [4, 1], [4], [1]],
    [[2, 1], [4, 1], [4], [1]],
  ])('reads motion of shape %j: %j', async (shape, data, linear, constant) => {
    const count = constant.length;
    const data2 = sessions.map((session) => Math.min(session, count));
    await replace('session_index.npy', { data: data2, shape: [units] });
    await replace('motion.npy', { data, shape });
    const { motion } = await loadDataset(folder, { motionFile: file('motion.npy') });
    expect(motion).toEqual({ linear: Float64Array.from(linear), constantUm: Float64Array.from(constant) });
  });

  it('reads the reference data', async () => {
    const shanks = await loadDataset(join(fixtures, 'mini-multi-shank/data'));
    expect(shanks.waveforms.shape).toEqual([93, 80, 32]);
    expect(new Set(shanks.channelShanks)).toEqual(new Set([1, 2, 3, 4]));
    const mini = await loadDataset(join(fixtures, 'mini-default/data'), { peth: true });
    expect(mini.peth!.shape).toEqual([50, 200]);
    const unit7 = await readNpy(join(fixtures, 'mini-default/data/spike_times/Unit7.npy'), { as: 'float64' });
    expect(mini.spikeTrains.timesMs.slice(mini.spikeTrains.offsets[7], mini.spikeTrains.offsets[8])).toEqual(
      unit7.data,
    );
    expect(mini.warnings).toEqual([]);
  });

  it('names everything that is wrong in one error', async () => {
    await rm(file('session_index.npy'));
    await replace('channel_locations.npy', { data: locations.slice(2), shape: [3, 2] });
    await rm(file('spike_times/Unit3.npy'));
    await expect(loadDataset(folder, { peth: true })).rejects.toMatchObject({
      code: 'DANT_DATA',
      message: [
        `The data in ${folder} cannot be used:`,
        '- session_index.npy: there is no such file.',
        '- channel_locations.npy: expected 4 channels, as many as in waveform_all.npy, but found 3.',
        '- peth.npy: there is no such file, but PETH is among the features. Add the file, or remove "PETH" from ' +
          'motionEstimation.features and clustering.features.',
        '- spike_times: expected a file for each of the 5 units but Unit3.npy is missing.',
      ].join('\n'),
    });
  });

  it('stops when aborted, also in the middle, and tells how far it is', async () => {
    const reason = new Error('enough');
    await expect(loadDataset(folder, {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const shares: number[] = [];
    const onProgress = (share: number) => {
      shares.push(share);
      if (share > 0) controller.abort(reason);
    };
    await expect(loadDataset(folder, {}, { signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect(Math.max(...shares)).toBeLessThan(1);
  });
});

describe('checkDataset', () => {
  const nan = (at: number) => waveforms.map((value, i) => (i === at ? NaN : value));
  const shape = [units, 4, 6];

  it.each<[string, string, WritableArray | undefined, RegExp]>([
    ['no waveforms', 'waveform_all.npy', undefined, /^waveform_all.npy: there is no such file/],
    [
      'waveforms of two axes',
      'waveform_all.npy',
      { data: waveforms, shape: [units, 24] },
      /\(units, channels, samples\) but found \(5, 24\)/,
    ],
    ['waveforms without units', 'waveform_all.npy', { data: [], shape: [0, 4, 6] }, /at least one unit/],
    [
      'swapped axes',
      'waveform_all.npy',
      { data: waveforms, shape: [units, 6, 4] },
      /channels and samples seem to be swapped/,
    ],
    [
      'NaN in waveforms',
      'waveform_all.npy',
      { data: nan(3 * 24 + 5), shape },
      /^waveform_all.npy: Unit 3 has NaN or infinite/,
    ],
    [
      'infinite waveforms',
      'waveform_all.npy',
      { data: waveforms.map(() => -Infinity), shape },
      /Units 0, 1, 2, 3 and 4 have/,
    ],
    ['text as waveforms', 'waveform_all.npy', { data: ['a'], shape: [1, 1, 1] }, /expected numbers but found type <U1/],
    ['truth values as sessions', 'session_index.npy', { data: [1, 1, 1, 1, 1], shape: [5], dtype: '|b1' }, /type \|b1/],
    [
      'transposed locations',
      'channel_locations.npy',
      { data: locations, shape: [2, 4] },
      /\(channels, 2\).*Save its transpose/,
    ],
    [
      'three coordinates',
      'channel_locations.npy',
      { data: Array(12).fill(1) as number[], shape: [4, 3] },
      /but found \(4, 3\)/,
    ],
    [
      'fewer locations than channels',
      'channel_locations.npy',
      { data: locations.slice(2), shape: [3, 2] },
      /expected 4 channels.* found 3/,
    ],
    [
      'a location that is NaN',
      'channel_locations.npy',
      { data: [0, 0, NaN, 1, 0, 2, 0, 3], shape: [4, 2] },
      /channel 1 is NaN/,
    ],
    [
      'sessions of another number of units',
      'session_index.npy',
      { data: [1, 2, 3, 1], shape: [4] },
      /expected 5 units.* found 4/,
    ],
    [
      'a session gap',
      'session_index.npy',
      { data: [1, 2, 4, 1, 4], shape: [5] },
      /no unit is of session 3; found 1, 2 and 4/,
    ],
    [
      'dates as sessions',
      'session_index.npy',
      { data: [20240101, 20240102, 20240103, 20240101, 20240101], shape: [5] },
      /of session 1; found 20240101/,
    ],
    ['a session 0', 'session_index.npy', { data: [0, 1, 2, 0, 1], shape: [5] }, /the smallest one here is 0/],
    ['a negative session', 'session_index.npy', { data: [-1, 1, 2, 1, 1], shape: [5] }, /the smallest one here is -1/],
    [
      'half a session',
      'session_index.npy',
      { data: [1, 1.5, 2, 1, 1], shape: [5] },
      /element 1 is 1.5; expected integers/,
    ],
    ['a session that is NaN', 'session_index.npy', { data: [1, NaN, 2, 1, 1], shape: [5] }, /element 1 is NaN/],
    [
      'a matrix of sessions',
      'session_index.npy',
      { data: [1, 2, 3, 4], shape: [2, 2] },
      /shape \(n,\).*but found shape \(2, 2\)/,
    ],
    [
      'shanks of other channels',
      'channel_shanks.npy',
      { data: [1, 1, 2], shape: [3] },
      /expected 4 channels.* found 3/,
    ],
    ['half a shank', 'channel_shanks.npy', { data: [1, 1, 1, 0.5], shape: [4] }, /element 3 is 0.5/],
    [
      'NaN spike times',
      'spike_times/Unit2.npy',
      { data: [1, NaN], shape: [2] },
      /^spike_times: Unit 2: NaN or infinite spike times/,
    ],
    ['infinite spike times', 'spike_times/Unit4.npy', { data: [1, Infinity], shape: [2] }, /Unit 4: NaN or infinite/],
    [
      'a matrix of spike times',
      'spike_times/Unit4.npy',
      { data: [1, 2, 3, 4], shape: [2, 2] },
      /^spike_times\/Unit4.npy: expected a list of numbers/,
    ],
    ['a missing unit', 'spike_times/Unit4.npy', undefined, /each of the 5 units but Unit4.npy is missing/],
  ])('refuses %s', async (_, name, array, message) => {
    if (array) await replace(name, array);
    else await rm(file(name));
    const { problems } = await check();
    expect(problems).toEqual([expect.stringMatching(message)]);
    await expect(loadDataset(folder)).rejects.toThrow(message.source.startsWith('^') ? `- ${problems[0]!}` : message);
  });

  it.each<[string, WritableArray, RegExp]>([
    ['PETH of other units', { data: [1, 2, 3], shape: [3, 1] }, /^peth.npy: expected 5 units.* found 3/],
    ['PETH of one axis', { data: [1, 2, 3, 4, 5], shape: [5] }, /expected shape \(units, bins\) but found \(5,\)/],
    ['PETH without bins', { data: [], shape: [5, 0] }, /but found \(5, 0\)/],
    ['infinite PETH', { data: [1, NaN, 3, Infinity, 5], shape: [5, 1] }, /Unit 3: infinite values/],
  ])('refuses %s', async (_, array, message) => {
    await replace('peth.npy', array);
    expect((await check({ peth: true })).problems).toEqual([expect.stringMatching(message)]);
    expect((await check()).problems).toEqual([]);
  });

  it.each<[string, WritableArray | undefined, RegExp]>([
    ['a missing motion file', undefined, /motion.npy: there is no such file/],
    ['motion of other sessions', { data: [1, 2], shape: [2] }, /motion of 3 sessions, .* found shape \(2,\)/],
    ['motion of three axes', { data: [1, 2, 3], shape: [1, 1, 3] }, /found shape \(1, 1, 3\)/],
    ['motion in one list', { data: [1, 2, 3, 4, 5, 6], shape: [6] }, /found shape \(6,\)/],
    ['motion that is NaN', { data: [1, NaN, 3], shape: [3] }, /found NaN/],
  ])('refuses %s', async (_, array, message) => {
    if (array) await replace('motion.npy', array);
    expect((await check({ motionFile: file('motion.npy') })).problems).toEqual([expect.stringMatching(message)]);
  });

  it('names a file that is cut off or holds pickled objects, and unreadable spike files only a few times', async () => {
    await truncate(file('waveform_all.npy'), 300);
    const pickled = (await readFile(file('session_index.npy'))).toString('latin1').replace("'<i8'", "'|O' ");
    await writeFile(file('session_index.npy'), pickled, 'latin1');
    for (let unit = 0; unit < units; unit++) await truncate(file(`spike_times/Unit${unit}.npy`), 10 + unit);
    expect((await check()).problems).toEqual([
      expect.stringMatching(/^session_index.npy: .*pickled Python objects/),
      expect.stringMatching(/^waveform_all.npy: the file is cut off/),
    ]);
    await replace('session_index.npy', { data: [1, 1, 1, 1, 1, 1, 1], shape: [7] });
    for (const unit of [5, 6]) await writeFile(file(`spike_times/Unit${unit}.npy`), 'x');
    expect((await check()).problems.slice(1)).toEqual([
      ...[0, 1, 2, 3, 4].map((unit) => expect.stringMatching(`^spike_times/Unit${unit}.npy: `) as unknown),
      'spike_times: 2 more files like these.',
    ]);
  });

  it('names a missing spike folder', async () => {
    await rm(file('spike_times'), { recursive: true });
    expect((await check()).problems).toEqual(['spike_times: there is no such folder, or it cannot be read.']);
  });

  it('sees that units are counted from 1', async () => {
    await cp(file('spike_times/Unit0.npy'), file('spike_times/Unit5.npy'));
    await rm(file('spike_times/Unit0.npy'));
    expect((await check()).problems).toEqual([
      expect.stringMatching(/Unit0.npy is missing. The first unit is number 0/),
    ]);
  });

  it('warns of what is odd but can be used', async () => {
    await replace('channel_locations.npy', { data: [0, 0, 0, 20, 0, 20, 0, 0], shape: [4, 2] });
    await replace('spike_times/Unit1.npy', { data: [], shape: [0] });
    await replace('spike_times/Unit2.npy', { data: [5, -3, 7], shape: [3] });
    await replace('spike_times/Unit3.npy', { data: [], shape: [0, 1], dtype: '<i8' });
    await replace('spike_times/Unit5.npy', { data: [1], shape: [1] });
    await replace('spike_times/Unit17.npy', { data: [1], shape: [1] });
    await writeFile(file('spike_times/notes.txt'), '');
    await writeFile(file('my_notes.txt'), '');
    expect(await check()).toMatchObject({
      problems: [],
      warnings: [
        'channel_locations.npy has channels at the same position: 1 = 2 and 0 = 3.',
        'spike_times: there are 5 units; Unit5.npy and Unit17.npy will not be used.',
        'Units 1 and 3 have no spikes, hence no autocorrelogram and no ISI histogram to compare.',
        "Unit 2 has negative spike times; times count from each unit's first spike.",
      ],
    });
    const { spikeTrains } = await loadDataset(folder);
    expect([...spikeTrains.offsets]).toEqual([0, 10, 10, 13, 13, 27]);
    expect([...spikeTrains.timesMs.subarray(10, 13)]).toEqual([5, -3, 7]);
  });

  it('warns of spike times in seconds', async () => {
    const data = Array.from({ length: 3000 }, (_, i) => i * 0.9);
    for (let unit = 0; unit < units; unit++) await replace(`spike_times/Unit${unit}.npy`, { data, shape: [3000] });
    expect((await check()).warnings).toEqual([expect.stringContaining('are these in seconds?')]);
  });

  it('accepts one unit and one session, and says that there is nothing to match', async () => {
    await replace('waveform_all.npy', { data: waveforms.subarray(0, 24), shape: [1, 4, 6] });
    await replace('session_index.npy', { data: [1], shape: [] });
    for (let unit = 1; unit < units; unit++) await rm(file(`spike_times/Unit${unit}.npy`));
    expect(await check()).toEqual({
      problems: [],
      warnings: ['All units are of one session: there is nothing to match.'],
      facts: { units: 1, channels: 4, samples: 6, sessions: 1, spikes: 10 },
    });
    expect((await loadDataset(folder)).sessionCount).toBe(1);
  });

  it('says that a folder is missing', async () => {
    expect((await checkDataset(file('nowhere'))).problems).toEqual(['There is no such folder.']);
    expect((await checkDataset(file('session_index.npy'))).problems.join()).toMatch(/^This is a file/);
    await expect(loadDataset(file('nowhere'))).rejects.toThrow(/nowhere cannot be used:\n- There is no such folder/);
  });
});

describe('datasetRequirements', () => {
  it('follows from the features and the motion file', () => {
    const requirements = (features: string, motion: string) =>
      datasetRequirements(
        completeSettings({
          method: 'reference',
          motionEstimation: { features: [['Waveform']] },
          clustering: { features: [features as 'PETH'] },
          waveformCorrection: { path_to_motion: motion },
        }).settings,
      );
    expect(requirements('PETH', '')).toEqual({ peth: true, comparesPeths: true, motionFile: undefined });
    expect(requirements('ISI', '/a/motion.npy')).toEqual({ peth: false, comparesPeths: true, motionFile: '/a/motion.npy' });
  });
});

describe.skipIf(!existsSync(realFixtures))('files of real sorters', () => {
  it('are read with their odd shapes, types and axis order', async () => {
    const phy = (name: string) => readNpy(join(realFixtures, 'phy-template', name), { as: 'float64' });
    const times = await phy('spike_times.npy');
    expect(times).toMatchObject({ shape: [314, 1], dtype: '<u8' });
    expect(times.data.every((time, i) => i === 0 || time >= times.data[i - 1]!)).toBe(true);
    expect((await phy('templates.npy')).shape).toEqual([64, 82, 32]);
    // Fortran order in the file: whitening × its inverse is the identity only if the axes are right.
    const [w, inverse] = await Promise.all([phy('whitening_mat.npy'), phy('whitening_mat_inv.npy')]);
    for (let i = 0; i < 32; i++) {
      for (let j = 0; j < 32; j++) {
        let sum = 0;
        for (let k = 0; k < 32; k++) sum += w.data[i * 32 + k]! * inverse.data[k * 32 + j]!;
        expect(sum).toBeCloseTo(i === j ? 1 : 0, 4);
      }
    }
  });

  it('give channel positions in µm', async () => {
    const path = join(realFixtures, 'ks25-five-days/D1/channel_positions.npy');
    await cp(path, file('channel_locations.npy'));
    await replace('waveform_all.npy', { data: new Float32Array(units * 95 * 6), shape: [units, 95, 6] });
    const { channelLocationsUm } = await loadDataset(folder);
    const xs = channelLocationsUm.filter((_, i) => i % 2 === 0);
    const ys = channelLocationsUm.filter((_, i) => i % 2 === 1);
    // A Neuropixels shank: few columns, many rows 15 or 20 µm apart.
    expect(new Set(xs).size).toBeLessThanOrEqual(4);
    expect(Math.max(...ys) - Math.min(...ys)).toBeGreaterThan(500);
  });
});

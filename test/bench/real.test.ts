import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { logIntervalHistograms } from '../../lib/evidence/intervals.js';
import { loadDataset, readNpz, writeNpy, type Dataset, type NdArray } from '../../lib/index.js';

const archive = fileURLToPath(new URL('../../../shared/real', import.meta.url));
const program = fileURLToPath(new URL('../../bench/accuracy.mjs', import.meta.url));
const module = (name: string) => import(new URL(`../../bench/accuracy/${name}.mjs`, import.meta.url).href);

interface Share {
  sessionPairs: number;
  matches: number;
  share: number;
}
interface Measures {
  same: Share;
  strangers: Share;
  pairs: { name: string; areStrangers: boolean; matches: number; displacementUm: number; atDisplacement: number }[];
  isi: { auc: number; matched: number; medianMatched: number; medianNeighbours: number };
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dant-real-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.skipIf(!existsSync(archive))('real sessions (of ../shared/real)', () => {
  const sessions = ['T223_2019_12_02_bank0', 'T223_2019_12_05_bank0', 'T224_2020_01_16'];
  let data: string;
  let animals: string[];
  let dataset: Dataset;
  beforeAll(async () => {
    const { buildRealSet } = (await module('real_data')) as {
      buildRealSet: (archive: string, sessions: string[], folder: string) => Promise<string[]>;
    };
    data = join(folder, 'data');
    animals = await buildRealSet(archive, sessions, data);
    dataset = await loadDataset(data);
  });

  it('become the data folder that their own build.py makes', () => {
    const { waveforms, spikeTrains, sessions: sessionOf } = dataset;
    expect(waveforms.shape).toEqual([333, 384, 32]);
    expect([0, 98, 169].map((unit) => [sessionOf[unit], animals[unit]])).toEqual([
      [1, 'T223'],
      [2, 'T223'],
      [3, 'T224'],
    ]);
    const sum = (of: (value: number) => number) =>
      Array.from(waveforms.data, Number).reduce((total, value) => total + of(value), 0);
    expect(sum((value) => value)).toBeCloseTo(-551716.939, 1);
    expect(sum(Math.abs)).toBeCloseTo(4040405.509, 1);
    const samples = (unit: number, channel: number, from: number) =>
      Array.from(waveforms.data.subarray((unit * 384 + channel) * 32 + from).subarray(0, 4));
    const expectClose = (found: number[], wanted: number[]) => {
      found.forEach((value, k) => {
        expect(value).toBeCloseTo(wanted[k]!, 4);
      });
    };
    expectClose(samples(3, 4, 10), [-5.7, -44.8, -56.4, -55.9]);
    // A site that the sorter dropped
    expectClose(samples(100, 11, 8), [-4.107978, 2.028462, 5.927795, 7.310953]);
    // Of 61 samples, cut to 32
    expectClose(samples(300, 96, 10), [-58.65, -63.7, -58.7, -49.75]);
    expect(spikeTrains.timesMs.length).toBe(350666 + 164109 + 139794);
  });

  it('are measured as their own evaluate_real.py does', async () => {
    // The lowest 60 units of each session by their peak channel are matched in that order, whatever they are.
    const { waveforms, sessions: sessionOf, channelLocationsUm, spikeTrains } = dataset;
    const peaks = Array.from(sessionOf, (_, unit) => peakChannel(waveforms, unit));
    const depth = (unit: number) => channelLocationsUm[2 * peaks[unit]! + 1]!;
    const clusters = new Int32Array(333).fill(-1);
    for (const session of [1, 2, 3]) {
      const units = [...sessionOf.keys()].filter((unit) => sessionOf[unit] === session);
      units.sort((a, b) => depth(a) - depth(b) || a - b);
      units.slice(0, 60).forEach((unit, k) => (clusters[unit] = k + 1));
    }
    const output = join(folder, 'result');
    await mkdir(output);
    const locations = Float64Array.from({ length: 3 * 333 }, (_, k) =>
      k % 3 === 2 ? 0 : channelLocationsUm[2 * peaks[Math.floor(k / 3)]! + (k % 3)]!,
    );
    await writeNpy(join(output, 'IdxCluster.npy'), { data: clusters, shape: [333] });
    await writeNpy(join(output, 'locations.npy'), { data: locations, shape: [333, 3] });
    const { measureReal } = (await module('real')) as { measureReal: (of: object) => Promise<Measures> };
    const intervals = logIntervalHistograms(spikeTrains);
    const { same, strangers, pairs, isi } = await measureReal({ set: 'three', data, output, animals, intervals });
    expect(same).toMatchObject({ sessionPairs: 1, matches: 60, share: 60 / 71 });
    expect(strangers).toMatchObject({ sessionPairs: 2, matches: 120, share: 120 / 169 });
    expect(pairs.map((pair) => [pair.name, pair.areStrangers, pair.atDisplacement, pair.displacementUm])).toEqual([
      ['1-2', false, 13, 16],
      ['1-3', true, 5, -238],
      ['2-3', true, 3, -180],
    ]);
    expect(isi).toMatchObject({ matched: 29 });
    expect([isi.medianMatched, isi.medianNeighbours, isi.auc].map((value) => value.toFixed(3))).toEqual([
      '0.405',
      '0.396',
      '0.513',
    ]);
  });

  it('are tracked by both methods, and nothing is left behind', async () => {
    const scratch = await mkdtemp(join(folder, 'scratch-'));
    const json = join(folder, 'real.json');
    const { code, stdout, stderr } = await accuracy(scratch, '--real', archive, '--only', 'T223', '--json', json);
    expect(code).toBe(0);
    expect(stderr).toMatch(/T223 probabilistic: [\d.]+ s\nT223 reference: [\d.]+ s/);
    expect(stdout).toMatch(/^\| T223 \| +probabilistic \| +[01]\.\d{3} \|/m);
    // pyDANT finds no match in it either.
    expect(stdout).toMatch(/^\| T223 \| +reference \| +0\.000 \| +0\.000 \|/m);
    expect(stdout).toContain('- T223 reference, matches by pair of sessions: none');
    expect((JSON.parse(await readFile(json, 'utf8')) as { results: unknown[] }).results).toHaveLength(2);
    expect(await readdir(scratch)).toEqual([]);
  });

  it('are refused where they are not, and by names that they do not have', async () => {
    const unknown = await accuracy(folder, '--real', archive, '--only', 'T999');
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toMatch(/^--only: expected some of T181, .*; found T999\.\n$/);
    expect((await accuracy(folder, '--real', folder)).stderr).toContain('sets.json');
  });
});

function peakChannel({ data }: NdArray, unit: number): number {
  let best = { range: -1, channel: 0 };
  for (let channel = 0; channel < 384; channel++) {
    const row = Array.from(data.subarray((unit * 384 + channel) * 32, (unit * 384 + channel + 1) * 32), Number);
    const range = Math.max(...row) - Math.min(...row);
    if (range > best.range) best = { range, channel };
  }
  return best.channel;
}

function accuracy(scratch: string, ...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, TMPDIR: scratch };
    execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

const foreign = fileURLToPath(new URL('../../../shared/foreign', import.meta.url));

describe.skipIf(!existsSync(join(foreign, 'sorted')))('recordings through a real sorter (of ../shared/foreign)', () => {
  it('are scored as their own score_sorted.py does', async () => {
    const { scoreSorted, foreignRecordings } = (await module('foreign')) as {
      scoreSorted: (data: string, output: string, truth: object) => Promise<Record<string, number>>;
      foreignRecordings: (folder: string) => string[];
    };
    const [data] = foreignRecordings(foreign);
    const truth = await readNpz(join(data!, 'truth.npz'));
    const neuron = Array.from(truth.neuron!.data as ArrayLike<number | bigint>, Number);
    // Of each three units one lies in some other cluster.
    const clusters = neuron.map((one, unit) => (unit % 3 === 0 ? 1000 + (unit % 7) : one < 0 ? -1 : one + 1));
    const output = await mkdtemp(join(folder, 'sorted-'));
    await writeNpy(join(output, 'IdxCluster.npy'), { data: Int32Array.from(clusters), shape: [clusters.length] });
    const score = await scoreSorted(data!, output, truth);
    expect(score).toEqual({
      units: 198,
      mixtures: 74,
      truePairs: 121,
      wrongPairs: 101,
      precision: 58 / 159,
      recall: 58 / 121,
      matchedUnits: 145 / 198,
      mixtureMatches: 127,
    });
  });

  it('are refused where there are none', async () => {
    expect((await accuracy(folder, '--foreign', archive)).stderr).toMatch(/expected folders with a truth\.npz/);
  });
});

describe('what is expected of recorded sets', async () => {
  const { judgeRecorded } = (await module('recorded_goals')) as {
    judgeRecorded: (results: object[]) => { what: string; found: string; passed: boolean; missed: boolean }[];
  };
  const { wrongByStrangers } = (await module('real')) as {
    wrongByStrangers: (result: object) => { measured: number; most: number } | undefined;
  };
  const verdict = (result: object) => judgeRecorded([result]).map(({ passed }) => passed);

  it('is judged by set and method, and a failure passes nothing', () => {
    const strangers = (share: number) => ({ set: 'strangers', method: 'probabilistic', strangers: { share } });
    expect(verdict(strangers(0.009))).toEqual([true]);
    expect(verdict(strangers(0.011))).toEqual([false]);
    expect(verdict({ set: 'T223', method: 'reference', matchedUnits: 0.04 })).toEqual([false]);
    expect(verdict({ set: 'T223', method: 'reference', error: 'stopped' })).toEqual([false]);
    // Nothing measured is not good enough.
    expect(verdict({ set: 'strangers', method: 'reference' })).toEqual([false]);
    const templates = { set: 'noisy-7', method: 'probabilistic', truePairs: 9, precision: 0.985, recall: 0.9 };
    expect(verdict(templates)).toEqual([false, true]);
    expect(verdict({ ...templates, set: 'faults-7' })).toEqual([true, true]);
    expect(verdict({ set: 'control-1', method: 'probabilistic', truePairs: 0, matchedUnits: 0.02 })).toEqual([false]);
  });

  it('counts matches with strangers against those within an animal', () => {
    const same = { matches: 50, share: 0.2 };
    const two = wrongByStrangers({ same, strangers: { matches: 2, units: 1000 } })!;
    expect(two.measured).toBeCloseTo(0.01, 12);
    // Exact bound of a count of 2: 7.225 (Garwood 1936); of 0: 3.689.
    expect(two.most).toBeCloseTo(0.2 ** -1 * 0.007225, 3);
    expect(wrongByStrangers({ same, strangers: { matches: 0, units: 1000 } })!.most).toBeCloseTo(0.018445, 3);
    expect(wrongByStrangers({ same, strangers: { matches: 900, units: 1000 } })!.measured).toBe(1);
    expect(wrongByStrangers({ same, strangers: undefined })).toBeUndefined();
  });
});

// The files that only the probabilistic method writes: content, shapes, types, and that they say the same as each other.
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readNpy, simulate, track, type TrackResult } from '../../lib/index.js';
import { readMotions } from '../../lib/results/read_motions.js';
import { ResultFolder } from '../../lib/results/result_folder.js';
import { probabilistic } from '../groups.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dant-match-files-'));
});
afterAll(() => rm(folder, { recursive: true }));

const outputs = { figures: false, report: false };
const ownFiles = [
  'MatchProbabilityPairs',
  'MatchProbability',
  'MatchedProbability',
  'ClusterConfidence',
  'FalsePositiveRate',
  'SplitCandidates',
  'ContaminatedUnits',
  'Connections',
  'ScoreCounts',
  'motion_component',
  'motion_quadratic',
];

interface Table {
  data: Float64Array;
  shape: readonly number[];
  dtype: string;
}

async function read(place: string, name: string): Promise<Table> {
  const file = join(place, `${name}.npy`);
  const { dtype } = await readNpy(file);
  const { data, shape } = await readNpy(file, { as: 'float64' });
  return { data, shape, dtype };
}

const pairsOf = ({ data, shape }: Table) =>
  Array.from({ length: shape[0]! }, (_, p): [number, number] => [data[2 * p]!, data[2 * p + 1]!]);

/** What must hold in the folder of the whole run and in that of each shank alike. */
async function expectConsistent(place: string, sessions: ArrayLike<number>): Promise<void> {
  const units = sessions.length;
  const clusters = (await read(place, 'IdxCluster')).data;
  const clusterCount = clusters.reduce((most, id) => Math.max(most, id), 0);

  const nearby = await read(place, 'MatchProbabilityPairs');
  const probability = await read(place, 'MatchProbability');
  expect([nearby.dtype, probability.dtype]).toEqual(['<i8', '<f8']);
  expect(nearby.shape).toEqual([probability.data.length, 2]);
  expect(probability.shape).toEqual([probability.data.length]);
  const pairs = pairsOf(nearby);
  expect(pairs.every(([i, j]) => i >= 0 && i < j && j < units)).toBe(true);
  expect(new Set(pairs.map(([i, j]) => i * units + j)).size).toBe(pairs.length);
  expect(probability.data.every((p) => p >= 0 && p <= 1)).toBe(true);

  const matches = pairsOf(await read(place, 'MatchedPairs'));
  const matched = await read(place, 'MatchedProbability');
  expect(matched).toMatchObject({ dtype: '<f8', shape: [matches.length] });
  expect(matched.data.every((p) => p >= 0 && p <= 1)).toBe(true);
  const confidenceOf = (id: number) => {
    const ofCluster = matched.data.filter((_, m) => {
      const [i, j] = matches[m]!;
      return clusters[i] === id && sessions[i] !== sessions[j];
    });
    return ofCluster.reduce((sum, p) => sum + p, 0) / ofCluster.length;
  };

  const contaminated = await read(place, 'ContaminatedUnits');
  expect(contaminated).toMatchObject({ dtype: '<i8', shape: [contaminated.data.length] });
  for (const unit of contaminated.data) expect(clusters[unit]).toBe(-1);

  const connections = await read(place, 'Connections');
  expect(connections).toMatchObject({ dtype: '<f8', shape: [connections.data.length / 8, 8] });
  const between = matches.filter(([i, j]) => sessions[i] !== sessions[j]).length;
  let counted = 0;
  for (let row = 0; row < connections.data.length; row += 8) {
    const [, a, b, connected, displacement, chance, count] = connections.data.subarray(row, row + 8);
    expect(a).toBeLessThan(b!);
    expect(Number.isNaN(displacement)).toBe(connected === 0);
    expect(chance! >= 0 && chance! <= 1).toBe(true);
    if (connected === 0) expect(count).toBe(0);
    counted += count!;
  }
  expect(counted).toBe(between);

  const counts = await read(place, 'ScoreCounts');
  expect(counts).toMatchObject({ dtype: '<f8', shape: [40, 3] });
  expect(counts.data.filter((_, k) => k % 3 === 1).reduce((sum, value) => sum + value, 0)).toBe(pairs.length);

  const confidence = await read(place, 'ClusterConfidence');
  confidence.data.forEach((value, k) => {
    expect(value).toBeCloseTo(confidenceOf(k + 1), 6);
  });
  expect(confidence).toMatchObject({ dtype: '<f8', shape: [clusterCount] });
  expect(confidence.data.every((value) => value > 0 && value <= 1)).toBe(true);

  const split = await read(place, 'SplitCandidates');
  expect(split.dtype).toBe('<i8');
  expect(split.shape).toEqual([split.data.length / 2, 2]);
  for (const [i, j] of pairsOf(split)) expect(sessions[i]).toBe(sessions[j]);
  // Pairs of one session are in no other list.
  expect(pairs.every(([i, j]) => sessions[i] !== sessions[j])).toBe(true);
}

/** Expected share of wrong pairs, from the confidence of the clusters: pairs of different sessions count. */
async function expectedFalsePositives(
  place: string,
  sessions: ArrayLike<number>,
  counts: (unit: number) => boolean = () => true,
): Promise<number> {
  const clusters = (await read(place, 'IdxCluster')).data;
  const confidence = (await read(place, 'ClusterConfidence')).data;
  let pairs = 0;
  let wrong = 0;
  clusters.forEach((id, i) => {
    clusters.subarray(0, i).forEach((other, j) => {
      if (id < 1 || id !== other || sessions[i] === sessions[j] || !counts(i)) return;
      pairs++;
      wrong += 1 - confidence[id - 1]!;
    });
  });
  return wrong / pairs;
}

describe('files of the probabilistic method', () => {
  let data: string;
  let output: string;
  let result: TrackResult;
  let sessions: Float64Array;
  beforeAll(async () => {
    data = join(folder, 'data');
    output = join(folder, 'result');
    const kind = { channels: 96, neurons: 60, sessions: 5, durationS: 90, peth: false, seed: 8, splitFraction: 0.1 };
    await simulate(data, { ...kind, depthDriftUmPerMm: [0, 20, -20, 10, -10] });
    result = await track({ data, output, settings: { outputs, save_intermediate_results: false } });
    sessions = (await read(data, 'session_index')).data;
  });

  it('are all there, although large arrays are not saved, and agree with each other', async () => {
    const files = await readdir(output);
    for (const name of ownFiles) expect(files).toContain(`${name}.npy`);
    expect(files).not.toContain('SimilarityMatrix.npy');
    await expectConsistent(output, sessions);
  });

  it('say what the result says', async () => {
    const { model, nearbyPairs, motion } = probabilistic(result.groups[0]);
    expect((await read(output, 'MatchProbabilityPairs')).data).toEqual(Float64Array.from(nearbyPairs));
    const probability = (await read(output, 'MatchProbability')).data;
    expect(probability).toEqual(Float64Array.from(model.logOdds, (logOdds) => 1 / (1 + Math.exp(-logOdds))));
    expect((await read(output, 'ClusterConfidence')).data).toEqual(model.clusters.slice(1));
    const split = (await read(output, 'SplitCandidates')).data;
    expect(split).toEqual(Float64Array.from(model.splitCandidates));
    const rate = await read(output, 'FalsePositiveRate');
    expect(rate).toMatchObject({ dtype: '<f8', shape: [] });
    expect(rate.data[0]).toBe(model.falsePositiveRate);
    expect(rate.data[0]).toBeCloseTo(await expectedFalsePositives(output, sessions), 9);

    const component = await read(output, 'motion_component');
    expect(component).toMatchObject({ dtype: '<f8', shape: [5] });
    expect(component.data).toEqual(Float64Array.from(model.connections.component));
    expect((await read(output, 'motion_quadratic')).data).toEqual(motion.quadratic);
    const [stored] = await readMotions(new ResultFolder(output));
    expect(stored!.motion).toEqual(motion);
    expect(stored!.interval).toEqual(result.groups[0]!.motionInterval);
    const interval = await read(output, 'motion_constant_interval');
    motion.constantUm.forEach((value, s) => {
      expect(interval.data[2 * s]).toBeLessThan(value);
      expect(interval.data[2 * s + 1]).toBeGreaterThan(value);
    });
  });

  it('are not written by the method of the reference', async () => {
    const reference = join(folder, 'reference');
    const motionEstimation = { features: [['Waveform' as const, 'AutoCorr' as const]] };
    await track({ data, output: reference, settings: { method: 'reference', motionEstimation, outputs } });
    for (const name of ownFiles) expect(existsSync(join(reference, `${name}.npy`))).toBe(false);
    expect(existsSync(join(reference, 'IdxCluster.npy'))).toBe(true);
  });
});

describe('files of the probabilistic method, shank by shank', () => {
  let output: string;
  let result: TrackResult;
  let sessions: Float64Array;
  beforeAll(async () => {
    const data = join(folder, 'shanks');
    output = join(folder, 'shanks-result');
    const kind = { channels: 192, neurons: 100, sessions: 4, durationS: 60, peth: false, seed: 9, splitFraction: 0.05 };
    await simulate(data, { ...kind, probe: 'neuropixels-2.0-four-shank' });
    result = await track({ data, output, settings: { outputs } });
    sessions = (await read(data, 'session_index')).data;
  });

  it('agree with each other in the folder of the run and in that of each shank', async () => {
    expect(result.groups).toHaveLength(4);
    await expectConsistent(output, sessions);
    for (const { shank, units, model } of result.groups.map(probabilistic)) {
      const place = join(output, `Shank${shank!}`);
      await expectConsistent(
        place,
        Array.from(units, (unit) => sessions[unit]!),
      );
      expect((await read(place, 'ClusterConfidence')).data).toEqual(model.clusters.slice(1));
      expect((await read(place, 'FalsePositiveRate')).data[0]).toBe(model.falsePositiveRate);
      expect((await read(place, 'motion_component')).shape).toEqual([4]);
      expect((await read(place, 'motion_quadratic')).shape).toEqual([4]);
    }
  });

  it('hold the shanks one after the other, with the numbers of the whole recording', async () => {
    const shanks = (await read(output, 'unit_shanks')).data;
    const pairs = pairsOf(await read(output, 'MatchProbabilityPairs'));
    const probability = (await read(output, 'MatchProbability')).data;
    expect(pairs.every(([i, j]) => shanks[i] === shanks[j])).toBe(true);
    let at = 0;
    for (const { shank, units } of result.groups) {
      const place = join(output, `Shank${shank!}`);
      const own = pairsOf(await read(place, 'MatchProbabilityPairs'));
      expect(pairs.slice(at, at + own.length)).toEqual(own.map(([i, j]) => [units[i], units[j]]));
      expect(probability.subarray(at, at + own.length)).toEqual((await read(place, 'MatchProbability')).data);
      at += own.length;
    }
    expect(at).toBe(pairs.length);

    const rates = await read(output, 'FalsePositiveRate');
    expect(rates.shape).toEqual([4]);
    for (const [k, { shank }] of result.groups.entries()) {
      const expected = await expectedFalsePositives(output, sessions, (unit) => shanks[unit] === shank);
      expect(rates.data[k]).toBeCloseTo(expected, 9);
    }
    expect((await read(output, 'motion_component')).shape).toEqual([4, 4]);
    expect((await read(output, 'motion_quadratic')).shape).toEqual([4, 4]);
    const stored = await readMotions(new ResultFolder(output));
    expect(stored.map(({ motion }) => motion)).toEqual(result.groups.map(({ motion }) => motion));
    const connections = await read(output, 'Connections');
    expect(connections.shape).toEqual([24, 8]);
    expect([...connections.data.filter((_, k) => k % 8 === 0)]).toEqual(
      result.groups.flatMap(({ shank }) => Array.from({ length: 6 }, () => shank)),
    );
  });
});

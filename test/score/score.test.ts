import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { writeNpy } from '../../lib/files/npy_writer.js';
import { readNpz } from '../../lib/files/npz.js';
import { calibrationError, pooledBins } from '../../lib/score/confidence.js';
import { motionError } from '../../lib/score/motion.js';
import { scorePairs } from '../../lib/score/pairs.js';
import { scoreResult } from '../../lib/score/score.js';
import { Random } from '../../lib/random.js';
import { simulate } from '../../lib/simulate/simulate.js';
import { goldenSets } from '../golden.js';

// Three neurons in three sessions; the third is missing in the last one.
const neuron = [0, 1, 2, 0, 1, 2, 0, 1];
const session = [1, 1, 1, 2, 2, 2, 3, 3];

describe('scorePairs', () => {
  it('gives a perfect result its due', () => {
    expect(scorePairs([5, 9, 2, 5, 9, 2, 5, 9], neuron, session)).toEqual({
      truePairs: 7,
      foundPairs: 7,
      correctPairs: 7,
      precision: 1,
      recall: 1,
      f1: 1,
      trackableNeurons: 3,
      trackedNeurons: 3,
      wholeNeurons: 3,
    });
  });

  it('has no precision where nothing was found', () => {
    expect(scorePairs(Array<number>(8).fill(-1), neuron, session)).toEqual({
      truePairs: 7,
      foundPairs: 0,
      correctPairs: 0,
      precision: NaN,
      recall: 0,
      f1: 0,
      trackableNeurons: 3,
      trackedNeurons: 0,
      wholeNeurons: 0,
    });
  });

  it('has no recall where nothing could be found', () => {
    const score = scorePairs([-1, -1], [0, 1], [1, 2]);
    expect(score).toMatchObject({ truePairs: 0, recall: NaN, f1: NaN, trackableNeurons: 0 });
  });

  it('counts a wrong merge: the last unit of neuron 0 lies with neuron 1', () => {
    // Found: (0, 3) of neuron 0; 1, 4, 6, 7 of one cluster, of which 6 and 7 share a session: 5 pairs, 3 true; (2, 5).
    expect(scorePairs([1, 2, 3, 1, 2, 3, 2, 2], neuron, session)).toMatchObject({
      foundPairs: 7,
      correctPairs: 5,
      trackedNeurons: 3,
      wholeNeurons: 1,
    });
  });

  it('counts a neuron that fell apart: the last unit of neuron 0 is alone', () => {
    expect(scorePairs([1, 2, 3, 1, 2, 3, -1, 2], neuron, session)).toMatchObject({
      foundPairs: 5,
      correctPairs: 5,
      precision: 1,
      recall: 5 / 7,
      f1: 5 / 6,
      trackedNeurons: 3,
      wholeNeurons: 2,
    });
  });

  it('counts both parts of a split neuron, but no pair within a session', () => {
    // Neuron 0 has two units in session 1; the tracker matched one of them.
    expect(scorePairs([4, -1, 4], [0, 0, 0], [1, 1, 2])).toMatchObject({
      truePairs: 2,
      foundPairs: 1,
      recall: 0.5,
      wholeNeurons: 1,
    });
  });

  it('agrees with a look at every pair', () => {
    const random = new Random(1);
    const units = 300;
    const draw = (count: number) => Array.from({ length: units }, () => random.index(count));
    const neurons = draw(40);
    const sessions = draw(6);
    const clusters = draw(50).map((id, i) => (random.chance(0.5) ? neurons[i]! : id - 5));
    let truePairs = 0;
    let foundPairs = 0;
    let correctPairs = 0;
    for (let i = 0; i < units; i++) {
      for (let j = 0; j < i; j++) {
        if (sessions[i] === sessions[j]) continue;
        const isTrue = neurons[i] === neurons[j];
        const isFound = clusters[i]! >= 0 && clusters[i] === clusters[j];
        truePairs += Number(isTrue);
        foundPairs += Number(isFound);
        correctPairs += Number(isTrue && isFound);
      }
    }
    expect(scorePairs(clusters, neurons, sessions)).toMatchObject({ truePairs, foundPairs, correctPairs });
  });

  it('takes a fifth of the time of looking at every pair, for 20,000 units of 60 sessions', () => {
    const ids = Array.from({ length: 20_040 }, (_, i) => i % 334);
    const sessions = Array.from(ids, (_, i) => Math.floor(i / 334));
    const start = performance.now();
    const score = scorePairs(ids, ids, sessions);
    const scored = performance.now();
    let pairs = 0;
    for (let i = 0; i < ids.length; ++i) for (let j = 0; j < i; ++j) pairs += Number(ids[i] === ids[j]);
    expect(pairs).toBe((334 * 60 * 59) / 2);
    expect(scored - start).toBeLessThan((performance.now() - scored) / 5);
    expect(score.correctPairs).toBe((334 * 60 * 59) / 2);
  });
});

describe('motionError', () => {
  const motion = (constantUm: number[], linear = constantUm.map(() => 0)) => ({
    constantUm: Float64Array.from(constantUm),
    linear: Float64Array.from(linear),
  });

  it('ignores what is common to all sessions', () => {
    expect(motionError(motion([11, 8, 15]), motion([1, -2, 5]), [0, 900])).toEqual({
      rmsUm: 0,
      maxUm: 0,
      ends: [0, 900].map((depthUm) => ({ depthUm, rmsUm: 0, maxUm: 0 })),
    });
  });

  it('is the root mean square of the rest', () => {
    const error = motionError(motion([3, 0, 0]), motion([0, 0, 0]), [0, 900]);
    expect(error.rmsUm).toBeCloseTo(Math.sqrt(2), 12);
    expect(error.maxUm).toBe(2);
  });

  it('compares depth-dependent motion at both ends', () => {
    // 10 µm/mm in one of two sessions: nothing at depth 0, 10 µm at 1 mm, that is ± 5 about the mean.
    const error = motionError(motion([0, 0], [0, 10]), motion([0, 0]), [0, 1000]);
    expect(error.maxUm).toBeCloseTo(5, 12);
    expect(error.rmsUm).toBeCloseTo(Math.sqrt(25 / 2), 12);
    expect(error.ends[0]).toEqual({ depthUm: 0, rmsUm: 0, maxUm: 0 });
    expect(error.ends[1]!.rmsUm).toBeCloseTo(5, 12);
    // The same motion, given relative to another session and depth.
    const shifted = motionError(motion([4, 4], [-3, 7]), motion([0, 0], [0, 10]), [0, 1000]);
    expect(shifted.maxUm).toBeCloseTo(0, 12);
  });
});

describe('scoreResult', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dant-score-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const save = (name: string, values: number[], shape = [values.length]) =>
    writeNpy(join(folder, 'result', name), { data: Float64Array.from(values), shape });

  it('reads results of the reference', async () => {
    // Counted pair by pair with numpy.
    const expected: Record<string, [precision: number, recall: number]> = {
      'mini-default': [1, 49 / 50],
      'mini-linear-isi': [1, 38 / 48],
      'mini-multi-shank': [1, 52 / 66],
    };
    for (const { name, folder: set } of goldenSets.filter((golden) => golden.name in expected)) {
      const score = await scoreResult(join(set, 'expected'), join(set, 'data'));
      expect([score.precision, score.recall]).toEqual(expected[name]);
      expect(score.motion!.shanks.length).toBe(name === 'mini-multi-shank' ? 4 : 1);
      expect(score.motion!.rmsUm).toBeGreaterThan(0);
      expect(score.motion!.rmsUm).toBeLessThan(4);
    }
  });

  it('scores a simulated recording, shank by shank', async () => {
    const data = join(folder, 'data');
    const options = { neurons: 20, sessions: 2, presence: 1, channels: 64, durationS: 5, driftUm: [0, 8] };
    await simulate(data, { ...options, probe: 'neuropixels-2.0-four-shank' });
    await mkdir(join(folder, 'result'));
    await save('IdxCluster.npy', Array<number>(40).fill(-1));
    const noMotion = await scoreResult(join(folder, 'result'), data);
    expect(noMotion).toMatchObject({ units: 40, sessions: 2, truePairs: 20, recall: 0, motion: undefined });
    await save('motion_constant.npy', [-4, 4, -4, 4, -3, 3, 0, 0], [4, 2]);
    await save('motion_linear.npy', Array<number>(8).fill(0), [4, 2]);
    const { motion } = await scoreResult(join(folder, 'result'), data);
    expect(motion!.shanks.map(({ rmsUm }) => rmsUm)).toEqual([0, 0, 1, 4]);
    expect(motion!.rmsUm).toBeCloseTo(Math.sqrt(17 / 4), 12);
    expect(motion!.maxUm).toBe(4);
  });

  it('takes out what is common to connected sessions, and scores nothing that is not claimed', async () => {
    const data = join(folder, 'data');
    await simulate(data, {
      neurons: 3,
      sessions: 5,
      presence: 1,
      channels: 64,
      durationS: 5,
      driftUm: [0, 8, 50, 54, 0],
    });
    await mkdir(join(folder, 'result'));
    await save('IdxCluster.npy', Array<number>(15).fill(-1));
    // Right in sessions 1 and 2, 1 µm off on either side in 3 and 4, nothing known of 5.
    await save('motion_constant.npy', [-4, 4, -3, 3, 0]);
    await save('motion_linear.npy', [0, 0, 0, 0, 0]);
    await save('motion_component.npy', [0, 0, 2, 2, 4]);
    const { motion } = await scoreResult(join(folder, 'result'), data);
    expect(motion!.ends.map(({ rmsUm, maxUm }) => [rmsUm, maxUm])).toEqual([
      [Math.sqrt(0.5), 1],
      [Math.sqrt(0.5), 1],
    ]);
  });

  it('tells what the probabilities of a result are worth, shank by shank', async () => {
    const data = join(folder, 'data');
    await simulate(data, { neurons: 4, sessions: 2, presence: 1, channels: 16, driftUm: 0, durationS: 5 });
    await mkdir(join(folder, 'result'));
    const neurons = Array.from((await readNpz(join(data, 'truth.npz'))).neuron!.data as BigInt64Array, Number);
    const units = (neuron: number) => [neurons.indexOf(neuron), neurons.lastIndexOf(neuron)] as const;
    const perUnit = (first: number[], second: number[]) =>
      neurons.map((neuron, unit) => (unit < 4 ? first : second)[neuron]!);
    // Neurons 0 … 3 in each session. Found: 0 and 1 rightly, on one shank; the others crossed, on another.
    await save('IdxCluster.npy', perUnit([1, 2, 3, 4], [1, 2, 4, 3]));
    await save('unit_shanks.npy', perUnit([2, 2, 7, 7], [2, 2, 7, 7]));
    const nearby = [units(0), units(1), [units(2)[0], units(3)[1]], [units(0)[0], units(1)[0]], units(2)].flat();
    await save('MatchProbabilityPairs.npy', nearby, [5, 2]);
    await save('MatchProbability.npy', [0.9, 0.91, 0.895, 0.9, 0.3]);
    const matches = [units(0), units(1), [units(2)[0], units(3)[1]], [units(0)[0], units(1)[0]]].flat();
    await save('MatchedPairs.npy', matches, [4, 2]);
    await save('MatchedProbability.npy', [0.99, 0.97, 0.95, 0.5]);
    await save('ClusterConfidence.npy', [1, 0.9, 0.9, 0.5]);
    await save('FalsePositiveRate.npy', [0.05, 0.35]);
    const { confidence } = await scoreResult(join(folder, 'result'), data);
    const { pairs, matchedPairs, clusters, falsePositiveRate } = confidence!;
    const filled = (bins: typeof pairs) => bins.filter((bin) => bin.pairs > 0);
    expect(falsePositiveRate.true).toBe(0.5);
    expect(falsePositiveRate.estimated).toBeCloseTo(0.2, 12);
    expect(filled(pairs)).toEqual([
      { from: 0.3, to: 0.4, pairs: 1, expected: 0.3, right: 1 },
      { from: 0.88, to: 0.92, pairs: 3, expected: (0.9 + 0.91 + 0.895) / 3, right: 2 / 3 },
    ]);
    // Not the pair of one session.
    expect(filled(matchedPairs)).toEqual([
      { from: 0.92, to: 0.96, pairs: 1, expected: 0.95, right: 0 },
      { from: 0.96, to: 0.98, pairs: 1, expected: 0.97, right: 1 },
      { from: 0.98, to: 1, pairs: 1, expected: 0.99, right: 1 },
    ]);
    expect(filled(clusters).map((bin) => [bin.from, bin.pairs, bin.right])).toEqual([
      [0.5, 1, 0],
      [0.88, 2, 0.5],
      [0.98, 1, 1],
    ]);
    // Four pairs are too few to judge by; ten times the same are not.
    expect(calibrationError(pairs)).toBeNaN();
    const often = pooledBins(Array<typeof pairs>(10).fill(pairs));
    expect(often.map((bin) => bin.pairs)).toEqual(pairs.map((bin) => 10 * bin.pairs));
    expect(calibrationError(often)).toBeCloseTo((3 * (2.705 / 3 - 2 / 3) + 0.7) / 4, 12);
  });

  it('refuses what does not belong together', async () => {
    const data = join(folder, 'data');
    await simulate(data, { neurons: 5, sessions: 2, presence: 1, driftUm: 0, durationS: 5, channels: 16 });
    await mkdir(join(folder, 'result'));
    const score = () => scoreResult(join(folder, 'result'), data);
    await expect(scoreResult(data, folder)).rejects.toMatchObject({
      code: 'DANT_DATA',
      message: `${folder} has no truth.npz, so there is nothing to compare with. Expected a recording of "dant simulate".`,
    });
    await expect(score()).rejects.toThrow(
      /expected the results of a run but found neither IdxCluster\.npy nor Output\.npz/,
    );
    await save('IdxCluster.npy', [1, 2, 3]);
    await expect(score()).rejects.toThrow(
      /IdxCluster\.npy has 3 units but .* has 10: the result is of another recording/,
    );
    await rm(join(folder, 'result/IdxCluster.npy'));
    await save('IdxCluster.npy', Array<number>(10).fill(-1));
    await save('motion_constant.npy', [0, 0, 0]);
    await save('motion_linear.npy', [0, 0, 0]);
    await expect(score()).rejects.toThrow(/motion_constant\.npy: expected the motion of 2 sessions/);
    await writeFile(join(folder, 'result/motion_constant.npy'), 'no array');
    await expect(score()).rejects.toThrow(/motion_constant\.npy/);
  });
});

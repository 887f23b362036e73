import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { track, type TrackInput, type TrackResult } from '../../lib/index.js';
import { probabilistic } from '../groups.js';
import { loadDataset } from '../../lib/dataset/load.js';
import type { Dataset } from '../../lib/recording/dataset.js';
import { motionAt } from '../../lib/recording/motion.js';
import { readNpz } from '../../lib/files/npz.js';
import { trackDataset } from '../../lib/tracking/track.js';
import { scorePairs } from '../../lib/score/pairs.js';
import { completeSettings, type PartialSettings } from '../../lib/settings/index.js';
import { simulate } from '../../lib/simulate/simulate.js';
import type { SimulateOptions } from '../../lib/simulate/parameters.js';

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'dant-matching-'));
});
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

interface Recording {
  dataset: Dataset;
  neuron: number[];
  driftUm: number[];
  slope: number[];
}

const small = { channels: 96, neurons: 60, sessions: 5, durationS: 90, peth: false, seed: 5 };

async function record(name: string, options: SimulateOptions): Promise<Recording> {
  const folder = join(scratch, name);
  await simulate(folder, options);
  const truth = await readNpz(join(folder, 'truth.npz'));
  const list = (key: string) => Array.from(truth[key]!.data as ArrayLike<number | bigint>, Number);
  return { dataset: await loadDataset(folder), neuron: list('neuron'), driftUm: list('drift'), slope: list('linear') };
}

const run = (dataset: Dataset, settings: PartialSettings = {}, threads = 2): Promise<TrackResult> =>
  trackDataset(dataset, completeSettings(settings).settings, { threads });

const allPairs = (result: TrackResult) => [...result.matchedPairs];

describe('tracking by probability', () => {
  let rigid: Recording;
  let result: TrackResult;
  beforeAll(async () => {
    rigid = await record('rigid', { ...small, driftUm: [60, -70, 30, 0, -20] });
    result = await run(rigid.dataset);
  });

  it('finds the neurons and the motion of a recording with large drift', () => {
    const score = scorePairs(result.clusters, rigid.neuron, rigid.dataset.sessions);
    expect(score.precision).toBeGreaterThan(0.99);
    expect(score.recall).toBeGreaterThan(0.95);
    const { motion } = result.groups[0]!;
    const mean = rigid.driftUm.reduce((sum, drift) => sum + drift, 0) / 5;
    rigid.driftUm.forEach((drift, s) => {
      expect(Math.abs(motionAt(motion, s + 1, 500) - (drift - mean))).toBeLessThan(2);
    });
    expect(motion.linear.every((slope) => Math.abs(slope) < 4)).toBe(true);
    const { connections } = probabilistic(result.groups[0]).model;
    expect(new Set(connections.component).size).toBe(1);
    for (const { sessionA, sessionB, displacementUm, chanceProbability, matches, motionMatches } of connections.pairs) {
      const moved = rigid.driftUm[sessionB - 1]! - rigid.driftUm[sessionA - 1]!;
      expect(Math.abs(displacementUm - moved)).toBeLessThan(2);
      expect(chanceProbability).toBeLessThan(1e-3);
      expect(matches).toBeGreaterThan(20);
      expect(motionMatches).toBeGreaterThan(20);
    }
  });

  it('says how sure it is, and is right about it', () => {
    const { model, nearbyPairs } = probabilistic(result.groups[0]);
    let expected = 0;
    let right = 0;
    model.logOdds.forEach((logOdds, p) => {
      const [i, j] = [nearbyPairs[2 * p]!, nearbyPairs[2 * p + 1]!];
      if (rigid.dataset.sessions[i] === rigid.dataset.sessions[j]) return;
      expected += 1 / (1 + Math.exp(-logOdds));
      right += rigid.neuron[i] === rigid.neuron[j] ? 1 : 0;
    });
    expect(right).toBeGreaterThan(300);
    expect(Math.abs(expected / right - 1)).toBeLessThan(0.06);
    expect(model.falsePositiveRate).toBeLessThan(0.02);
    expect(model.clusters.slice(1).every((confidence) => confidence > 0.5 && confidence <= 1)).toBe(true);
  });

  it('gives the same bits with any number of threads', async () => {
    const other = await run(rigid.dataset, {}, 1);
    expect(other.clusters).toEqual(result.clusters);
    expect(probabilistic(other.groups[0]).model.logOdds).toEqual(probabilistic(result.groups[0]).model.logOdds);
    expect(other.groups[0]!.motion).toEqual(result.groups[0]!.motion);
  });

  it('matches fewer units the surer they must be', async () => {
    const strict = await run(rigid.dataset, { matching: { min_probability: 0.999 } });
    expect(strict.matchedPairs.length).toBeLessThan(result.matchedPairs.length);
  });

  it('takes motion that is known, and finds the same neurons', async () => {
    const constantUm = Float64Array.from(rigid.driftUm);
    const motion = { constantUm, linear: new Float64Array(5) };
    const found = await run({ ...rigid.dataset, motion });
    expect(found.groups[0]!.motion).toEqual(motion);
    expect(found.groups[0]!.motionInterval).toBeUndefined();
    const score = scorePairs(found.clusters, rigid.neuron, rigid.dataset.sessions);
    expect(score.precision).toBeGreaterThan(0.99);
    expect(score.recall).toBeGreaterThan(0.95);
  });

  it('finds the same neurons without spikes, and counts decoys', async () => {
    const features: PartialSettings = { matching: { features: ['AlignedWaveform', 'Location', 'Amplitude'] } };
    const found = await run(rigid.dataset, features);
    const score = scorePairs(found.clusters, rigid.neuron, rigid.dataset.sessions);
    expect(score.precision).toBeGreaterThan(0.99);
    expect(score.recall).toBeGreaterThan(0.93);
    const { model, nearbyPairs } = probabilistic(found.groups[0]);
    expect(model.decoyKind).toBe('displaced');
    const table = Array.from({ length: model.scoreCounts.length / 3 }, (_, row) =>
      model.scoreCounts.subarray(3 * row, 3 * row + 3),
    );
    const sum = (column: number, from = -Infinity) =>
      table.reduce((total, row) => total + (row[0]! >= from ? row[column]! : 0), 0);
    expect(sum(1)).toBe(nearbyPairs.length / 2);
    // All candidates but the right ones are expected to be wrong, and next to none of those with the best scores.
    const right = model.logOdds.reduce((total, logOdds) => total + 1 / (1 + Math.exp(-logOdds)), 0);
    expect(right).toBeGreaterThan(250);
    expect(sum(2) / (sum(1) - right)).toBeCloseTo(1, 2);
    expect(sum(1, 3)).toBeGreaterThan(250);
    expect(sum(2, 3) / sum(1, 3)).toBeLessThan(0.02);
  });

  it('finds motion that grows with depth', async () => {
    const { dataset, neuron, driftUm, slope } = await record('depth', {
      ...small,
      depthDriftUmPerMm: [0, 20, -20, 10, -10],
    });
    const found = await run(dataset);
    const { motion } = found.groups[0]!;
    for (const depth of [100, 900]) {
      const truth = driftUm.map((drift, s) => drift + 0.001 * slope[s]! * depth);
      const difference = truth.map((shift, s) => motionAt(motion, s + 1, depth) - shift);
      const mean = difference.reduce((sum, value) => sum + value, 0) / 5;
      for (const value of difference) expect(Math.abs(value - mean)).toBeLessThan(3);
    }
    expect(scorePairs(found.clusters, neuron, dataset.sessions).recall).toBeGreaterThan(0.95);
  });

  it('names units that the sorter split, and keeps their neuron together', async () => {
    const { dataset, neuron } = await record('split', { ...small, splitFraction: 0.15, durationS: 240 });
    const found = await run(dataset);
    const candidates = probabilistic(found.groups[0]).model.splitCandidates;
    let split = 0;
    neuron.forEach((n, i) => {
      for (let j = 0; j < i; ++j) if (neuron[j] === n && dataset.sessions[j] === dataset.sessions[i]) ++split;
    });
    let right = 0;
    for (let q = 0; q < candidates.length; q += 2) {
      if (neuron[candidates[q]!] === neuron[candidates[q + 1]!]) ++right;
    }
    expect(split).toBeGreaterThan(15);
    // Of parts with few spikes, that they never fire together says nothing.
    expect(right).toBeGreaterThan(10);
    expect(right / (candidates.length / 2)).toBeGreaterThan(0.9);
    const score = scorePairs(found.clusters, neuron, dataset.sessions);
    expect(score.precision).toBeGreaterThan(0.99);
    // Both parts of every split neuron count.
    expect(score.recall).toBeGreaterThan(0.93);
  });
});

describe('odd recordings', () => {
  const [channels, samples] = [24, 20];

  /** Units of given depth and session; all of one shape, unless `vary`. */
  function units(list: readonly [session: number, depthUm: number][], vary = false): TrackInput['data'] {
    const data = new Float32Array(list.length * channels * samples);
    list.forEach(([, depth], i) => {
      for (let c = 0; c < channels; ++c) {
        const height = -100 * Math.exp(-(((20 * c - depth) / 40) ** 2));
        for (let t = 0; t < samples; ++t) {
          const shape =
            Math.exp(-(((t - 8) / 2) ** 2)) - (vary ? 0.04 * (i % 7) : 0.2) * Math.exp(-(((t - 12) / 3) ** 2));
          data[(i * channels + c) * samples + t] = height * shape;
        }
      }
    });
    return {
      waveforms: { data, shape: [list.length, channels, samples] },
      channelLocationsUm: {
        data: Float64Array.from({ length: 2 * channels }, (_, k) => (k % 2 ? 10 * (k - 1) : 0)),
        shape: [channels, 2],
      },
      sessions: list.map(([session]) => session),
      spikeTimesMs: list.map((_, i) => Array.from({ length: 60 }, (_, k) => 37 * k + ((k * (i + 3) * 7) % 29))),
    };
  }

  it.each<[string, [number, number][]]>([
    ['identical waveforms at one depth', Array.from({ length: 12 }, (_, i) => [1 + (i % 3), 200])],
    [
      'two units',
      [
        [1, 200],
        [2, 200],
      ],
    ],
    ['one unit', [[1, 200]]],
  ])('%s: a result and no crash', async (_, list) => {
    const result = await track({ data: units(list) });
    expect(result.clusters).toHaveLength(list.length);
    for (const { motion } of result.groups) expect([...motion.constantUm].every(Number.isFinite)).toBe(true);
    for (const { model } of result.groups.map(probabilistic)) expect(model.logOdds.every(Number.isFinite)).toBe(true);
  });

  it('one session: nothing to match, and a warning', async () => {
    const result = await track({
      data: units(
        [
          [1, 100],
          [1, 200],
          [1, 300],
        ],
        true,
      ),
    });
    expect(allPairs(result)).toEqual([]);
    expect(result.warnings.join()).toMatch(/All units are of one session/);
  });

  it('sessions without a match: warnings in words', async () => {
    const result = await track({
      data: units(
        [
          [1, 60],
          [1, 100],
          [2, 400],
          [2, 440],
        ],
        true,
      ),
      settings: { matching: { max_motion: 100 } },
    });
    expect(allPairs(result)).toEqual([]);
    expect(result.warnings.join('\n')).toMatch(
      /Sessions 1 and 2 have no neuron in common that the recording can show: nothing was matched between them/,
    );
  });
});

// Recordings that allow little, as files: the result is sensible and the warnings say in words what is the matter.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readNpy, scoreResult, simulate, track, writeNpy, type TrackResult } from '../../lib/index.js';
import { readNpz } from '../../lib/files/npz.js';
import type { SimulateOptions } from '../../lib/simulate/parameters.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dant-odd-'));
});
afterAll(() => rm(folder, { recursive: true }));

const small = { channels: 48, neurons: 25, sessions: 4, presence: 1, durationS: 60, peth: false, seed: 3 };

async function recording(name: string, options: SimulateOptions = {}): Promise<string> {
  const data = join(folder, name);
  await simulate(data, { ...small, ...options });
  return data;
}

type Change = (values: Float64Array, length: number) => void;

/** Changes the numbers of a file; `length` values belong to a unit or channel. */
async function change(data: string, name: string, edit: Change): Promise<void> {
  const file = join(data, name);
  const array = await readNpy(file, { as: 'float64' });
  edit(array.data, array.data.length / array.shape[0]!);
  await rm(file);
  await writeNpy(file, { data: array.data, shape: array.shape });
}

async function tracked(data: string, method: 'probabilistic' | 'reference' = 'probabilistic'): Promise<TrackResult> {
  const outputs = { figures: false, report: false };
  const motionEstimation = { features: [['Waveform' as const, 'AutoCorr' as const]] };
  const result = await track({ data, output: `${data}-${method}`, settings: { method, outputs, motionEstimation } });
  for (const { motion } of result.groups) {
    expect([...motion.constantUm, ...motion.linear].every(Number.isFinite)).toBe(true);
  }
  return result;
}

/** Shares no neuron with `data`, but has as many units in each session. */
async function withStrangers(data: string): Promise<void> {
  const sessions = (await readNpy(join(data, 'session_index.npy'), { as: 'float64' })).data;
  for (let session = 2; session <= small.sessions; ++session) {
    const others = await recording(`others-${session}`, { seed: 100 + session, driftUm: 0 });
    const { data: waveforms } = await readNpy(join(others, 'waveform_all.npy'), { as: 'float64' });
    await change(data, 'waveform_all.npy', (values, length) => {
      sessions.forEach((of, unit) => {
        if (of === session) values.set(waveforms.subarray(unit * length, (unit + 1) * length), unit * length);
      });
    });
    for (const [unit, of] of sessions.entries()) {
      const file = `spike_times/Unit${unit}.npy`;
      if (of === session) await cp(join(others, file), join(data, file));
    }
  }
}

describe.each(['probabilistic', 'reference'] as const)('odd recordings, tracked by the method "%s"', (method) => {
  it('one session: nothing is matched', async () => {
    const data = await recording(`one-session-${method}`, { sessions: 1 });
    const { clusters, matchedPairs, warnings } = await tracked(data, method);
    expect(clusters.every((id) => id === -1)).toBe(true);
    expect(matchedPairs).toHaveLength(0);
    expect(warnings).toContain(
      'All units are of one session: there is nothing to match, and every unit stays unmatched.',
    );
  });

  it('identical waveforms: says which units are copies', async () => {
    const data = await recording(`identical-${method}`);
    await change(data, 'waveform_all.npy', (values, length) => {
      for (let at = length; at < values.length; at += length) values.copyWithin(at, 0, length);
    });
    const { warnings } = await tracked(data, method);
    expect(warnings).toContainEqual(
      'Units 1, 2, 3, 4, 5 and 94 more: the waveform is the same as that of another unit. Matches of such units mean ' +
        'little. Was waveform_all.npy filled from the right units?',
    );
  });

  it('a flat waveform: says which unit it is', async () => {
    const data = await recording(`flat-${method}`);
    await change(data, 'waveform_all.npy', (values, length) => values.fill(0, 7 * length, 8 * length));
    const { warnings, clusters } = await tracked(data, method);
    if (method === 'probabilistic') expect(clusters[7]).toBe(-1);
    expect(warnings).toContainEqual(expect.stringMatching(/^Unit 7: the waveform is flat on every channel\./));
    expect(warnings.join()).not.toMatch(/the same as that of another/);
  });

  it('all units at one depth: asks whether the columns of the channel locations are swapped', async () => {
    const data = await recording(`one-depth-${method}`);
    await change(data, 'channel_locations.npy', (values) => {
      for (let c = 0; c < values.length; c += 2) [values[c], values[c + 1]] = [values[c + 1]!, 0];
    });
    const { warnings } = await tracked(data, method);
    expect(warnings).toContainEqual(
      expect.stringMatching(/^All units lie at one depth \(within 0\.00 µm\)\. Expected columns x, y .* swapped/),
    );
  });
});

describe('sessions that cannot be connected', () => {
  it('groups of sessions that see different parts of the tissue: each is tracked, and the groups are named', async () => {
    // Moves of 650 µm are farther than motion is looked for.
    const driftUm = [-650, -645, -652, 0, 5, 3, 650, 640, 645];
    const data = await recording('groups', { channels: 192, neurons: 110, sessions: 9, driftUm });
    const result = await tracked(data);
    expect(result.warnings).toContainEqual(
      expect.stringMatching(
        /^The recording shows neurons in common only among sessions 1–3; sessions 4–6; sessions 7–9\. Nothing was matched between these groups, and how the probe moved .* not known/,
      ),
    );
    const { motion } = result.groups[0]!;
    for (const first of [0, 3, 6]) {
      const group = [...motion.constantUm.subarray(first, first + 3)];
      const mean = (driftUm[first]! + driftUm[first + 1]! + driftUm[first + 2]!) / 3;
      group.forEach((shift, k) => {
        expect(Math.abs(shift - (driftUm[first + k]! - mean))).toBeLessThan(2);
      });
    }
    const score = await scoreResult(`${data}-probabilistic`, data);
    expect(score.precision).toBeGreaterThan(0.99);
    // Of the pairs within the groups, nearly all.
    const within = await pairsWithinGroups(data, (session) => Math.floor((session - 1) / 3));
    expect(score.correctPairs / within).toBeGreaterThan(0.95);
  });

  it('no neuron in two sessions: says so, matches nothing and invents no motion', async () => {
    const data = await recording('strangers', { driftUm: 0 });
    await withStrangers(data);
    const { groups, warnings, matchedPairs } = await tracked(data);
    expect(matchedPairs).toHaveLength(0);
    expect([...groups[0]!.motion.constantUm]).toEqual([0, 0, 0, 0]);
    expect([...groups[0]!.motionInterval!.low.constantUm]).toEqual([NaN, NaN, NaN, NaN]);
    expect(warnings).toContainEqual(
      expect.stringMatching(
        /^No two sessions have a neuron in common that the recording can show: nothing was matched\./,
      ),
    );
  });

  /** True pairs of units of different sessions of one group. */
  async function pairsWithinGroups(data: string, groupOf: (session: number) => number): Promise<number> {
    const sessions = (await readNpy(join(data, 'session_index.npy'), { as: 'float64' })).data;
    const neuron = (await readNpz(join(data, 'truth.npz'))).neuron!.data;
    let pairs = 0;
    sessions.forEach((s, i) => {
      sessions.subarray(0, i).forEach((t, j) => {
        if (s !== t && neuron[i] === neuron[j] && groupOf(s) === groupOf(t)) ++pairs;
      });
    });
    return pairs;
  }
});

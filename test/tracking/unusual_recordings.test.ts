// Recordings that leave a tracker little to go by: what it says, and that it invents nothing.
import { describe, expect, it } from 'vitest';

import { track, type TrackInput, type TrackResult } from '../../lib/index.js';
import { Random } from '../../lib/random.js';
import { probabilistic } from '../groups.js';

const samples = 40;

interface Neuron {
  x: number;
  depth: number;
  amplitude: number;
  width: number;
  late: number;
  spread: number;
  rateHz: number;
}

function neurons(seed: number, count: number, [from, to]: readonly [number, number]): Neuron[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => ({
    x: random.uniform(0, 50),
    depth: random.uniform(from, to),
    amplitude: Math.exp(random.uniform(3.7, 5.3)),
    width: random.uniform(1.2, 3),
    late: random.uniform(0.1, 0.7),
    spread: random.uniform(18, 45),
    rateHz: Math.exp(random.uniform(0.5, 2.5)),
  }));
}

/** Mean waveforms (C, T) with a little noise. */
function waveform(
  neuron: Neuron,
  sites: readonly (readonly [number, number])[],
  random: Random,
  shift: number,
): number[] {
  return sites.flatMap(([x, y]) => {
    const away = Math.hypot((x - neuron.x) / neuron.spread, (y - neuron.depth - shift) / neuron.spread);
    const height = neuron.amplitude * Math.exp(-away);
    return Array.from({ length: samples }, (_, t) => {
      const trough = Math.exp(-(((t - 14) / neuron.width) ** 2));
      const after = neuron.late * Math.exp(-(((t - 14 - 4 * neuron.width) / (3 * neuron.width)) ** 2));
      return height * (after - trough) + random.uniform(-1, 1);
    });
  });
}

function spikes({ rateHz }: Neuron, random: Random, seconds = 60): number[] {
  const times: number[] = [];
  for (let time = 0; time < 1000 * seconds; time += 3 - (1000 / rateHz) * Math.log(random.uniform())) times.push(time);
  return times;
}

type Data = Exclude<TrackInput['data'], string>;

/** The sessions' neurons as units, moved by `shift` in each. */
function recording(
  sites: readonly (readonly [number, number])[],
  sessions: readonly (readonly Neuron[])[],
  shifts: readonly number[] = [],
): Data {
  const random = new Random(77);
  const units = sessions.flatMap((list, s) => list.map((neuron) => ({ neuron, session: s + 1 })));
  return {
    waveforms: {
      data: Float32Array.from(
        units.flatMap(({ neuron, session }) => waveform(neuron, sites, random, shifts[session - 1] ?? 0)),
      ),
      shape: [units.length, sites.length, samples],
    },
    channelLocationsUm: { data: Float64Array.from(sites.flat()), shape: [sites.length, 2] },
    sessions: units.map(({ session }) => session),
    spikeTimesMs: units.map(({ neuron }) => spikes(neuron, random)),
  };
}

const staggered = (count: number) =>
  Array.from({ length: count }, (_, c) => [[43, 11, 59, 27][c % 4]!, 20 * Math.floor(c / 2)] as const);

/** Matched pairs that are right, by place in their session, and all. */
function judge(result: TrackResult, data: Data, isSame: (i: number, j: number) => boolean) {
  let right = 0;
  const { matchedPairs } = result;
  for (let m = 0; m < matchedPairs.length; m += 2) if (isSame(matchedPairs[m]!, matchedPairs[m + 1]!)) ++right;
  return { right, all: matchedPairs.length / 2, units: data.sessions.length };
}

const sameOf = (count: number) => (i: number, j: number) => i % count === j % count;

describe('few units', () => {
  it('two sessions of ten units: nothing wrong is matched, and the result says how little it rests on', async () => {
    const list = neurons(1, 10, [100, 900]);
    const data = recording(staggered(96), [list, list], [0, 24]);
    const result = await track({ data });
    const { right, all } = judge(result, data, sameOf(10));
    expect(right).toBeGreaterThan(7);
    expect(all - right).toBeLessThanOrEqual(1);
    expect(probabilistic(result.groups[0]).model.decoyKind).toBe('wholeProbe');
    expect(result.warnings.join('\n')).toMatch(
      /There are few units: .* learned from \d+ pairs of units that lie anywhere/,
    );
  });

  it('units of one spike: a result, and finite numbers', async () => {
    const list = neurons(2, 40, [100, 900]);
    const data = recording(staggered(96), [list, list, list]);
    data.spikeTimesMs = data.spikeTimesMs.map((_, unit) => [unit]);
    const result = await track({ data });
    const { right, all } = judge(result, data, sameOf(40));
    expect(right / all).toBeGreaterThan(0.98);
    expect(right).toBeGreaterThan(80);
    expect(probabilistic(result.groups[0]).model.logOdds.every(Number.isFinite)).toBe(true);
  });
});

describe('another animal', () => {
  it('a session of it among ten: nothing is matched with it, the others are', async () => {
    const list = neurons(3, 60, [100, 1000]);
    const strangers = neurons(4, 60, [100, 1000]);
    const sessions = Array.from({ length: 10 }, (_, s) => (s === 6 ? strangers : list));
    const data = recording(staggered(104), sessions, [0, 10, 20, 15, 5, -10, 0, -20, -5, 8]);
    const result = await track({ data });
    expect(result.clusters.subarray(360, 420).every((cluster) => cluster < 1)).toBe(true);
    const { right, all } = judge(result, data, sameOf(60));
    expect(right / all).toBeGreaterThan(0.99);
    expect(right).toBeGreaterThan(0.9 * 60 * 36);
    const { connections } = probabilistic(result.groups[0]).model;
    for (const { sessionA, sessionB, isConnected, displacementUm, matches } of connections.pairs) {
      const isStranger = sessionA === 7 || sessionB === 7;
      expect(isConnected).toBe(!isStranger);
      expect(Number.isNaN(displacementUm)).toBe(isStranger);
      if (isStranger) expect(matches).toBe(0);
    }
    expect(result.warnings.join('\n')).toMatch(
      /only among sessions 1–6, 8–10\. Nothing was matched between these and the others \(7\)/,
    );
    expect(result.groups[0]!.motionInterval!.low.constantUm[6]).toBeNaN();
  });
});

describe('waveforms without a shape', () => {
  it.each([
    ['zero', 0],
    ['constant', 12],
  ])('units of %s waveforms stay unmatched, with a warning', async (_, value) => {
    const list = neurons(5, 50, [100, 900]);
    const data = recording(staggered(96), [list, list, list]);
    const size = 96 * samples;
    for (const unit of [7, 57, 107]) (data.waveforms.data as Float32Array).fill(value, unit * size, (unit + 1) * size);
    const result = await track({ data });
    expect([7, 57, 107].map((unit) => result.clusters[unit])).toEqual([-1, -1, -1]);
    expect(result.warnings.join('\n')).toMatch(/Units 7, 57 and 107: the waveform is flat on every channel/);
    expect(result.matchedPairs.length).toBeGreaterThan(200);
  });

  it('a single sample is refused', async () => {
    const data = recording(staggered(8), [neurons(6, 3, [0, 60]), neurons(6, 3, [0, 60])]);
    const shape = [6, 8, 1];
    const one = { ...data, waveforms: { data: new Float32Array(48).fill(1), shape } };
    await expect(track({ data: one })).rejects.toThrow(/The waveforms have 1 sample\. Expected .* whole waveforms/);
  });
});

describe('other units of measure', () => {
  const list = neurons(7, 30, [100, 900]);

  it.each([
    ['mm', 1e-3],
    ['m', 1e-6],
  ])('positions in %s: a warning', async (_, factor) => {
    const data = recording(staggered(96), [list, list]);
    data.channelLocationsUm.data = (data.channelLocationsUm.data as Float64Array).map((value) => value * factor);
    const { warnings } = await track({ data });
    expect(warnings.join('\n')).toMatch(/The channels are \S+ µm from the nearest ones\. Expected .* in mm or m\?/);
  });

  it.each([
    ['mV', 1e-3],
    ['V', 1e-6],
  ])('waveforms in %s: a warning', async (_, factor) => {
    const data = recording(staggered(96), [list, list]);
    data.waveforms.data = (data.waveforms.data as Float32Array).map((value) => value * factor);
    const { warnings, matchedPairs } = await track({ data });
    expect(warnings.join('\n')).toMatch(/less than \S+ µV from peak to trough\. Expected .* in mV or V/);
    // Amplitudes are compared by their ratio: the matches are the same.
    expect(matchedPairs.length / 2).toBeGreaterThan(20);
  });
});

describe('probes without room for decoys', () => {
  it('a tetrode: matches rest on pairs of one session, and a warning says so', async () => {
    const sites = [
      [0, 0],
      [12, 0],
      [0, 12],
      [12, 12],
    ] as const;
    const list = neurons(8, 25, [-10, 22]);
    const data = recording(sites, [list, list, list, list]);
    const result = await track({ data });
    const { right, all } = judge(result, data, sameOf(25));
    expect(right).toBeGreaterThan(120);
    expect(right / all).toBeGreaterThan(0.95);
    expect(probabilistic(result.groups[0]).model.decoyKind).toBe('sameSession');
    expect(result.warnings.join('\n')).toMatch(
      /The probe is too short, or has too few units, .* pairs of units of one session/,
    );
    const strangers = recording(sites, [list, neurons(18, 25, [-10, 22]), neurons(28, 25, [-10, 22])]);
    const ofStrangers = await track({ data: strangers });
    expect(ofStrangers.matchedPairs.length / 2).toBeLessThanOrEqual(2);
  });

  it('every unit at one depth of a long probe: nothing crashes, and no probability is 1', async () => {
    const list = neurons(9, 30, [500, 500.001]);
    const data = recording(staggered(96), [list, list, list]);
    const result = await track({ data });
    const { right, all } = judge(result, data, sameOf(30));
    expect(right).toBeGreaterThan(70);
    expect(right / all).toBeGreaterThan(0.95);
    const { decoyKind, matchLogOdds } = probabilistic(result.groups[0]).model;
    expect(decoyKind).toBe('sameSession');
    expect(Math.max(...matchLogOdds)).toBeLessThanOrEqual(14);
  });

  it('one column of sites', async () => {
    const list = neurons(10, 60, [100, 1500]);
    const sites = Array.from({ length: 80 }, (_, c) => [0, 20 * c] as const);
    const data = recording(sites, [list, list, list], [0, 30, -15]);
    const result = await track({ data });
    const { right, all } = judge(result, data, sameOf(60));
    expect(right / all).toBeGreaterThan(0.98);
    expect(right).toBeGreaterThan(0.9 * 180);
  });

  it('two shanks in one run: no unit is matched with one of the other shank', async () => {
    const first = neurons(11, 60, [100, 1500]);
    const second = neurons(12, 60, [100, 1500]).map((neuron) => ({ ...neuron, x: neuron.x + 250 }));
    const column = (x: number) => Array.from({ length: 80 }, (_, c) => [x, 20 * c] as const);
    const data = recording(
      [...column(10), ...column(260)],
      [
        [...first, ...second],
        [...first, ...second],
      ],
      [0, 26],
    );
    data.channelShanks = Int32Array.from({ length: 160 }, (_, c) => (c < 80 ? 1 : 2));
    for (const shanks of ['together', 'separate'] as const) {
      const result = await track({ data, settings: { shanks } });
      const { right, all } = judge(result, data, sameOf(120));
      expect(right / all).toBeGreaterThan(0.98);
      expect(right).toBeGreaterThan(100);
    }
  });
});

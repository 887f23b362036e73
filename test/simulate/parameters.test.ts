import { describe, expect, it } from 'vitest';

import { sessionMotion } from '../../lib/simulate/motion.js';
import { simulationParameters, type SimulateOptions } from '../../lib/simulate/parameters.js';
import { planUnits } from '../../lib/simulate/plan.js';
import { presets, type PresetName } from '../../lib/simulate/presets.js';
import { makeProbe } from '../../lib/simulate/probe.js';
import { makeRecording } from '../../lib/simulate/recording.js';

describe('simulationParameters', () => {
  it('fills in the defaults', () => {
    expect(simulationParameters({})).toMatchObject({ probe: 'neuropixels-1.0', channels: 96, neurons: 40, peth: true });
    expect(simulationParameters({ noiseUv: 3, seed: 2 })).toMatchObject({ noiseUv: 3, seed: 2, sessions: 6 });
  });

  it('takes a preset, and changes it further', () => {
    expect(simulationParameters({ preset: 'noisy' })).toMatchObject({ channels: 192, noiseUv: 10 });
    expect(simulationParameters({ preset: 'noisy', noiseUv: 4 })).toMatchObject({ channels: 192, noiseUv: 4 });
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['a wrong type', { neurons: '40' }, /neurons: expected an integer from 1 to 100000 neurons, found "40"\./],
    ['a fraction of a neuron', { neurons: 1.5 }, /neurons: expected an integer .* found 1\.5\./],
    ['nobody present', { presence: 0 }, /presence: expected a number from 0\.01 to 1, found 0\./],
    ['NaN', { noiseUv: NaN }, /noiseUv: expected a number of at least 0 µV, found NaN\./],
    ['an unknown probe', { probe: 'neuropixels-3' }, /probe: expected "neuropixels-1\.0", .* or "linear", found/],
    ['negative drift', { driftUm: -3 }, /driftUm: expected a number of µm of at least 0, or a list .* found -3\./],
    ['a list with a hole', { driftUm: [1, NaN] }, /driftUm: expected/],
    ['a list of the wrong length', { driftUm: [1, 2] }, /driftUm: expected 6 numbers, one for each session, found 2\./],
    ['depths in the wrong order', { depthUm: [300, 100] }, /depthUm: expected a list of two depths in µm/],
    ['depths beyond the channels', { depthUm: [0, 100] }, /depthUm: expected depths within the channels' 20 to 960 µm/],
    ['too many channels', { channels: 385 }, /channels: expected at most 384, .* found 385\./],
    [
      'an odd share of four shanks',
      { probe: 'neuropixels-2.0-four-shank', channels: 50 },
      /channels: .* multiple of 4/,
    ],
    [
      'too many faults',
      { splitFraction: 0.7, mixedFraction: 0.4 },
      /expected at most 1 together, found 0\.7 \+ 0\.4\./,
    ],
    ['no bin left', { pethBins: 10, pethMissingBins: 9 }, /pethMissingBins: expected at most 8, .* found 9\./],
    ['a misspelt parameter', { noiseUV: 3 }, /noiseUV: there is no such parameter; did you mean noiseUv\?/],
    ['a misspelt preset', { preset: 'crowdd' }, /There is no preset "crowdd"\. Did you mean crowded\?/],
  ])('refuses %s', (_, options, message) => {
    expect(() => simulationParameters(options as SimulateOptions)).toThrow(message);
  });

  it('lists everything that is wrong at once, in the names of the caller', () => {
    const call = () => simulationParameters({ neurons: 0, durationS: 0 }, (name) => `--${name}`);
    expect(call).toThrow(/--neurons: [^]*--durationS: /);
  });
});

describe('presets', () => {
  it.each(Object.keys(presets) as PresetName[])('%s has 530 to 950 units on 1.9 mm', (preset) => {
    const recording = makeRecording(simulationParameters({ preset, samples: 8 }));
    const count = planUnits(recording).length;
    expect(count).toBeGreaterThanOrEqual(530);
    expect(count).toBeLessThanOrEqual(950);
    expect(recording.probe.deepestUm - recording.probe.shallowestUm).toBe(1900);
  });
});

describe('probes', () => {
  const sites = (options: SimulateOptions) => {
    const { xUm, yUm, shank } = makeProbe(simulationParameters(options));
    return [...xUm].map((x, c) => [x, yUm[c], shank[c]]);
  };

  it('have the geometry of the real ones', () => {
    expect(sites({ probe: 'neuropixels-1.0', channels: 6 })).toEqual([
      [43, 20, 1],
      [11, 20, 1],
      [59, 40, 1],
      [27, 40, 1],
      [43, 60, 1],
      [11, 60, 1],
    ]);
    expect(sites({ probe: 'neuropixels-2.0', channels: 4 })).toEqual([
      [0, 0, 1],
      [32, 0, 1],
      [0, 15, 1],
      [32, 15, 1],
    ]);
    expect(sites({ probe: 'neuropixels-2.0-four-shank', channels: 16 }).slice(3, 9)).toEqual([
      [32, 15, 1],
      [250, 0, 2],
      [282, 0, 2],
      [250, 15, 2],
      [282, 15, 2],
      [500, 0, 3],
    ]);
    expect(sites({ probe: 'linear', channels: 3, pitchUm: 50 })).toEqual([
      [0, 0, 1],
      [0, 50, 1],
      [0, 100, 1],
    ]);
    expect(sites({ probe: 'neuropixels-1.0', channels: 384 }).at(-1)).toEqual([27, 3840, 1]);
  });
});

describe('sessionMotion', () => {
  const motion = (options: SimulateOptions) => sessionMotion(simulationParameters(options));

  it('has mean 0 and the range asked for, whatever the seed', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { constantUm, linear } = motion({ driftUm: 50, depthDriftUmPerMm: 15, seed });
      expect(Math.max(...constantUm) - Math.min(...constantUm)).toBeCloseTo(50, 9);
      expect(constantUm.reduce((sum, value) => sum + value)).toBeCloseTo(0, 9);
      expect(linear[0]).toBe(0);
      expect(Math.max(...linear.map(Math.abs))).toBeCloseTo(15, 9);
    }
  });

  it('takes lists as they are', () => {
    const { constantUm, linear } = motion({ sessions: 2, driftUm: [5, 90], depthDriftUmPerMm: [1, -2] });
    expect([...constantUm, ...linear]).toEqual([5, 90, 1, -2]);
  });

  it('is none in a single session, and none by default in depth', () => {
    const { constantUm, linear } = motion({ sessions: 1, depthDriftUmPerMm: 20 });
    expect([...constantUm, ...linear]).toEqual([0, 0]);
    expect([...motion({ sessions: 3 }).linear]).toEqual([0, 0, 0]);
  });
});

describe('planUnits', () => {
  it('has the same number of neurons in every session, in an order that tells nothing', () => {
    const units = planUnits(makeRecording(simulationParameters({ neurons: 50, presence: 0.5, driftUm: 0 })));
    for (let s = 0; s < 6; s++) {
      const neurons = units.filter(({ session }) => session === s).map(({ neuron }) => neuron);
      expect(new Set(neurons).size).toBe(25);
      expect(neurons).not.toEqual([...neurons].sort((a, b) => a - b));
    }
    expect(units.map(({ session }) => session)).toEqual(units.map(({ session }) => session).sort((a, b) => a - b));
  });

  it('leaves out who has drifted off the channels', () => {
    const options = { neurons: 100, presence: 1, sessions: 2, driftUm: [0, 300] };
    const units = planUnits(makeRecording(simulationParameters(options)));
    const recorded = [0, 1].map((s) => units.filter(({ session }) => session === s).length);
    expect(recorded[0]).toBe(100);
    // 300 of the 940 µm are beyond the end.
    expect(recorded[1]).toBeGreaterThan(55);
    expect(recorded[1]).toBeLessThan(85);
  });

  it('refuses a session without units', () => {
    const options = { sessions: 2, driftUm: [0, 5000] };
    expect(() => planUnits(makeRecording(simulationParameters(options)))).toThrow(
      /Session 2 would have no unit: its drift of 5000 µm moves every neuron off the channels/,
    );
  });
});

import { describe, expect, it } from 'vitest';

import { Random } from '../../lib/random.js';
import { mixTrains, partOfTrain, spikeTrain } from '../../lib/simulate/spikes.js';
import { correlation, makeAll, median } from './recording.js';

const firing = {
  rateHz: 10,
  refractoryMs: 2,
  burstProbability: 0.3,
  burstIntervalMs: 6,
  regularity: 2,
  rhythmHz: 8,
  rhythmDepth: 0.8,
};

const intervals = (train: Float64Array) => train.slice(1).map((time, i) => time - train[i]!);

describe('spikeTrain', () => {
  const train = spikeTrain(new Random(1), firing, 2000, 30_000);

  it('has the rate asked for, sorted times within the session, on samples', () => {
    expect(train.length / 2000).toBeGreaterThan(9);
    expect(train.length / 2000).toBeLessThan(11);
    expect(train[0]).toBeGreaterThanOrEqual(0);
    expect(train.at(-1)).toBeLessThan(2_000_001);
    expect(train.every((time) => Math.abs(time * 30 - Math.round(time * 30)) < 1e-6)).toBe(true);
  });

  it('keeps the refractory time and bursts as often as asked for', () => {
    const between = intervals(train);
    expect(Math.min(...between)).toBeGreaterThan(firing.refractoryMs - 0.04);
    const short = between.filter((interval) => interval < 16).length / between.length;
    expect(short).toBeGreaterThan(0.28);
    expect(short).toBeLessThan(0.45);
  });

  it('follows its rhythm', () => {
    const periodMs = 1000 / firing.rhythmHz;
    const phases = train.map((time) => (2 * Math.PI * time) / periodMs);
    const strength = Math.hypot(
      phases.reduce((sum, phase) => sum + Math.cos(phase), 0) / train.length,
      phases.reduce((sum, phase) => sum + Math.sin(phase), 0) / train.length,
    );
    // No rhythm: about 1/√20,000 = 0.007.
    expect(strength).toBeGreaterThan(0.1);
  });

  it('has a spike however short the session', () => {
    for (let seed = 0; seed < 50; seed++) {
      expect(spikeTrain(new Random(seed), { ...firing, rateHz: 0.01 }, 1, 30_000).length).toBeGreaterThan(0);
    }
  });
});

describe('faults of the sorter', () => {
  const train = spikeTrain(new Random(2), firing, 100, 30_000);

  it('split a train without rest', () => {
    const parts = ([0, 1] as const).map((part) => partOfTrain(new Random(3), train, 0.5, part));
    expect([...parts[0]!, ...parts[1]!].sort((a, b) => a - b)).toEqual([...train]);
    expect(parts[0]!.length / train.length).toBeGreaterThan(0.3);
    expect(parts[1]!.length).toBeGreaterThan(parts[0]!.length);
  });

  it('leave no part without a spike', () => {
    const one = Float64Array.of(5);
    expect(([0, 1] as const).map((part) => [...partOfTrain(new Random(3), one, 0.5, part)])).toEqual([[5], [5]]);
  });

  it('mix as many spikes of another train as asked for', () => {
    const other = spikeTrain(new Random(4), firing, 100, 30_000);
    const mixed = mixTrains(new Random(5), train, other, 200);
    expect(mixed.length).toBe(train.length + 200);
    expect([...mixed]).toEqual([...mixed].sort((a, b) => a - b));
    const own = new Set(train);
    const all = new Set(other);
    expect(mixed.filter((time) => !own.has(time)).every((time) => all.has(time))).toBe(true);
    expect(mixTrains(new Random(5), train, other, 1e9).length).toBe(train.length + other.length);
  });

  const options = { neurons: 80, sessions: 4, presence: 1, noiseUv: 0, seed: 3 };
  const { units } = makeAll({ ...options, splitFraction: 0.2, mixedFraction: 0.2 });
  const { units: faultless } = makeAll(options);
  const without = (index: number, session: number) =>
    faultless.find((unit) => unit.neuron === index && unit.session === session)!;

  it('happen as often as asked for, and are marked', () => {
    const split = units.filter(({ fault }) => fault === 1);
    const mixed = units.filter(({ fault }) => fault === 2);
    expect(split.length / 2 / faultless.length).toBeGreaterThan(0.13);
    expect(split.length / 2 / faultless.length).toBeLessThan(0.27);
    expect(mixed.length / faultless.length).toBeGreaterThan(0.13);
    expect(mixed.length / faultless.length).toBeLessThan(0.27);
    expect(units.length).toBe(faultless.length + split.length / 2);
  });

  it('give both parts of a split neuron its waveform, and a part of its spikes', () => {
    for (const first of units.filter(({ fault, part }) => fault === 1 && part === 0)) {
      const { neuron, session } = first;
      const second = units.find((unit) => unit.neuron === neuron && unit.session === session && unit.part === 1)!;
      const whole = without(neuron, session);
      const contrast = first.waveform[0]! / whole.waveform[0]!;
      expect(contrast).toBeGreaterThan(1.02);
      expect(contrast).toBeLessThan(1.13);
      for (const [i, value] of whole.waveform.entries()) {
        expect(first.waveform[i]).toBeCloseTo(contrast * value, 9);
        expect(second.waveform[i]).toBeCloseTo((2 - contrast) * value, 9);
      }
      expect([...first.spikeTimes, ...second.spikeTimes].sort((a, b) => a - b)).toEqual([...whole.spikeTimes]);
    }
  });

  it('mix waveforms as they mix spikes, less than half of them from the other neuron', () => {
    for (const { neuron, other, session, waveform, spikeTimes } of units.filter(({ fault }) => fault === 2)) {
      expect(other).not.toBe(neuron);
      const own = without(neuron, session);
      const neighbour = without(other, session);
      expect(Math.abs(own.locationUm[1] - neighbour.locationUm[1])).toBeLessThan(85);
      const share = own.spikeTimes.length / spikeTimes.length;
      expect(share).toBeGreaterThan(0.5);
      expect(share).toBeLessThan(0.9);
      for (const [i, value] of waveform.entries()) {
        expect(value).toBeCloseTo(share * own.waveform[i]! + (1 - share) * neighbour.waveform[i]!, 9);
      }
    }
  });
});

describe('firing of a neuron', () => {
  it('is the same in all sessions, and another one for other neurons', () => {
    const { units } = makeAll({ neurons: 20, sessions: 3, presence: 1, durationS: 600, seed: 4 });
    const histogram = ({ spikeTimes }: (typeof units)[number]) => {
      const counts = new Float64Array(40);
      for (const interval of intervals(spikeTimes)) {
        const bin = Math.floor(interval / 10);
        if (bin < 40) counts[bin]!++;
      }
      return counts;
    };
    const histograms = units.map(histogram);
    const same: number[] = [];
    const different: number[] = [];
    for (const [i, a] of units.entries()) {
      for (let j = 0; j < i; j++) {
        (a.neuron === units[j]!.neuron ? same : different).push(correlation(histograms[i]!, histograms[j]!));
      }
    }
    expect(median(same)).toBeGreaterThan(0.9);
    expect(median(different)).toBeLessThan(0.6);
  });
});

describe('peri-event time histograms', () => {
  const { units } = makeAll({ neurons: 20, sessions: 3, presence: 1, pethBins: 50, pethMissingBins: 7 });

  it('are alike for a neuron and differ between neurons', () => {
    const whole = units.map(({ peth }) => peth!.slice(7));
    const same: number[] = [];
    const different: number[] = [];
    for (const [i, a] of units.entries()) {
      for (let j = 0; j < i; j++)
        (a.neuron === units[j]!.neuron ? same : different).push(correlation(whole[i]!, whole[j]!));
    }
    expect(median(same)).toBeGreaterThan(0.9);
    expect(Math.abs(median(different))).toBeLessThan(0.4);
  });

  it('lack the first bins in the second session', () => {
    for (const { session, peth } of units) {
      expect(peth!.findLastIndex((value) => Number.isNaN(value))).toBe(session === 1 ? 6 : -1);
    }
  });

  it('are left out when there are none', () => {
    expect(makeAll({ neurons: 3, peth: false }).units.every(({ peth }) => peth === undefined)).toBe(true);
  });
});

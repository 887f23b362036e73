// Spikes, rates and signals around events: the fixtures' numbers, made with NumPy and SciPy, and slow, obvious implementations.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { AlignedTable } from '../../lib/alignment/aligned_table.js';
import { alignContinuous, openContinuous } from '../../lib/alignment/continuous.js';
import { spikeRateConfidence } from '../../lib/alignment/confidence.js';
import {
  alignSpikeRates,
  alignSpikeTimes,
  timesByRecording,
  type SortedPart,
  type UnitSpikes,
} from '../../lib/alignment/spikes.js';
import { findTrials, readActionLabels, type ActionLabels } from '../../lib/alignment/trials.js';
import { readNpz } from '../../lib/files/npz.js';
import { writeNpy } from '../../lib/files/npy_writer.js';
import { writeFrame } from '../../lib/files/pandas_hdf5.js';
import { readSorting } from '../../lib/import/sorter_folder.js';
import { noise } from '../numbers.js';
import { folderOfFile } from '../cli/folder.js';
import { fixtures, haveFixtures } from '../pixels_fixtures.js';

const folder = folderOfFile();

const push = { label: 1, event: 64 };

describe.skipIf(!haveFixtures)('sessions of the fixtures', () => {
  // Seconds of each recording, at 30 kHz
  const sessions: Record<string, number[]> = { '210101_DL001_day1': [5], '210102_DL001': [5.5, 4] };

  async function sessionOf(name: string) {
    const expected = join(fixtures, 'expected', name);
    const lags = JSON.parse(readFileSync(join(expected, 'lag.json'), 'utf8')) as { lag_start: number }[];
    const labels: ActionLabels[] = [];
    const parts: SortedPart[] = [];
    for (const [r, { lag_start }] of lags.entries()) {
      const { action_labels } = await readNpz(join(expected, `expected_${r}.npz`));
      const path = join(folder, `${name}_labels_${r}.npy`);
      if (!existsSync(path))
        await writeNpy(path, { data: Int16Array.from(action_labels!.data as Int16Array), shape: action_labels!.shape });
      labels.push(await readActionLabels(path));
      const raw = join(
        fixtures,
        'data/raw',
        name,
        `${name.split('_').slice(0, 2).join('_')}_g${r}_t0.imec0.ap.bin.tar.gz`,
      );
      const listed = execFileSync('tar', ['tvzf', raw], { encoding: 'utf8' });
      parts.push({ rows: Number(listed.split(/\s+/)[2]) / 10, startMs: lag_start });
    }
    expect(parts).toHaveLength(sessions[name]!.length);
    const { units } = await readSorting(join(fixtures, 'data/processed', name, 'sorted_stream_0'));
    const spikes = units.map((unit) => ({ id: unit.id, timesMs: timesByRecording(unit.spikes, parts, 30_000) }));
    return { expected, labels, spikes };
  }

  it.each(Object.keys(sessions))('%s: spike times around tones of rewarded pushes', async (name) => {
    const { expected, labels, spikes } = await sessionOf(name);
    type Truth = Record<string, { recording: number; event_ms: number; spikes: Record<string, number[]> }>;
    const truth = JSON.parse(readFileSync(join(expected, 'aligned_spikes.json'), 'utf8')) as Truth;
    const { trials, withoutEvent } = findTrials(labels, push, 8000);
    expect(withoutEvent).toBe(0);
    expect(trials.map(({ recording, eventMs }) => [recording, eventMs])).toEqual(
      Object.values(truth).map(({ recording, event_ms }) => [recording, event_ms]),
    );
    const table = alignSpikeTimes(spikes.slice(0, 2), trials, 1);
    expect(table.level('unit')).toEqual([...trials.map(() => 0), ...trials.map(() => 1)]);
    for (let k = 0; k < table.columns; k++) {
      const [unit, trial] = [table.level('unit')[k]!, table.level('trial')[k]!];
      const own = [...table.column(k)]
        .filter((time) => !Number.isNaN(time))
        .map((time) => Math.round(time * 1e4) / 1e4);
      expect(own).toEqual(truth[trial]!.spikes[unit]!);
    }
  });

  it.each(Object.keys(sessions))('%s: rates are those of SciPy', async (name) => {
    const { expected, labels, spikes } = await sessionOf(name);
    const { rate, time_s } = await readNpz(join(expected, 'rate_trial0.npz'));
    const { trials } = findTrials(labels, push, 8000);
    const table = await alignSpikeRates(spikes.slice(0, 2), trials, 1, 50);
    expect(Array.from(table.index.values as Float64Array)).toEqual(Array.from(time_s!.data as Float64Array));
    for (const unit of [0, 1]) {
      const truth = (rate!.data as Float64Array).filter((_, i) => i % 2 === unit);
      table.column(unit * trials.length).forEach((value, i) => {
        expect(Math.abs(value - truth[i]!)).toBeLessThan(1e-5 * Math.max(1, truth[i]!));
      });
    }
  });
});

const labelsOf = (length: number, actions: Record<number, number>, events: Record<number, number>): ActionLabels => {
  const filled = (values: Record<number, number>) => Float64Array.from({ length }, (_, i) => values[i] ?? 0);
  return { actions: filled(actions), events: filled(events) };
};

describe('trials', () => {
  it('are the first event at or after an action, in time, with any of the bits', () => {
    const labels = labelsOf(30_000, { 10: 1, 500: 3, 600: 4, 20_000: 1 }, { 10: 64, 510: 128, 8600: 64, 27_999: 64 });
    const at = (event: number, within: number, label = 1) => findTrials([labels], { label, event }, within).trials;
    expect(at(64, 8000)).toEqual([
      { recording: 0, action: 0, eventMs: 10 },
      { recording: 0, action: 2, eventMs: 27_999 },
    ]);
    expect(at(64, 8100).map(({ eventMs }) => eventMs)).toEqual([10, 27_999]);
    expect(at(64, 8101).map(({ eventMs }) => eventMs)).toEqual([10, 8600, 27_999]);
    expect(at(192, 8000).map(({ eventMs }) => eventMs)).toEqual([10, 510, 27_999]);
    expect(at(64, 8000, 4 | 8).map(({ eventMs }) => eventMs)).toEqual([]);
    expect(findTrials([labels], { label: 1, event: 64 }, 8000).withoutEvent).toBe(1);
  });

  it('count over recordings, those without behaviour too', () => {
    const one = labelsOf(100, { 5: 1, 50: 1 }, { 60: 2 });
    const { trials } = findTrials([one, undefined, one], { label: 1, event: 2 }, 20);
    expect(trials).toEqual([
      { recording: 0, action: 1, eventMs: 60 },
      { recording: 2, action: 3, eventMs: 60 },
    ]);
  });

  it('have bits beyond 31', () => {
    const labels = labelsOf(10, { 1: 2 ** 33 + 1 }, { 2: 2 ** 40 });
    expect(findTrials([labels], { label: 2 ** 33, event: 2 ** 40 }, 5).trials).toHaveLength(1);
    expect(findTrials([labels], { label: 2 ** 32, event: 2 ** 40 }, 5).trials).toHaveLength(0);
  });

  it('refuse what are no bits', () => {
    for (const bits of [0, -1, 0.5, NaN]) {
      expect(() => findTrials([], { label: bits, event: 1 }, 5)).toThrow(/bits, a whole number above 0/);
    }
  });
});

describe('spikes', () => {
  it('of recordings that were sorted together have the time of the behaviour, each once', () => {
    const samples = Float64Array.of(0, 30, 30, 2999, 3000, 3030, 6001);
    const recordings = [
      { rows: 3000, startMs: -12 },
      { rows: 3000, startMs: 500 },
    ];
    expect(timesByRecording(samples, recordings, 30_000).map((list) => [...list])).toEqual([
      [-12, -11, 2999 / 30 - 12],
      [0, 1],
    ]);
  });

  it('at the edges of the window: the first is out, the last is in', () => {
    const units = [{ id: 7, timesMs: [Float64Array.of(500, 500.001, 1000, 1500, 1500.001)] }];
    const table = alignSpikeTimes(units, [{ recording: 0, action: 4, eventMs: 1000 }], 1);
    expect([...table.data].map((time) => Number(time.toFixed(3)))).toEqual([-499.999, 0, 500]);
    expect(table.level('trial')).toEqual([4]);
  });

  it('of units without any are NaN, and of no units there are none', () => {
    const trials = [{ recording: 0, action: 0, eventMs: 1000 }];
    const units = [
      { id: 1, timesMs: [Float64Array.of(999)] },
      { id: 2, timesMs: [new Float64Array()] },
    ];
    expect([...alignSpikeTimes(units, trials, 1).column(1)]).toEqual([NaN]);
    expect(alignSpikeTimes([], trials, 1).columns).toBe(0);
    expect(alignSpikeTimes(units, [], 1).columns).toBe(0);
  });

  it('refuse windows whose half is no whole number of ms', () => {
    for (const duration of [0, -1, 0.001, 1.0005, NaN])
      expect(() => alignSpikeTimes([], [], duration)).toThrow(/durationS/);
  });
});

/** gaussian_filter1d of SciPy (reflected edges), sample by sample. */
function slowRates(times: Float64Array, event: number, durationMs: number, sigma: number): number[] {
  const bins = durationMs + 2000;
  const train = new Array<number>(bins).fill(0);
  for (const time of times) {
    const t = time - event;
    if (t > -bins / 2 && t <= bins / 2) train[Math.min(bins - 1, Math.trunc(t + bins / 2))] = 1;
  }
  const radius = Math.trunc(4 * sigma + 0.5);
  const weights = Array.from({ length: 2 * radius + 1 }, (_, k) =>
    k === radius ? 1 : Math.exp(-0.5 * ((k - radius) / sigma) ** 2),
  );
  const sum = weights.reduce((a, b) => a + b);
  const reflected = (i: number) => {
    const m = ((i % (2 * bins)) + 2 * bins) % (2 * bins);
    return train[m < bins ? m : 2 * bins - 1 - m]!;
  };
  return Array.from({ length: durationMs }, (_, i) =>
    weights.reduce((total, weight, k) => total + (weight / sum) * 1000 * reflected(i + 1000 + k - radius), 0),
  );
}

const train = (seed: number, count: number, length: number) =>
  Float64Array.from({ length: count }, (_, i) => (noise(i + 1000 * seed) + 0.5) * length).sort();

describe('rates', () => {
  it.each([0, 1, 20, 300, 2000])('with a Gaussian of %i ms are the slow ones', async (sigma) => {
    const units = [1, 2, 3].map((id) => ({ id, timesMs: [train(id, 400, 9000), train(id + 10, 50, 5000)] }));
    const trials = [
      { recording: 0, action: 0, eventMs: 40 },
      { recording: 0, action: 1, eventMs: 4321 },
      { recording: 1, action: 2, eventMs: 4990 },
    ];
    const table = await alignSpikeRates(units, trials, 0.2, sigma);
    expect(table.level('trial').slice(0, 3)).toEqual([0, 1, 2]);
    for (const [u, { timesMs }] of units.entries()) {
      for (const [t, { recording, eventMs }] of trials.entries()) {
        const slow = slowRates(timesMs[recording]!, eventMs, 200, sigma);
        table.column(u * 3 + t).forEach((value, i) => {
          expect(Math.abs(value - slow[i]!)).toBeLessThan(1e-5 * Math.max(1, slow[i]!));
        });
      }
    }
  });

  it('have a spike at the event in the bin of 1 ms', async () => {
    const table = await alignSpikeRates(
      [{ id: 1, timesMs: [Float64Array.of(500)] }],
      [{ recording: 0, action: 0, eventMs: 500 }],
      0.01,
      0,
    );
    expect(Array.from(table.index.values as Float64Array).map((t) => Math.round(1000 * t))).toEqual([
      -4, -3, -2, -1, 0, 1, 2, 3, 4, 5,
    ]);
    expect([...table.data]).toEqual([0, 0, 0, 0, 0, 1000, 0, 0, 0, 0]);
  });

  it('do not depend on the number of threads', async () => {
    const units = [1, 2, 3, 4].map((id) => ({ id, timesMs: [train(id, 400, 90_000)] }));
    const trials = Array.from({ length: 60 }, (_, i) => ({ recording: 0, action: i, eventMs: 1490 * i }));
    const one = await alignSpikeRates(units, trials, 0.5, 50, { threads: 1 });
    expect((await alignSpikeRates(units, trials, 0.5, 50, { threads: 2 })).data).toEqual(one.data);
  });
});

describe('continuous signals', () => {
  const trials = [
    { recording: 0, action: 0, eventMs: 50 },
    { recording: 0, action: 1, eventMs: 1 },
    { recording: 1, action: 2, eventMs: 99 },
  ];
  const values = Float64Array.from({ length: 200 }, (_, i) => i);

  it('are NaN beyond the ends of a recording, and have the event at 0', async () => {
    const path = join(folder, 'behaviour.h5');
    await writeFrame(path, values, [{ values: ["/'A'/'0'", "/'B'/'0'"] }]);
    const signal = await openContinuous(path, 'unit');
    const table = await alignContinuous([signal, signal], trials, 0.006);
    await signal.close();
    expect([...table.column(0)]).toEqual([96, 98, 100, 102, 104, 106]);
    expect(table.index.values[2]).toBe(0);
    expect([...table.column(1)]).toEqual([NaN, 0, 2, 4, 6, 8]);
    expect([...table.column(5)]).toEqual([195, 197, 199, NaN, NaN, NaN]);
    expect(table.level('unit')).toEqual([0, 0, 0, 1, 1, 1].map((c) => ["/'A'/'0'", "/'B'/'0'"][c]));
    expect(table.level('trial')).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it('are read from arrays and from tables with several levels of columns', async () => {
    const npy = join(folder, 'index.npy');
    await writeNpy(npy, { data: values, shape: [100, 2] });
    const array = await openContinuous(npy, 'ROI');
    expect([...(await alignContinuous([array], trials.slice(0, 1), 0.002)).data]).toEqual([100, 102, 101, 103]);
    const path = join(folder, 'tracking.h5');
    await writeFrame(path, values, [
      { name: 'scorer', values: ['net', 'net'] },
      { name: 'bodyparts', values: ['paw', 'paw'] },
      { name: 'coords', values: ['x', 'y'] },
    ]);
    const tracking = await openContinuous(path, 'unit');
    const table = await alignContinuous([tracking], trials.slice(0, 1), 0.002);
    await tracking.close();
    expect(table.levels.map(({ name }) => name)).toEqual(['scorer', 'bodyparts', 'coords', 'trial']);
    expect(table.level('coords')).toEqual(['x', 'y']);
  });

  it('leave out recordings without them, and refuse recordings with other columns', async () => {
    const [a, b] = [join(folder, 'a.h5'), join(folder, 'b.h5')];
    await writeFrame(a, values, [{ values: [0, 1] }]);
    await writeFrame(b, values, [{ values: [0, 2] }]);
    const [one, two] = [await openContinuous(a, 'unit'), await openContinuous(b, 'unit')];
    expect((await alignContinuous([undefined, one], trials, 0.002)).level('trial')).toEqual([0, 0]);
    await expect(alignContinuous([one, two], trials, 0.002)).rejects.toThrow(/its columns are not those of/);
    await one.close();
    await two.close();
    const broken = join(folder, 'no.h5');
    writeFileSync(broken, 'nothing');
    await expect(openContinuous(broken, 'unit')).rejects.toThrow(/not an HDF5 file/);
  });
});

describe('confidence intervals', () => {
  const units: UnitSpikes[] = [1, 2].map((id) => ({ id, timesMs: [train(id, id * 500, 60_000)] }));
  const trials = Array.from({ length: 25 }, (_, i) => ({ recording: 0, action: i, eventMs: 2000 * i + 3000 }));

  it('are about the median of the means of the trials', async () => {
    const options = { startS: -0.2, stepS: 0.1, endS: 0.2, samples: 2000 };
    const { table } = (await spikeRateConfidence(units, trials, options))!;
    expect(table.levels.map(({ name }) => name)).toEqual(['unit', 'bin']);
    expect([...table.index.values]).toEqual([2.5, 50, 97.5]);
    for (const [u, { timesMs }] of units.entries()) {
      for (const bin of [0, 1, 2, 3]) {
        // Both ends of a bin are in it: 101 values of 1 ms.
        const means = trials.map(({ eventMs }) => {
          const rates = slowRates(timesMs[0]!, eventMs, 402, 50);
          return rates.slice(200 + 100 * (bin - 2), 200 + 100 * (bin - 1) + 1).reduce((a, b) => a + b) / 101;
        });
        const [low, middle, high] = table.column(u * 4 + bin);
        const sorted = means.sort((a, b) => a - b);
        expect(low).toBeLessThan(middle!);
        expect(middle).toBeLessThan(high!);
        expect(low).toBeGreaterThanOrEqual(sorted[4]!);
        expect(high).toBeLessThanOrEqual(sorted[20]!);
        expect(Math.abs(middle! - sorted[12]!)).toBeLessThan((sorted[16]! - sorted[8]!) / 2 + 1e-3);
      }
    }
  });

  it('are the same with the same seed and any number of threads', async () => {
    const run = async (seed: number, threads: number) =>
      (await spikeRateConfidence(units, trials, { seed, samples: 500 }, { threads }))!.table.data;
    expect(await run(1, 1)).toEqual(await run(1, 2));
    expect(await run(1, 1)).not.toEqual(await run(2, 1));
  });

  it('less a baseline are 0 where the baseline is the bin', async () => {
    const options = { startS: 0, stepS: 0.1, endS: 0.1, samples: 200, baseline: { startS: 0, endS: 0.1 } };
    const { table } = (await spikeRateConfidence(units, trials, options))!;
    for (const value of table.data) expect(Math.abs(value)).toBeLessThan(1e-6);
  });

  it('with a bin of its own for each trial leave out trials that end before they start', async () => {
    const startS = trials.map(() => 0);
    const endS = trials.map((_, t) => (t === 3 ? -0.1 : 0.2));
    const { table, warnings } = (await spikeRateConfidence(units, trials, { startS, endS, samples: 100 }))!;
    expect(table.columns).toBe(2);
    expect(warnings).toEqual(['1 of 25 trials end before they start; they were left out.']);
    expect(await spikeRateConfidence(units, [], { samples: 10 })).toBeUndefined();
  });

  it('refuse steps that do not fit, and other numbers that cannot be', async () => {
    const refused = (options: object) =>
      expect(spikeRateConfidence(units, trials, options)).rejects.toMatchObject({ code: 'DANT_ARGUMENT' });
    await refused({ startS: 0, stepS: 0.3, endS: 1 });
    await refused({ startS: [0], endS: 1 });
    await refused({ confidence: 100 });
    await refused({ sampleSize: 0 });
    await refused({ samples: 1.5 });
    await refused({ baseline: { startS: 1, endS: 0 } });
  });

  // Medians of samples of 5 of the values 0 … 4: the exact distribution is the binomial one.
  it('have the distribution of medians of samples', async () => {
    const values = Float64Array.of(0, 1, 2, 3, 4);
    const { addon } = await import('../../lib/native/addon.js');
    const percents = Float64Array.from({ length: 99 }, (_, i) => i + 1);
    const percentiles = new Float64Array(99);
    await addon.bootstrapMedians({
      ...{ threads: 1, control: new Int32Array(2), values, length: 5, sampleSize: 5, samples: 200_000, seed: 7 },
      percents,
      percentiles,
    });
    const choose = [1, 5, 10, 10, 5, 1];
    const atMost = (v: number) => {
      const p = (v + 1) / 5;
      return [3, 4, 5].reduce((sum, k) => sum + choose[k]! * p ** k * (1 - p) ** (5 - k), 0);
    };
    for (const [i, percentile] of percentiles.entries()) {
      const truth = [0, 1, 2, 3, 4].find((v) => atMost(v) >= (i + 1) / 100)!;
      const isNearEdge = [0, 1, 2, 3].some((v) => Math.abs(atMost(v) - (i + 1) / 100) < 0.005);
      if (!isNearEdge) expect(percentile).toBe(truth);
    }
  });
});

describe('AlignedTable', () => {
  const table = new AlignedTable(
    [
      { name: 'unit', values: [3, 3, 5] },
      { name: 'trial', values: [0, 1, 0] },
    ],
    { name: 'time', values: [-0.5, 0.5] },
    Float32Array.of(1, 2, 3, NaN, 5, 6),
  );

  it('is written as .csv, .npz and .h5, and nothing else', async () => {
    const at = (name: string) => join(folder, name);
    await table.write(at('t.csv'));
    expect(readFileSync(at('t.csv'), 'utf8')).toBe(
      'unit,trial,time,value\n3,0,-0.5,1\n3,0,0.5,2\n3,1,-0.5,3\n3,1,0.5,\n5,0,-0.5,5\n5,0,0.5,6\n',
    );
    await table.write(at('t.npz'));
    const { values, unit, time } = await readNpz(at('t.npz'));
    expect(values!.shape).toEqual([2, 3]);
    expect([...(values!.data as Float32Array)]).toEqual([1, 3, 5, 2, NaN, 6]);
    expect([...(unit!.data as Float64Array)]).toEqual([3, 3, 5]);
    expect([...(time!.data as Float64Array)]).toEqual([-0.5, 0.5]);
    await table.write(at('t.h5'));
    const signal = await openContinuous(at('t.h5'), 'unit');
    expect([...(await signal.read(0, 2))]).toEqual([1, 3, 5, 2, NaN, 6]);
    expect(signal.columns.map(({ name }) => name)).toEqual(['unit', 'trial']);
    await signal.close();
    await expect(table.write(at('t.txt'))).rejects.toThrow(/\.h5, \.npz or \.csv/);
    await expect(table.write(at('no/t.csv'))).rejects.toMatchObject({ code: 'DANT_OUTPUT' });
  });

  it('refuses numbers that do not fit its levels', () => {
    expect(
      () => new AlignedTable([{ name: 'unit', values: [1] }], { name: 'time', values: [1] }, new Float64Array(2)),
    ).toThrow(/1 columns of 1 rows/);
    expect(() => table.level('session')).toThrow(/unit or trial/);
  });
});

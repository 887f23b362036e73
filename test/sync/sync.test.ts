import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { openExperiment } from '../../lib/experiment/folders.js';
import { restoreFile } from '../../lib/experiment/restore.js';
import { readNpz } from '../../lib/files/npz.js';
import { openEphys } from '../../lib/processing/ephys_file.js';
import { Random } from '../../lib/random.js';
import { fitClock } from '../../lib/sync/clock_map.js';
import { ChangeCollector, statesPerMs, type DigitalSignal } from '../../lib/sync/digital_signal.js';
import { findSyncLag } from '../../lib/sync/find_lag.js';
import { readProbeSync, readTdmsSync } from '../../lib/sync/read_sync.js';
import { TdmsFile } from '../../lib/tdms/tdms_file.js';
import { fixtures, haveFixtures } from '../pixels_fixtures.js';

/** A random train of pulses, s: [on, off] each. */
function pulses(seed: number, seconds: number): [number, number][] {
  const random = new Random(91, seed);
  const all: [number, number][] = [];
  for (let t = 0.05; t < seconds;) {
    const off = t + random.uniform(0.02, 0.2);
    all.push([t, off]);
    t = off + random.uniform(0.02, 0.25);
  }
  return all;
}

/** The train as a recorder sees it that starts at `startS` and whose clock is fast by `ppm`. */
function recorded(train: [number, number][], startS: number, seconds: number, rateHz: number, ppm = 0): DigitalSignal {
  const collector = new ChangeCollector(rateHz);
  const samples = Math.round(seconds * rateHz);
  const changes = train.flat().map((t) => Math.ceil((t - startS) * (1 + 1e-6 * ppm) * rateHz));
  let next = 0;
  let state: 0 | 1 = 0;
  collector.add(samples, (i) => {
    while (next < changes.length && changes[next]! <= i) {
      next++;
      state = (next % 2) as 0 | 1;
    }
    return state;
  });
  return collector.end();
}

/** The slow, obvious way: pixels.md 5.3. */
function slowLag(a: Uint8Array, b: Uint8Array): [number, number] {
  const length = Math.min(Math.floor(Math.min(a.length, b.length) / 2), 300_000);
  const scores = (x: Uint8Array, y: Uint8Array) =>
    Array.from({ length }, (_, i) => {
      let equal = 0;
      for (let j = 0; j < length; j++) equal += x[i + j] === y[j] ? 1 : 0;
      return (100 * equal) / length;
    });
  const [p, n] = [scores(a, b), scores(b, a)];
  const [pMax, nMax] = [Math.max(...p), Math.max(...n)];
  return pMax > nMax ? [p.indexOf(pMax), pMax] : [-n.indexOf(nMax), nMax];
}

describe('the lag', () => {
  it('is that of the slow comparison of all lags, chance and ties included', () => {
    const random = new Random(92);
    for (let k = 0; k < 40; k++) {
      const make = () => Uint8Array.from({ length: 2 + random.index(700) }, () => Number(random.chance(0.3)));
      const [a, b] = [make(), make()];
      if (new Set(a).size < 2 || new Set(b).size < 2) continue;
      const { lagMs, matchPercent, undetermined } = findSyncLag(a, b);
      if (undetermined === undefined && Math.abs(lagMs) >= Math.floor(Math.min(a.length, b.length) / 2)) continue;
      expect([lagMs + 0, matchPercent], String(k)).toEqual(slowLag(a, b).map((value) => value + 0));
    }
  });

  it.each([0, 1, -1, 2345, -2345])('of %i ms is found', (lag) => {
    const train = pulses(1, 30);
    const a = statesPerMs(recorded(train, 3, 20, 25_000));
    const b = statesPerMs(recorded(train, 3 + lag / 1000, 20, 2500));
    const found = findSyncLag(a, b);
    expect(found.undetermined).toBeUndefined();
    expect(Math.abs(found.lagMs - lag)).toBeLessThanOrEqual(1);
    expect(found.matchPercent).toBeGreaterThan(98);
  });

  it('beyond half of the recording is found in a longer one', () => {
    const train = pulses(2, 120);
    const a = statesPerMs(recorded(train, 0, 100, 1000));
    const b = statesPerMs(recorded(train, 70, 20, 2500));
    expect(findSyncLag(a, b)).toMatchObject({ undetermined: undefined, lagMs: expect.closeTo(70_000, -0.5) as number });
  });

  it('of sparse pulses is found, though most states are equal at any lag', () => {
    const random = new Random(93);
    const train: [number, number][] = [];
    for (let t = 1; t < 200; t += random.uniform(3, 9)) train.push([t, t + 0.03]);
    const a = statesPerMs(recorded(train, 0, 180, 25_000));
    const b = statesPerMs(recorded(train, 12.5, 160, 2500));
    expect(findSyncLag(a, b)).toMatchObject({ undetermined: undefined, lagMs: 12_500 });
  });

  it('is not told of a flat or a periodic signal, of others, and of one that is longer than the recordings', () => {
    const square = Array.from({ length: 60 }, (_, k): [number, number] => [k, k + 0.5]);
    const periodic = statesPerMs(recorded(square, 0.2, 40, 25_000));
    const other = statesPerMs(recorded(square, 3.7, 40, 2500));
    expect(findSyncLag(periodic, other).undetermined).toBe('ambiguous');
    expect(findSyncLag(new Uint8Array(20_000), other).undetermined).toBe('flat');
    expect(findSyncLag(periodic, new Uint8Array(20_000).fill(1)).undetermined).toBe('flat');
    const [one, two] = [pulses(3, 120), pulses(4, 120)];
    const a = statesPerMs(recorded(one, 0, 50, 1000));
    expect(findSyncLag(a, statesPerMs(recorded(two, 0, 50, 1000))).undetermined).toBe('unrelated');
    expect(findSyncLag(a, statesPerMs(recorded(one, 60, 50, 1000))).undetermined).toBe('unrelated');
    expect(findSyncLag(new Uint8Array(0), a).undetermined).toBe('flat');
  });

  it('of an hour takes a few seconds', () => {
    const train = pulses(5, 3600);
    const a = statesPerMs(recorded(train, 0, 3500, 2500));
    const b = statesPerMs(recorded(train, 47, 3500, 2500));
    const start = performance.now();
    expect(findSyncLag(a, b).lagMs).toBe(47_000);
    expect(performance.now() - start).toBeLessThan(15_000);
  });
});

describe('the clock map', () => {
  it('follows a drift through the session, at calibrated rates', () => {
    const train = pulses(6, 1300);
    const behaviour = recorded(train, 0, 1250, 25_000);
    const probe = recorded(train, 2, 1200, 2500.0234, -32);
    const { lagMs } = findSyncLag(statesPerMs(behaviour), statesPerMs(probe));
    const clock = fitClock(behaviour, probe, lagMs)!;
    expect(clock.driftPpm).toBeCloseTo(32, 1);
    expect(clock.offsetS).toBeCloseTo(2, 3);
    expect(clock.matched).toBeGreaterThan(0.999);
    // A change is known to a sample of 400 µs: ± 200 µs, of which the standard deviation is 400/√12.
    expect(clock.residualUs.rms).toBeGreaterThan(100);
    expect(clock.residualUs.rms).toBeLessThan(130);
    expect(clock.residualUs.max).toBeLessThan(240);
  });

  it('bears missing pulses, and is not made of too few', () => {
    const train = pulses(7, 300);
    const behaviour = recorded(
      train.filter((_, k) => k % 3 > 0),
      0,
      290,
      25_000,
    );
    const clock = fitClock(behaviour, recorded(train, 1, 280, 25_000, 50), 1000)!;
    expect(clock.driftPpm).toBeCloseTo(-50, 0);
    expect(clock.matched).toBeCloseTo(2 / 3, 1);
    expect(clock.residualUs.max).toBeLessThan(60);
    expect(fitClock(recorded(train.slice(0, 1), 0, 10, 1000), recorded(train, 0, 10, 1000), 0)).toBeUndefined();
  });
});

describe.skipIf(!haveFixtures)('the fixtures', () => {
  it('have the lags that the original finds, and its states at 1 kHz', async () => {
    const interim = mkdtempSync(join(tmpdir(), 'dant sync '));
    const { sessions } = await openExperiment(join(fixtures, 'data'), { interim });
    for (const session of sessions) {
      const folder = join(fixtures, 'expected', session.name);
      const lags = JSON.parse(readFileSync(join(folder, 'lag.json'), 'utf8')) as Record<string, number>[];
      for (const recording of session.recordings) {
        const expected = await readNpz(join(folder, `expected_${recording.index}.npz`));
        const truth = JSON.parse(readFileSync(join(folder, `truth_${recording.index}.json`), 'utf8')) as {
          match_percent: number;
        };
        const paths = {
          bin: await restoreFile(recording.lfBin!, session),
          meta: await restoreFile(recording.lfMeta!, session),
        };
        const file = await openEphys(paths, 'lf');
        const probe = await readProbeSync(file);
        await file.close();
        const tdms = await TdmsFile.open(await restoreFile(recording.behaviour!, session));
        const behaviour = await readTdmsSync(tdms.path, tdms.firstOf('NpxlSync_Signal')!, 25_000);
        await tdms.close();
        expect(behaviour.rateHz).toBe(25_000);
        const [a, b] = [statesPerMs(behaviour), statesPerMs(probe)];
        const differing = (states: Uint8Array, wanted: Int8Array) => {
          expect(states.length).toBe(wanted.length);
          return states.filter((state, i) => state !== wanted[i]).length;
        };
        expect(differing(a, expected.sync_behaviour!.data as Int8Array)).toBe(0);
        // Of 2.5 kHz, where a change lies just between two ms of the original's filter
        expect(differing(b, expected.sync_probe!.data as Int8Array)).toBeLessThan(0.005 * b.length);
        const found = findSyncLag(a, b);
        expect(found.undetermined).toBeUndefined();
        expect(found.lagMs).toBe(lags[recording.index]!.lag_start);
        expect(Math.abs(found.matchPercent - truth.match_percent)).toBeLessThan(0.15);
        const clock = fitClock(behaviour, probe, found.lagMs)!;
        expect(Math.abs(clock.driftPpm)).toBeLessThan(40);
        expect(clock.residualUs.max).toBeLessThan(400);
      }
    }
  });
});

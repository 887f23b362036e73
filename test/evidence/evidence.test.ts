import { describe, expect, it } from 'vitest';

import { medianOf } from '../../lib/arrays.js';
import { chanceByScore } from '../../lib/evidence/chance.js';
import { matchesByDistance } from '../../lib/evidence/by_distance.js';
import { intervalBins, logIntervalHistograms } from '../../lib/evidence/intervals.js';
import { likenessTest } from '../../lib/evidence/likeness.js';
import { roc } from '../../lib/evidence/roc.js';
import { sessionPairs, type TrackedUnits } from '../../lib/evidence/session_pairs.js';
import { verdictOf, verdictText } from '../../lib/evidence/verdict.js';
import { Random } from '../../lib/random.js';
import { joinSpikeTrains } from '../../lib/recording/spike_trains.js';

describe('the area under the ROC curve', () => {
  /** Every pair of values, as the definition says. */
  function slowArea(higher: number[], lower: number[]): number {
    let sum = 0;
    for (const a of higher) for (const b of lower) sum += a > b ? 1 : a === b ? 0.5 : 0;
    return sum / (higher.length * lower.length);
  }

  it('is the share of pairs in the right order, ties counting half', () => {
    const random = new Random(3);
    for (const levels of [3, 50, 1e9]) {
      const draw = (count: number, shift: number) =>
        Array.from({ length: count }, () => Math.round(levels * (random.uniform() + shift)) / levels);
      const [higher, lower] = [draw(83, 0.2), draw(311, 0)];
      const { auc, curve, error } = roc(higher, lower);
      expect(auc).toBeCloseTo(slowArea(higher, lower), 12);
      expect(curve[0]).toEqual([0, 0]);
      expect(curve.at(-1)).toEqual([1, 1]);
      expect(curve.length).toBeLessThan(105);
      // Each point of the curve is the shares above some threshold.
      for (const [below, above] of curve) {
        const matches = [...higher, ...lower, Infinity].some(
          (threshold) =>
            lower.filter((value) => value >= threshold).length === Math.round(below * lower.length) &&
            higher.filter((value) => value >= threshold).length === Math.round(above * higher.length),
        );
        expect(matches).toBe(true);
      }
      expect(error).toBeGreaterThan(0.01);
      expect(error).toBeLessThan(0.05);
    }
  });

  it('has the standard error of many draws', () => {
    const random = new Random(5);
    const normal = () => Math.sqrt(-2 * Math.log(random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
    const draws = Array.from({ length: 400 }, () =>
      roc(
        Array.from({ length: 40 }, () => normal() + 1),
        Array.from({ length: 100 }, normal),
      ),
    );
    const mean = draws.reduce((sum, { auc }) => sum + auc, 0) / draws.length;
    const deviation = Math.sqrt(draws.reduce((sum, { auc }) => sum + (auc - mean) ** 2, 0) / draws.length);
    const error = draws.reduce((sum, one) => sum + one.error, 0) / draws.length;
    expect(mean).toBeCloseTo(0.76, 1);
    expect(error / deviation).toBeGreaterThan(0.85);
    expect(error / deviation).toBeLessThan(1.15);
  });

  it('is not a number of nothing', () => {
    expect(roc([], [1])).toMatchObject({ auc: NaN, error: NaN });
    expect(medianOf([])).toBeNaN();
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(medianOf([4, 1, 2, 3])).toBe(2.5);
  });
});

describe('interval histograms', () => {
  it('count intervals of 1 to 3000 ms in bins that grow', () => {
    const { count, fromMs, toMs } = intervalBins;
    const random = new Random(1);
    const times = [0];
    for (let k = 0; k < 3000; k++) times.push(times.at(-1)! + Math.exp(9 * random.uniform() - 0.5));
    // Exactly the ends of the range count, and what is beyond them does not.
    for (const interval of [1, 3000, 0.999, 3001]) times.push(times.at(-1)! + interval);
    const shuffled = [...times].reverse();
    const { data, shape } = logIntervalHistograms(joinSpikeTrains([times, shuffled, times.slice(0, 199)]));
    expect(shape).toEqual([3, count]);
    const edges = Array.from({ length: count + 1 }, (_, k) => fromMs * (toMs / fromMs) ** (k / count));
    edges[count] = toMs;
    const intervals = times.slice(1).map((time, k) => time - times[k]!);
    const bins = edges
      .slice(1)
      .map(
        (edge, k) =>
          intervals.filter(
            (interval) => interval >= edges[k]! && (k === count - 1 ? interval <= edge : interval < edge),
          ).length,
      );
    const total = bins.reduce((sum, value) => sum + value, 0);
    bins.forEach((value, k) => {
      expect(data[k]).toBeCloseTo(value / total, 12);
    });
    // Spike times may come in any order.
    expect(data.slice(count, 2 * count)).toEqual(data.slice(0, count));
    expect(data.slice(2 * count).every(Number.isNaN)).toBe(true);
  });

  it('have nothing to say of units whose intervals all lie outside', () => {
    const { data } = logIntervalHistograms(joinSpikeTrains([Array.from({ length: 300 }, (_, k) => 5000 * k)]));
    expect(data.every(Number.isNaN)).toBe(true);
  });
});

/** Three sessions; clusters 1 … 4; the second session lies 30 µm deeper. */
const tracked: TrackedUnits = {
  sessions: Int32Array.of(1, 1, 1, 2, 2, 2, 3, 3),
  sessionCount: 3,
  clusters: Int32Array.of(1, 2, -1, 1, 2, -1, 2, -1),
  locationsUm: Float64Array.from([100, 200, 250, 131, 229, 280, 700, 200].flatMap((depth) => [0, depth, 0])),
};

describe('pairs of sessions', () => {
  it('have their matches, and the displacement at which most lie', () => {
    const pairs = sessionPairs(tracked);
    expect(pairs.map(({ sessions }) => sessions)).toEqual([
      [1, 2],
      [1, 3],
      [2, 3],
    ]);
    expect(pairs[0]).toEqual({
      sessions: [1, 2],
      units: [3, 3],
      matches: [
        [0, 3],
        [1, 4],
      ],
      share: 2 / 3,
      displacementUm: 30,
      medianDisplacementUm: 30,
      atDisplacement: 2,
    });
    // Beyond the 400 µm that are searched, the nearest of them.
    expect(pairs[1]).toMatchObject({ matches: [[1, 6]], share: 0.5, displacementUm: 400, atDisplacement: 0 });
    const none = sessionPairs({ ...tracked, clusters: new Int32Array(8).fill(-1) });
    expect(none[0]).toMatchObject({ matches: [], share: 0, displacementUm: NaN, atDisplacement: 0 });
  });

  it('are grouped by days where days are known, else by their order', () => {
    const pairs = sessionPairs(tracked).map(({ matches, ...pair }) => ({
      ...pair,
      matches: matches.length,
      connection: undefined,
    }));
    const inOrder = matchesByDistance(pairs.map((pair) => ({ ...pair, daysApart: undefined })));
    expect(inOrder).toEqual({
      isInDays: false,
      rows: [
        { from: 1, to: 1, sessionPairs: 2, matches: 3, share: 3 / 5 },
        { from: 2, to: 2, sessionPairs: 1, matches: 1, share: 1 / 2 },
      ],
    });
    const { isInDays, rows } = matchesByDistance(
      Array.from({ length: 20 }, (_, k) => ({ ...pairs[0]!, daysApart: k * 1.5 })),
    );
    expect(isInDays).toBe(true);
    expect(rows.map((row) => row.sessionPairs)).toEqual([3, 3, 3, 3, 3, 3, 2]);
    expect(rows[0]).toMatchObject({ from: 0, to: 3, matches: 6, share: 2 / 3 });
  });
});

describe('chance by score', () => {
  it('is the share of decoys among the candidates at a score and above', () => {
    const random = new Random(9);
    const counts = Float64Array.from({ length: 3 * 12 }, (_, k) =>
      k % 3 === 0 ? k / 3 - 6 : Math.floor((k % 3 === 1 ? 50 : 20) * random.uniform()),
    );
    counts.set([5, 0, 0], 3 * 11);
    const rows = chanceByScore(counts);
    rows.forEach(({ score, candidates, byChance, share, candidatesHere }, bin) => {
      const above = (column: number) =>
        counts.reduce((sum, value, k) => sum + (k % 3 === column && Math.floor(k / 3) >= bin ? value : 0), 0);
      expect([score, candidates, byChance]).toEqual([bin - 6, above(1), above(2)]);
      expect(candidatesHere).toBe(counts[3 * bin + 1]);
      expect(share).toBe(Math.min(1, above(2) / above(1)));
    });
    expect(rows.at(-1)).toMatchObject({ candidates: 0, share: NaN });
  });
});

describe('the likeness of matched units', () => {
  const width = 12;
  const random = new Random(7);
  const rows = Float64Array.from({ length: 8 * width }, () => random.uniform());
  // Unit 7 has no value.
  rows.fill(NaN, 7 * width);

  function slowCorrelation(i: number, j: number): number {
    const [a, b] = [i, j].map((unit) => Array.from(rows.subarray(unit * width, (unit + 1) * width)));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / width;
    const covariance = (x: number[], y: number[]) =>
      x.reduce((sum, value, k) => sum + (value - mean(x)) * (y[k]! - mean(y)), 0);
    return covariance(a!, b!) / Math.sqrt(covariance(a!, a!) * covariance(b!, b!));
  }

  it('is compared with that of unmatched units that lie where a match would', () => {
    const pairs = sessionPairs(tracked);
    const test = likenessTest({ data: rows, shape: [8, width] }, tracked, pairs.slice(0, 2));
    const matched = [slowCorrelation(0, 3), slowCorrelation(1, 4), slowCorrelation(1, 6)];
    // Of sessions 1 and 2: nearer than 60 µm to +30; of 1 and 3: to +500 µm.
    const near = [
      [1, 5],
      [2, 4],
      [2, 5],
      [2, 6],
    ].map(([i, j]) => slowCorrelation(i!, j!));
    expect(test).toMatchObject({ matched: 3, neighbours: near.length });
    expect(test.medianMatched).toBeCloseTo(medianOf(matched), 10);
    expect(test.medianNeighbours).toBeCloseTo(medianOf(near), 10);
    expect(test.auc).toBeCloseTo(roc(matched, near).auc, 10);
    expect(test.matchedByCorrelation.reduce((sum, count) => sum + count, 0)).toBe(3);
  });

  it('is of one shank', () => {
    const shanks = Int32Array.of(1, 1, 1, 1, 1, 2, 1, 1);
    const test = likenessTest(
      { data: rows, shape: [8, width] },
      { ...tracked, shanks },
      sessionPairs(tracked).slice(0, 1),
    );
    expect(test).toMatchObject({ matched: 2, neighbours: 1 });
  });

  it('is put into words', () => {
    const test = (auc: number, error = 0.03, matched = 100) => ({
      ...likenessTest({ data: rows, shape: [8, width] }, tracked, []),
      ...{ auc, error, matched, neighbours: 1000 },
    });
    expect(verdictOf(test(0.8))).toBe('good');
    expect(verdictOf(test(0.6))).toBe('weak');
    expect(verdictOf(test(0.55))).toBe('chance');
    expect(verdictOf(test(0.9, 0.03, 29))).toBe('too few');
    expect(verdictText(test(0.8), 'fire')).toMatch(/^Matched units fire clearly more alike/);
    expect(verdictText(test(0.9, 0.03, 29), 'respond')).toMatch(/29 matched, 1000 neighbours/);
  });
});

import { describe, expect, it } from 'vitest';

import { binomialTail } from '../../lib/motion/binomial.js';
import { connectSessions } from '../../lib/motion/connections.js';
import { chanceAt, findDisplacement } from '../../lib/motion/displacement.js';
import type { MutualBest } from '../../lib/matching/mutual_best.js';
import { Random } from '../../lib/random.js';

describe('binomialTail', () => {
  it('gives the numbers of SciPy (binom.sf)', () => {
    expect(binomialTail(7, 10, 0.0375)).toBeCloseTo(1.1322856236621735e-8, 20);
    expect(binomialTail(20, 40, 0.1) / 1.8718579354174017e-10).toBeCloseTo(1, 8);
    expect(binomialTail(3, 400, 0.01)).toBeCloseTo(0.7633680814519838, 9);
    expect([binomialTail(0, 5, 0.1), binomialTail(6, 5, 0.1), binomialTail(2, 5, 1)]).toEqual([1, 0, 1]);
  });
});

describe('chanceAt', () => {
  it('is the share of all pairs near a displacement, at least that of a long even probe', () => {
    // Pairs in bins of 2 µm from −400 to 400; all at 100 to 140.
    const counts = new Int32Array(400);
    counts.fill(5, 250, 270);
    const chance = chanceAt(counts, 2, 400);
    expect(chance(120)).toBeCloseTo(30 / 40, 6);
    expect(chance(100)).toBeCloseTo(15 / 40, 6);
    expect(chance(-200)).toBeCloseTo(15 / 400, 9);
    expect(chanceAt(new Int32Array(400), 2, 400)(0)).toBe(1);
  });
});

describe('findDisplacement', () => {
  const random = new Random(4);
  const anywhere = (count: number) => Float64Array.from({ length: count }, () => 800 * random.uniform() - 400);
  const centres = Array.from({ length: 301 }, (_, k) => 2 * k - 300);
  const chance = () => 15 / 400;

  it('finds where differences pile up, also if only the first do', () => {
    const right = Float64Array.from({ length: 9 }, () => 72 + 6 * random.uniform());
    const found = findDisplacement(Float64Array.from([...right, ...anywhere(150)]), centres, chance);
    expect(Math.abs(found.centreUm - 75)).toBeLessThan(12);
    expect(found.chanceProbability).toBeLessThan(1e-8);
  });

  it('finds as much by chance as it says', () => {
    const looks = 600 / 15;
    let surprising = 0;
    for (let k = 0; k < 300; ++k) {
      if (findDisplacement(anywhere(60), centres, chance).chanceProbability * looks < 0.05) ++surprising;
    }
    expect(surprising / 300).toBeLessThan(0.08);
  });
});

describe('connectSessions', () => {
  const shifts = [0, 30, -50, 0];

  /** Units of four sessions at 40 depths each; those of session 4 are others. */
  function recording(connected: readonly number[]): { best: MutualBest[]; depthsUm: Float64Array } {
    const random = new Random(9);
    const neurons = Array.from({ length: 40 }, () => 2000 * random.uniform());
    const depthsUm = new Float64Array(160);
    for (let s = 0; s < 4; ++s) {
      neurons.forEach((depth, k) => {
        depthsUm[40 * s + k] =
          (connected.includes(s + 1) ? depth : 2000 * random.uniform()) + shifts[s]! + 2 * random.uniform();
      });
    }
    const best: MutualBest[] = [];
    for (let a = 1; a <= 4; ++a) {
      for (let b = a; b <= 4; ++b) {
        const displacements = new Int32Array(400).fill(4);
        const pairs = Array.from({ length: a === b ? 0 : 40 }, (_, k) => {
          const partner = connected.includes(a) && connected.includes(b) ? k : Math.floor(40 * random.uniform());
          return [40 * (a - 1) + k, 40 * (b - 1) + partner];
        }).filter(([i, j]) => Math.abs(depthsUm[j!]! - depthsUm[i!]!) < 400);
        const likeness = Float64Array.from(pairs, (_, k) => 10 - k);
        best.push({ sessionA: a, sessionB: b, pairs: Int32Array.from(pairs.flat()), likeness, displacements });
      }
    }
    return { best, depthsUm };
  }

  it('connects those that share neurons, with the motion between them, and no others', () => {
    const { best, depthsUm } = recording([1, 2, 3]);
    const { component, shiftUm, linked, chanceProbabilities, by } = connectSessions(best, depthsUm, 4, 300, false);
    expect(by).toBe('displacement');
    expect(new Set(component.subarray(0, 3)).size).toBe(1);
    expect(component[3]).not.toBe(component[0]);
    expect(Math.abs(shiftUm[1]! - shiftUm[0]! - 30)).toBeLessThan(6);
    expect(Math.abs(shiftUm[2]! - shiftUm[0]! + 50)).toBeLessThan(6);
    expect(linked.map(({ sessionA, sessionB }) => [sessionA, sessionB])).toEqual([
      [1, 2],
      [1, 3],
      [2, 3],
    ]);
    for (const { expectedMatches, seeds, seedProbabilities } of linked) {
      expect(expectedMatches).toBeGreaterThan(30);
      expect(seeds).toHaveLength(2 * seedProbabilities.length);
      expect(Math.min(...seedProbabilities)).toBeGreaterThan(0.9);
    }
    expect(chanceProbabilities.get('1,2')).toBeLessThan(1e-20);
    expect(chanceProbabilities.get('1,4')).toBeGreaterThan(1e-3);
  });

  it('knows motion that is given: what agrees with it is connected, and nothing else', () => {
    const { best, depthsUm } = recording([1, 2, 3]);
    const corrected = depthsUm.map((depth, unit) => depth - shifts[Math.floor(unit / 40)]!);
    expect(connectSessions(best, corrected, 4, 300, true).linked).toHaveLength(3);
    // Motion that is not so: nothing lies at 0.
    expect(connectSessions(best, depthsUm, 4, 300, true).linked).toHaveLength(0);
  });

  it('by likeness, where all units lie at one depth: more alike than within sessions', () => {
    const depthsUm = new Float64Array(160).fill(20);
    const alike = (from: number) => Float64Array.from({ length: 40 }, (_, k) => from - 0.1 * k);
    const { best } = recording([1, 2, 3, 4]);
    const same = best.map((entry): MutualBest => {
      const { sessionA, sessionB } = entry;
      const pairs = Int32Array.from(
        { length: 80 },
        (_, k) => 40 * ((k % 2 === 0 ? sessionA : sessionB) - 1) + (k >> 1),
      );
      const isMore = sessionA === 1 && sessionB === 2;
      return { ...entry, pairs, likeness: alike(isMore ? 9 : 5) };
    });
    const { by, linked } = connectSessions(same, depthsUm, 4, 300, false);
    expect(by).toBe('likeness');
    expect(linked.map(({ sessionA, sessionB }) => [sessionA, sessionB])).toEqual([[1, 2]]);
  });
});

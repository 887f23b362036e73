import { describe, expect, it } from 'vitest';

import { estimateMotion, type MatchedDepths } from '../../lib/motion/estimate.js';
import { noise, solveLinear } from '../numbers.js';

/** Pairs between sessions of a probe that moves by constant + 0.001·linear·depth. */
function matched(constantUm: number[], linear: number[], edges: [number, number][], perEdge: number, noiseUm = 0) {
  const pairs: MatchedDepths = {
    sessionA: new Int32Array(edges.length * perEdge),
    sessionB: new Int32Array(edges.length * perEdge),
    depthAUm: new Float64Array(edges.length * perEdge),
    depthBUm: new Float64Array(edges.length * perEdge),
  };
  edges.forEach(([a, b], e) => {
    for (let i = 0; i < perEdge; ++i) {
      const p = e * perEdge + i;
      const depth = 2000 * (0.5 + noise(p));
      const at = (s: number) => depth + constantUm[s - 1]! + 0.001 * linear[s - 1]! * depth;
      pairs.sessionA[p] = a;
      pairs.sessionB[p] = b;
      pairs.depthAUm[p] = at(a) + noiseUm * noise(3 * p + 1);
      pairs.depthBUm[p] = at(b) + noiseUm * noise(3 * p + 2);
    }
  });
  return pairs;
}

const allPairs = (sessions: number[]) =>
  sessions.flatMap((a) => sessions.filter((b) => b > a).map((b): [number, number] => [a, b]));

describe('estimateMotion', () => {
  it('finds rigid motion, with mean 0', async () => {
    const truth = [10, -4, 3, -9];
    const { constantUm, linear, component } = await estimateMotion(
      matched(truth, [0, 0, 0, 0], allPairs([1, 2, 3, 4]), 5),
      { sessionCount: 4 },
    );
    truth.forEach((um, s) => {
      expect(constantUm[s]).toBeCloseTo(um, 9);
    });
    expect(Array.from(linear)).toEqual([0, 0, 0, 0]);
    expect(Array.from(component)).toEqual([0, 0, 0, 0]);
  });

  it('solves the least-squares problem that the specification states, when the pairs disagree', async () => {
    const pairs = matched([0, 5, -7], [0, 3, -2], allPairs([1, 2, 3]), 20, 30);
    const { linear, constantUm } = await estimateMotion(pairs, { sessionCount: 3, linear: true });
    // Normal equations of the unknowns k_2, k_3, b_2, b_3, row by row.
    const rows = Array.from(pairs.sessionA, (a, p) => {
      const b = pairs.sessionB[p]!;
      const depth = (pairs.depthAUm[p]! + pairs.depthBUm[p]!) / 2;
      const row = [0, 0, 0, 0];
      for (const [session, sign] of [
        [a, -1],
        [b, 1],
      ] as const) {
        if (session === 1) continue;
        row[session - 2]! += sign * 0.001 * depth;
        row[session]! += sign;
      }
      return { row, dy: pairs.depthBUm[p]! - pairs.depthAUm[p]!, depth };
    });
    const matrix = [0, 1, 2, 3].map((i) =>
      [0, 1, 2, 3].map((j) => rows.reduce((sum, { row }) => sum + row[i]! * row[j]!, 0)),
    );
    const right = [0, 1, 2, 3].map((i) => rows.reduce((sum, { row, dy }) => sum + row[i]! * dy, 0));
    const [k2, k3, b2, b3] = solveLinear(matrix, right);
    const meanDepth = rows.reduce((sum, { depth }) => sum + depth / rows.length, 0);
    const shift = (0.001 * (k2! + k3!) * meanDepth + b2! + b3!) / 3;
    const expected = [0, k2!, k3!, -shift, b2! - shift, b3! - shift];
    [...linear, ...constantUm].forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6);
    });
  });

  it('says which sessions are connected, and gives each group mean 0', async () => {
    const { constantUm, component } = await estimateMotion(
      matched(
        [1, 20, 5, 40, 0],
        [0, 0, 0, 0, 0],
        [
          [1, 3],
          [2, 4],
        ],
        4,
      ),
      { sessionCount: 5 },
    );
    expect(Array.from(component)).toEqual([0, 1, 0, 1, 2]);
    [-2, -10, 2, 10, 0].forEach((um, s) => {
      expect(constantUm[s]).toBeCloseTo(um, 9);
    });
  });

  it('gives intervals that hold the truth about as often as they say', async () => {
    const truth = Array.from({ length: 40 }, (_, s) => 20 * noise(s + 500));
    const mean = truth.reduce((sum, um) => sum + um / 40, 0);
    const pairs = matched(
      truth,
      truth.map(() => 0),
      allPairs(truth.map((_, s) => s + 1)),
      2,
      20,
    );
    const { constantUm, low, high } = await estimateMotion(pairs, { sessionCount: 40, seed: 7 });
    const held = truth.filter((um, s) => low.constantUm[s]! <= um - mean && um - mean <= high.constantUm[s]!);
    expect(held.length).toBeGreaterThanOrEqual(33);
    constantUm.forEach((um, s) => {
      expect(low.constantUm[s]!).toBeLessThan(um);
      expect(high.constantUm[s]!).toBeGreaterThan(um);
    });
  });

  it('gives the same bytes for a seed, whatever the threads, and others for another seed', async () => {
    const pairs = matched([3, -3, 0], [0, 0, 0], allPairs([1, 2, 3]), 30, 10);
    const options = { sessionCount: 3, linear: true, seed: 5 };
    const [one, two] = await Promise.all([1, 2].map((threads) => estimateMotion(pairs, options, { threads })));
    expect(two).toEqual(one);
    expect((await estimateMotion(pairs, { ...options, seed: 6 })).low).not.toEqual(one!.low);
  });

  it('refuses pairs that name no session, and no pairs at all', async () => {
    const none = matched([], [], [], 0);
    await expect(estimateMotion(none, { sessionCount: 2 })).rejects.toThrow('without matched pairs');
    const wrong = { ...matched([0, 0], [0, 0], [[1, 2]], 1), sessionB: Int32Array.of(3) };
    await expect(estimateMotion(wrong, { sessionCount: 2 })).rejects.toThrow('a session from 1 to 2 for sessionB[0]');
  });
});

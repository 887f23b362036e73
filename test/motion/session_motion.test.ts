import { describe, expect, it } from 'vitest';

import { fitSessionMotion } from '../../lib/motion/session_motion.js';
import { motionAt } from '../../lib/recording/motion.js';
import { Random } from '../../lib/random.js';

const sessions = 4;
const shifts = [-20, 15, -5, 10];
const slopes = [4, -6, 0, 2];
const bends = [-10, 5, 8, -3];
const centreUm = 1500;

/** What a probe of 3 mm sees at a depth: µm. */
const trueMotion = (s: number, depth: number) => {
  const v = (depth - centreUm) / 1000;
  return shifts[s]! + slopes[s]! * v + bends[s]! * v * v;
};

/** 120 neurons, each in every session, and all pairs of their units. */
function recording(seed: number) {
  const random = new Random(seed);
  const depthsUm: number[] = [];
  const unitSessions: number[] = [];
  const pairs: number[] = [];
  for (let n = 0; n < 120; ++n) {
    const depth = 3000 * random.uniform();
    for (let s = 0; s < sessions; ++s) {
      const error = 3 * (random.uniform() + random.uniform() - 1);
      depthsUm.push(depth + trueMotion(s, depth) + error);
      unitSessions.push(s + 1);
      for (let other = 0; other < s; ++other) pairs.push(sessions * n + other, sessions * n + s);
    }
  }
  const units = { sessions: Int32Array.from(unitSessions), depthsUm: Float64Array.from(depthsUm) };
  return { units, matches: { pairs, probabilities: new Float64Array(pairs.length / 2).fill(0.9) } };
}

const none = new Float64Array(sessions);
const start = { shiftsUm: Float64Array.from(shifts), slopes: none, bends: none };
const together = new Int32Array(sessions);

describe('fitSessionMotion', () => {
  it('gives a curve about depth 0, with an interval around it, from one about the middle', async () => {
    const { units, matches } = recording(3);
    const options = { centreUm, terms: 3, scaleUm: 40 } as const;
    const { motion, interval } = await fitSessionMotion(matches, units, together, start, options, {});
    // Motion is known up to what all sessions have in common.
    const mean = (depth: number) => shifts.reduce((sum, _, s) => sum + trueMotion(s, depth), 0) / sessions;
    for (const depth of [0, 700, 1500, 2300, 3000]) {
      for (let s = 0; s < sessions; ++s) {
        const found = motionAt(motion, s + 1, depth);
        expect(Math.abs(found - (trueMotion(s, depth) - mean(depth)))).toBeLessThan(1.5);
        const [low, high] = [motionAt(interval.low, s + 1, depth), motionAt(interval.high, s + 1, depth)];
        expect(high - found).toBeCloseTo(found - low, 9);
        expect(high - low).toBeGreaterThan(0.2);
        expect(high - low).toBeLessThan(3);
      }
    }
  });

  it('does not bend with two terms, nor change with the order of the matches', async () => {
    const { units, matches } = recording(4);
    const options = { centreUm, terms: 2, scaleUm: 40 } as const;
    const line = await fitSessionMotion(matches, units, together, start, options, {});
    expect([...line.motion.quadratic!]).toEqual([0, 0, 0, 0]);
    const pairs = [...matches.pairs].reverse();
    const other = await fitSessionMotion({ ...matches, pairs }, units, together, start, options, {});
    other.motion.constantUm.forEach((value, s) => {
      expect(value).toBeCloseTo(line.motion.constantUm[s]!, 6);
    });
  });
});

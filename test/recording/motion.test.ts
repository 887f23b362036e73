import { describe, expect, it } from 'vitest';

import { isRigid, motionAt } from '../../lib/recording/motion.js';

describe('motionAt', () => {
  const line = { linear: Float64Array.of(0, 4), constantUm: Float64Array.of(-3, 10) };

  it('is a line in depth, and a parabola where there is a quadratic part', () => {
    expect(motionAt(line, 1, 1500)).toBe(-3);
    expect(motionAt(line, 2, 1500)).toBe(16);
    const bent = { ...line, quadratic: Float64Array.of(0, -2) };
    expect(motionAt(bent, 1, 1500)).toBe(-3);
    expect(motionAt(bent, 2, 1500)).toBe(16 - 2 * 1.5 ** 2);
  });

  it('is rigid if no part depends on depth', () => {
    const constantUm = Float64Array.of(1, 2);
    const none = new Float64Array(2);
    expect(isRigid(line)).toBe(false);
    expect(isRigid({ linear: none, constantUm })).toBe(true);
    expect(isRigid({ linear: none, quadratic: none, constantUm })).toBe(true);
    expect(isRigid({ linear: none, quadratic: Float64Array.of(0, 1), constantUm })).toBe(false);
  });
});

import { motionAt, type Motion } from '../recording/motion.js';

interface Deviation {
  /** Root of the mean squared error, µm. */
  rmsUm: number;
  maxUm: number;
}

/** Errors over the sessions and both ends of the probe. */
export interface MotionError extends Deviation {
  /** The same over the sessions alone, at each end of the probe, the tip first. */
  ends: (Deviation & { depthUm: number })[];
}

/**
 * Error of an estimated motion. Motion is known only up to a constant common to all sessions, so the mean difference
 * at each depth is taken out first.
 * @param endsUm Depths of the ends of the probe, where the error is taken.
 */
export function motionError(estimate: Motion, truth: Motion, endsUm: readonly number[]): MotionError {
  const sessions = truth.constantUm.length;
  const ends = endsUm.map((depthUm) => {
    const difference = Array.from(
      { length: sessions },
      (_, s) => motionAt(estimate, s + 1, depthUm) - motionAt(truth, s + 1, depthUm),
    );
    const mean = difference.reduce((sum, value) => sum + value, 0) / sessions;
    const errors = difference.map((value) => value - mean);
    const squares = errors.reduce((sum, value) => sum + value ** 2, 0);
    return { depthUm, rmsUm: Math.sqrt(squares / sessions), maxUm: Math.max(...errors.map(Math.abs)) };
  });
  return { ...inOne(ends), ends };
}

/** The errors of several shanks in one. */
export function pooledError(shanks: readonly MotionError[]): MotionError {
  const ends = shanks[0]!.ends.map(({ depthUm }, k) => ({ depthUm, ...inOne(shanks.map(({ ends }) => ends[k]!)) }));
  return { ...inOne(shanks), ends };
}

function inOne(errors: readonly Deviation[]): Deviation {
  return {
    rmsUm: Math.sqrt(errors.reduce((sum, { rmsUm }) => sum + rmsUm ** 2, 0) / errors.length),
    maxUm: Math.max(...errors.map(({ maxUm }) => maxUm)),
  };
}

import { motionAt, type Motion } from '../correction/motion.js';

export interface MotionError {
  /** Root of the mean squared error over sessions (and ends of the probe), µm. */
  rmsUm: number;
  maxUm: number;
}

/**
 * Error of an estimated motion. Motion is known only up to a constant common to all sessions, so the mean difference
 * at each depth is taken out first.
 * @param depthsUm Where to compare: both ends of the probe.
 */
export function motionError(estimate: Motion, truth: Motion, depthsUm: readonly number[]): MotionError {
  const sessions = truth.constantUm.length;
  let squares = 0;
  let maxUm = 0;
  for (const depth of depthsUm) {
    const difference = Array.from(
      { length: sessions },
      (_, s) => motionAt(estimate, s + 1, depth) - motionAt(truth, s + 1, depth),
    );
    const mean = difference.reduce((sum, value) => sum + value, 0) / sessions;
    for (const value of difference) {
      squares += (value - mean) ** 2;
      maxUm = Math.max(maxUm, Math.abs(value - mean));
    }
  }
  return { rmsUm: Math.sqrt(squares / (sessions * depthsUm.length)), maxUm };
}

/** The errors of several shanks in one. */
export function pooledError(errors: readonly MotionError[]): MotionError {
  return {
    rmsUm: Math.sqrt(errors.reduce((sum, { rmsUm }) => sum + rmsUm ** 2, 0) / errors.length),
    maxUm: Math.max(...errors.map(({ maxUm }) => maxUm)),
  };
}

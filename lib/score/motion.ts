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
 * Error of an estimated motion. Motion is known only up to a constant common to all sessions that are connected, so their
 * mean difference at each depth is taken out first. Of a session that is alone nothing is claimed, and nothing scored.
 * @param endsUm Depths of the ends of the probe, where the error is taken.
 * @param component (S) sessions with equal numbers are connected; default: all
 */
export function motionError(
  estimate: Motion,
  truth: Motion,
  endsUm: readonly number[],
  component: ArrayLike<number> = new Int32Array(truth.constantUm.length),
): MotionError {
  const names = Array.from(component);
  const ends = endsUm.map((depthUm) => {
    const difference = names.map((_, s) => motionAt(estimate, s + 1, depthUm) - motionAt(truth, s + 1, depthUm));
    const errors = [...new Set(names)].flatMap((name) => {
      const members = difference.filter((_, s) => names[s] === name);
      if (members.length < 2 && names.length > 1) return [];
      const mean = members.reduce((sum, value) => sum + value, 0) / members.length;
      return members.map((value) => value - mean);
    });
    const squares = errors.reduce((sum, value) => sum + value ** 2, 0);
    return {
      depthUm,
      rmsUm: errors.length === 0 ? NaN : Math.sqrt(squares / errors.length),
      maxUm: errors.length === 0 ? NaN : Math.max(...errors.map(Math.abs)),
    };
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

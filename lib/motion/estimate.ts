import { allowFlag, doublesOf, integersOf, requireInteger, requireObject, type NumberList } from '../arguments.js';
import { argumentError } from '../errors.js';
import type { Motion } from '../recording/motion.js';
import { runNative, type RunOptions } from '../native/run.js';

/** Matched units of different sessions, one entry per pair. */
export interface MatchedDepths {
  /** (M) 1-based */
  sessionA: Int32Array;
  sessionB: Int32Array;
  /** (M) µm, not corrected */
  depthAUm: Float64Array;
  depthBUm: Float64Array;
}

export interface MotionEstimate extends Motion {
  /** Lower and upper bounds of the 95 % bootstrap interval of each value. */
  low: Motion;
  high: Motion;
  /** (S) Sessions with equal numbers are connected by matches. Between groups of sessions the motion is unknown; each
   * group has mean 0. */
  component: Int32Array;
}

export interface MotionOptions {
  /** S */
  sessionCount: number;
  /** Motion may grow linearly with depth. Default: false. */
  linear?: boolean;
  /** Resamples for the interval. Default: 100. */
  resamples?: number;
  /** Seed of the resampling. Default: 0. */
  seed?: number;
}

/**
 * Probe motion by least squares of p(s_b, d) − p(s_a, d) = depth_b − depth_a, d the pair's mean depth. Rigid motion has
 * mean 0 over the sessions; linear motion has linear = 0 in the first session and mean 0 over the sessions at the mean
 * depth of the pairs.
 */
export async function estimateMotion(
  pairs: Record<keyof MatchedDepths, NumberList>,
  motion: MotionOptions,
  options: RunOptions = {},
): Promise<MotionEstimate> {
  const { sessionCount, linear = false, resamples = 100, seed = 0 } = requireObject('motion', motion);
  requireInteger('sessionCount', sessionCount, 1);
  allowFlag('linear', linear);
  requireInteger('resamples', resamples, 0);
  requireInteger('seed', seed, 0);
  const given = requireObject('pairs', pairs);
  const count = integersOf('sessionA', given.sessionA).length;
  const sessions = (name: 'sessionA' | 'sessionB') =>
    integersOf(name, given[name], count).map((session, pair) => {
      if (session >= 1 && session <= sessionCount) return session - 1;
      throw argumentError(`${name}[${pair}]`, `a session from 1 to ${sessionCount}`, session);
    });
  const depths = (name: 'depthAUm' | 'depthBUm') => doublesOf(name, given[name], count);
  return runNative(
    (native, control) =>
      native.estimateMotion({
        ...control,
        sessionA: sessions('sessionA'),
        sessionB: sessions('sessionB'),
        depthAUm: depths('depthAUm'),
        depthBUm: depths('depthBUm'),
        sessions: sessionCount,
        linear,
        resamples,
        seed,
      }),
    options,
  );
}

import { runNative, type RunOptions } from '../native/run.js';
import { motionLinearScale, type Motion, type MotionInterval } from '../recording/motion.js';

/** A line in depth for each session: `shiftsUm` (S) at the centre, `slopes` (S) in µm per mm. */
export interface SessionLines {
  shiftsUm: Float64Array;
  slopes: Float64Array;
}

export interface SessionMotionEstimate extends SessionLines {
  motion: Motion;
  /** Bounds of the 95 % intervals; NaN where nothing is known of a session. */
  interval: MotionInterval;
}

/** Likely matches: pairs of units (M, 2), and how likely each is (M). */
export interface LikelyMatches {
  pairs: ArrayLike<number>;
  probabilities: ArrayLike<number>;
}

/**
 * Motion as a line in depth, from likely matches; see native/core/motion/session_motion.h. It has mean 0 over the sessions of
 * a component at `centreUm`; a session that is alone in its component has motion 0, which says nothing.
 * @param sessions (n) from 1
 * @param depthsUm (n) as recorded
 * @param component (S)
 * @param start Where the search starts: matches far from it count for little
 */
export async function fitSessionMotion(
  { pairs, probabilities }: LikelyMatches,
  { sessions, depthsUm }: { sessions: Int32Array; depthsUm: Float64Array },
  component: Int32Array,
  centreUm: number,
  start: SessionLines,
  options: RunOptions,
): Promise<SessionMotionEstimate> {
  const count = probabilities.length;
  const session = (side: number) => Int32Array.from({ length: count }, (_, m) => sessions[pairs[2 * m + side]!]! - 1);
  const depth = (side: number) => Float64Array.from({ length: count }, (_, m) => depthsUm[pairs[2 * m + side]!]!);
  const { shiftsUm, slopes, halfWidthUm } = await runNative(
    (native, control) =>
      native.fitSessionMotion({
        ...control,
        sessionA: session(0),
        sessionB: session(1),
        depthAUm: depth(0),
        depthBUm: depth(1),
        weights: Float64Array.from(probabilities),
        sessions: component.length,
        component,
        centreUm,
        startUm: start.shiftsUm,
        startSlopes: start.slopes,
      }),
    options,
  );
  const shifted = (sign: number): Motion => ({
    linear: slopes.map((slope) => slope / (1000 * motionLinearScale)),
    constantUm: shiftsUm.map(
      (shift, s) => shift - (slopes[s]! * centreUm) / 1000 + (sign === 0 ? 0 : sign * halfWidthUm[s]!),
    ),
  });
  return { shiftsUm, slopes, motion: shifted(0), interval: { low: shifted(-1), high: shifted(1) } };
}

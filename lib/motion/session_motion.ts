import { runNative, type RunOptions } from '../native/run.js';
import { motionLinearScale, type Motion, type MotionInterval } from '../recording/motion.js';

/** A curve in depth for each session (S): at v mm above the centre, shiftsUm + slopes·v + bends·v² (µm). */
export interface SessionCurves {
  shiftsUm: Float64Array;
  slopes: Float64Array;
  bends: Float64Array;
}

export interface SessionMotionEstimate extends SessionCurves {
  motion: Motion;
  /** Bounds of the 95 % intervals; NaN where nothing is known of a session. */
  interval: MotionInterval;
}

/** Likely matches: pairs of units (M, 2), and how likely each is (M). */
export interface LikelyMatches {
  pairs: ArrayLike<number>;
  probabilities: ArrayLike<number>;
}

export interface CurveOptions {
  centreUm: number;
  /** 1: shifts; 2: and slopes; 3: and bends */
  terms: 1 | 2 | 3;
  /** Matches that lie much farther off than this do not count. */
  scaleUm: number;
}

/**
 * Motion as a curve in depth, from likely matches; see native/core/motion/session_motion.h. It has mean 0 over the sessions of
 * a component; a session that is alone in its component has motion 0, which says nothing.
 * @param sessions (n) from 1
 * @param depthsUm (n) as recorded
 * @param component (S)
 * @param start Where the search starts: matches far from it count for little
 */
export async function fitSessionMotion(
  { pairs, probabilities }: LikelyMatches,
  { sessions, depthsUm }: { sessions: Int32Array; depthsUm: Float64Array },
  component: Int32Array,
  start: SessionCurves,
  { centreUm, terms, scaleUm }: CurveOptions,
  options: RunOptions,
): Promise<SessionMotionEstimate> {
  const unit = (side: number) => Int32Array.from({ length: probabilities.length }, (_, m) => pairs[2 * m + side]!);
  const [unitA, unitB] = [unit(0), unit(1)];
  const { halfWidthUm, ...curves } = await runNative(
    (native, control) =>
      native.fitSessionMotion({
        ...control,
        unitA,
        unitB,
        sessionA: unitA.map((i) => sessions[i]! - 1),
        sessionB: unitB.map((i) => sessions[i]! - 1),
        depthAUm: Float64Array.from(unitA, (i) => depthsUm[i]!),
        depthBUm: Float64Array.from(unitB, (i) => depthsUm[i]!),
        weights: Float64Array.from(probabilities),
        sessions: component.length,
        component,
        centreUm,
        terms,
        scaleUm,
        shiftsUm: start.shiftsUm,
        slopes: start.slopes,
        bends: start.bends,
      }),
    options,
  );
  const motion = aboutDepthZero(curves, centreUm);
  const shifted = (sign: number): Motion => ({
    ...motion,
    constantUm: motion.constantUm.map((value, s) => value + sign * halfWidthUm[s]!),
  });
  return { ...curves, motion, interval: { low: shifted(-1), high: shifted(1) } };
}

function aboutDepthZero({ shiftsUm, slopes, bends }: SessionCurves, centreUm: number): Motion {
  const centre = motionLinearScale * centreUm;
  return {
    quadratic: bends,
    linear: slopes.map((slope, s) => slope - 2 * bends[s]! * centre),
    constantUm: shiftsUm.map((shift, s) => shift - slopes[s]! * centre + bends[s]! * centre ** 2),
  };
}

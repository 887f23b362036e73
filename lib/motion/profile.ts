import { motionOfProfile, type Motion } from '../recording/motion.js';
import { runNative, type RunOptions } from '../native/run.js';
import type { Settings } from '../settings/index.js';
import type { UnitPlaces } from '../matching/first_matches.js';

export interface MotionProfileEstimate {
  motion: Motion;
  /** Bounds of the 95 % interval. */
  interval: { low: Motion; high: Motion };
  /** (S) sessions with equal numbers are connected by matches */
  component: Int32Array;
}

/** Motion as a function of depth, from matches of which many may be wrong. Depths are as recorded. */
export async function estimateProfile(
  pairs: Int32Array,
  { sessions, depthsUm }: UnitPlaces,
  sessionCount: number,
  settings: Settings['matching'],
  options: RunOptions,
): Promise<MotionProfileEstimate> {
  const side = (offset: number) => pairs.filter((_, index) => index % 2 === offset);
  const [a, b] = [side(0), side(1)];
  const { knotDepthsUm, shiftsUm, halfWidthUm, component } = await runNative(
    (native, control) =>
      native.fitMotionProfile({
        ...control,
        sessionA: a.map((unit) => sessions[unit]! - 1),
        sessionB: b.map((unit) => sessions[unit]! - 1),
        depthAUm: Float64Array.from(a, (unit) => depthsUm[unit]!),
        depthBUm: Float64Array.from(b, (unit) => depthsUm[unit]!),
        sessions: sessionCount,
        maxShiftUm: settings.max_motion,
        maxKnots: settings.max_motion_knots,
      }),
    options,
  );
  const shifted = (sign: number) =>
    motionOfProfile({ knotDepthsUm, shiftsUm: shiftsUm.map((shift, k) => shift + sign * halfWidthUm[k]!) });
  return {
    motion: motionOfProfile({ knotDepthsUm, shiftsUm }),
    interval: { low: shifted(-1), high: shifted(1) },
    component,
  };
}

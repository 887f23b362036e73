import { doublesOf, requireInteger, requireObject } from '../arguments.js';
import { argumentError } from '../errors.js';

/** Probe motion: at depth d (µm) of session s, 0.001²·quadratic[s]·d² + 0.001·linear[s]·d + constantUm[s] (µm). */
export interface Motion {
  /** (S) µm per mm² of depth; undefined: 0 */
  quadratic?: Float64Array | undefined;
  /** (S) µm per mm of depth */
  linear: Float64Array;
  /** (S) µm */
  constantUm: Float64Array;
}

/** Lower and upper bounds of the motion. */
export interface MotionInterval {
  low: Motion;
  high: Motion;
}

/** Factor of `linear`, as saved in `motion_linear_scale.npy`. */
export const motionLinearScale = 0.001;

/** No motion in any of `sessions` sessions: the probe stays where it is. */
export function noMotion(sessions: number): Motion {
  requireInteger('sessions', sessions, 0);
  return { linear: new Float64Array(sessions), constantUm: new Float64Array(sessions) };
}

/** Whether every depth moves alike. */
export function isRigid({ quadratic, linear }: Motion): boolean {
  return [linear, quadratic].every((values) => values?.every((value) => value === 0) ?? true);
}

/** Motion in µm at a depth of a session (1-based). */
export function motionAt(motion: Motion, session: number, depthUm: number): number {
  const given = requireObject('motion', motion);
  const constantUm = doublesOf('motion.constantUm', given.constantUm);
  const sessions = constantUm.length;
  const linear = doublesOf('motion.linear', given.linear, sessions);
  if (!(Number.isInteger(session) && session >= 1 && session <= sessions)) {
    throw argumentError('session', `a session from 1 to ${sessions}`, session);
  }
  if (typeof depthUm !== 'number') throw argumentError('depthUm', 'a number', depthUm);
  const quadratic = given.quadratic && doublesOf('motion.quadratic', given.quadratic, sessions);
  const depth = motionLinearScale * depthUm;
  return ((quadratic?.[session - 1] ?? 0) * depth + linear[session - 1]!) * depth + constantUm[session - 1]!;
}

/** Probe motion: at depth d (µm) of session s, 0.001·linear[s]·d + constantUm[s] (µm). */
export interface Motion {
  /** (S) µm per mm of depth */
  linear: Float64Array;
  /** (S) µm */
  constantUm: Float64Array;
}

/** Factor of `linear`, as saved in `motion_linear_scale.npy`. */
export const motionLinearScale = 0.001;

export function noMotion(sessions: number): Motion {
  return { linear: new Float64Array(sessions), constantUm: new Float64Array(sessions) };
}

/** Motion in µm at a depth of a session (1-based). */
export function motionAt(motion: Motion, session: number, depthUm: number): number {
  return motionLinearScale * motion.linear[session - 1]! * depthUm + motion.constantUm[session - 1]!;
}

/** Probe motion: at depth d (µm) of session s, 0.001·linear[s]·d + constantUm[s] (µm), unless there is a profile. */
export interface Motion {
  /** (S) µm per mm of depth */
  linear: Float64Array;
  /** (S) µm */
  constantUm: Float64Array;
  /** Motion as a smooth function of depth; `linear` and `constantUm` are then the lines nearest to it. */
  profile?: MotionProfile;
}

/** Lower and upper bounds of the motion. */
export interface MotionInterval {
  low: Motion;
  high: Motion;
}

/** Linear between knots; three and more are constant beyond the ends, two go on as a line. */
export interface MotionProfile {
  /** (K) increasing */
  knotDepthsUm: Float64Array;
  /** (S, K) */
  shiftsUm: Float64Array;
}

/** Factor of `linear`, as saved in `motion_linear_scale.npy`. */
export const motionLinearScale = 0.001;

export function noMotion(sessions: number): Motion {
  return { linear: new Float64Array(sessions), constantUm: new Float64Array(sessions) };
}

/** Whether every depth moves alike. */
export function isRigid({ linear, profile }: Motion): boolean {
  return linear.every((value) => value === 0) && (profile?.knotDepthsUm.length ?? 1) === 1;
}

/** Motion with this profile and, in each session, the line with the smallest squared distance from it at the knots. */
export function motionOfProfile(profile: MotionProfile): Motion {
  const { knotDepthsUm: depths, shiftsUm } = profile;
  const knots = depths.length;
  const sessions = shiftsUm.length / knots;
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / knots;
  const meanDepth = mean(depths);
  const spread = mean(depths.map((depth) => (depth - meanDepth) ** 2));
  const motion = { ...noMotion(sessions), profile };
  for (let s = 0; s < sessions; ++s) {
    const shifts = shiftsUm.subarray(s * knots, (s + 1) * knots);
    const meanShift = mean(shifts);
    const slope =
      spread === 0 ? 0 : mean(shifts.map((shift, k) => (shift - meanShift) * (depths[k]! - meanDepth))) / spread;
    motion.linear[s] = slope / motionLinearScale;
    motion.constantUm[s] = meanShift - slope * meanDepth;
  }
  return motion;
}

/** Motion in µm at a depth of a session (1-based). */
export function motionAt({ linear, constantUm, profile }: Motion, session: number, depthUm: number): number {
  // One or two knots are a line already, which goes on beyond them.
  if (profile === undefined || profile.knotDepthsUm.length <= 2) {
    return motionLinearScale * linear[session - 1]! * depthUm + constantUm[session - 1]!;
  }
  const { knotDepthsUm: depths, shiftsUm } = profile;
  const shifts = shiftsUm.subarray((session - 1) * depths.length, session * depths.length);
  const above = depths.findIndex((depth) => depth > depthUm);
  if (above === 0) return shifts[0]!;
  if (above < 0) return shifts.at(-1)!;
  const share = (depthUm - depths[above - 1]!) / (depths[above]! - depths[above - 1]!);
  return (1 - share) * shifts[above - 1]! + share * shifts[above]!;
}

import type { JobControl } from '../arguments.js';

interface MotionArrays {
  /** (S) µm per mm of depth */
  linear: Float64Array;
  /** (S) µm */
  constantUm: Float64Array;
}

/** Motion of the probe. */
export interface MotionFunctions {
  /** Least-squares probe motion from matched pairs (M), with bounds of bootstrap intervals. Sessions are 0-based. */
  estimateMotion(
    args: JobControl & {
      sessionA: Int32Array;
      sessionB: Int32Array;
      depthAUm: Float64Array;
      depthBUm: Float64Array;
      sessions: number;
      linear: boolean;
      resamples: number;
      seed: number;
    },
  ): Promise<MotionArrays & { low: MotionArrays; high: MotionArrays; component: Int32Array }>;

  /** Motion as a function of depth from matches (M) that may be wrong; see native/core/matching/motion_profile.h. */
  fitMotionProfile(
    args: JobControl & {
      /** 0-based */
      sessionA: Int32Array;
      sessionB: Int32Array;
      depthAUm: Float64Array;
      depthBUm: Float64Array;
      sessions: number;
      maxShiftUm: number;
      maxKnots: number;
    },
  ): Promise<{
    /** (K) */
    knotDepthsUm: Float64Array;
    /** (S, K) */
    shiftsUm: Float64Array;
    /** (S, K) half of the 95 % interval */
    halfWidthUm: Float64Array;
    /** (S) */
    component: Int32Array;
  }>;
}

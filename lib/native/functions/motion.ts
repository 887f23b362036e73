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

  /** Motion as a curve in depth from likely matches (M); see native/core/motion/session_motion.h. */
  fitSessionMotion(
    args: JobControl & {
      /** From 0 */
      unitA: Int32Array;
      unitB: Int32Array;
      /** 0-based */
      sessionA: Int32Array;
      sessionB: Int32Array;
      depthAUm: Float64Array;
      depthBUm: Float64Array;
      /** (M) 0 … 1 */
      weights: Float64Array;
      /** S */
      sessions: number;
      /** (S) sessions with equal numbers are connected */
      component: Int32Array;
      /** Depth at which the motion is `shiftsUm` */
      centreUm: number;
      /** 1: shifts; 2: and slopes; 3: and bends */
      terms: number;
      /** Residuals much larger than this do not count. */
      scaleUm: number;
      /** (S) where the search starts: µm, µm per mm, µm per mm² */
      shiftsUm: Float64Array;
      slopes: Float64Array;
      bends: Float64Array;
    },
  ): Promise<{
    /** (S) */
    shiftsUm: Float64Array;
    /** (S) µm per mm */
    slopes: Float64Array;
    /** (S) µm per mm² */
    bends: Float64Array;
    /** (S) half of the 95 % interval, over the depths of the matches; NaN: not known */
    halfWidthUm: Float64Array;
  }>;
}

import type { NdArray } from '../arrays.js';
import type { Motion, MotionInterval } from '../recording/motion.js';
import { readProfile } from './read_matches.js';
import type { ResultSource } from './result_source.js';

/** What is known of the motion in one tracking. */
export interface StoredMotion {
  motion: Motion | undefined;
  /** Bounds of the 95 % intervals. */
  interval: MotionInterval | undefined;
}

/**
 * The motion of each tracking: one, or one per row of the files of a run per shank.
 * @param shankOf The shank of each row; undefined: a single tracking
 */
export async function readMotions(
  results: ResultSource,
  count: number,
  shankOf: ((row: number) => number) | undefined,
): Promise<StoredMotion[]> {
  const row = (array: NdArray<Float64Array> | undefined, g: number) => rowOf(array, g, count);
  const constant = await results.floats('motion_constant');
  const linear = await results.floats('motion_linear');
  const constantInterval = await results.floats('motion_constant_interval');
  const linearInterval = await results.floats('motion_linear_interval');
  // Profiles of a run per shank are in the folders of the shanks.
  const profiles = await Promise.all(
    Array.from({ length: count }, (_, g) => readProfile(shankOf ? results.ofShank(shankOf(g)) : results)),
  );
  return profiles.map((profile, g) => {
    const constantUm = row(constant, g);
    const motion = constantUm && {
      constantUm,
      linear: row(linear, g) ?? new Float64Array(constantUm.length),
      ...(profile?.shiftsUm.length === constantUm.length * (profile?.knotDepthsUm.length ?? NaN) && { profile }),
    };
    const bounds = row(constantInterval, g);
    return { motion, interval: motion && bounds && intervalOf(bounds, row(linearInterval, g)) };
  });
}

/** Row g of `count` rows. */
export function rowOf(array: NdArray<Float64Array> | undefined, g: number, count: number): Float64Array | undefined {
  return array?.data.slice((g * array.data.length) / count, ((g + 1) * array.data.length) / count);
}

/** Each bound of (S, 2) tables; undefined where both are equal: nothing was estimated. */
function intervalOf(constant: Float64Array, linear: Float64Array | undefined): MotionInterval | undefined {
  const side = (offset: number): Motion => ({
    constantUm: constant.filter((_, i) => i % 2 === offset),
    linear: linear?.filter((_, i) => i % 2 === offset) ?? new Float64Array(constant.length / 2),
  });
  const [low, high] = [side(0), side(1)];
  return low.constantUm.some((value, s) => value !== high.constantUm[s]) ? { low, high } : undefined;
}

import type { NdArray } from '../arrays.js';
import type { Motion, MotionInterval } from '../recording/motion.js';
import type { ResultSource } from './result_source.js';
import type { RunRecord } from './run_record.js';

/** What is known of the motion in one tracking. */
export interface StoredMotion {
  /** Undefined: all units were tracked together, and no record names their shank. */
  shank: number | undefined;
  motion: Motion | undefined;
  /** Bounds of the 95 % intervals; NaN: not known. */
  interval: MotionInterval | undefined;
  /** (S) sessions with equal numbers are connected; undefined in results of pyDANT's method. */
  component: Int32Array | undefined;
}

/** The motion of each tracking: one, or one per row of the files of a run per shank. */
export async function readMotions(results: ResultSource, record?: RunRecord): Promise<StoredMotion[]> {
  const weights = await results.floats('SimilarityWeights');
  const constant = await results.floats('motion_constant');
  const rows = [weights, constant].find((array) => array?.shape.length === 2)?.shape[0];
  const shankIds = [...new Set((await results.integers('unit_shanks'))?.data)].sort((a, b) => a - b);
  const count = rows ?? 1;
  const linear = await results.floats('motion_linear');
  const quadratic = await results.floats('motion_quadratic');
  const constantInterval = await results.floats('motion_constant_interval');
  const components = await results.floats('motion_component');
  const linearInterval = await results.floats('motion_linear_interval');
  return Array.from({ length: count }, (_, g) => {
    const recorded = record?.groups[g]?.shank;
    const row = (array: NdArray<Float64Array> | undefined) => rowOf(array, g, count);
    const constantUm = row(constant);
    const motion = constantUm && {
      constantUm,
      linear: row(linear) ?? new Float64Array(constantUm.length),
      quadratic: row(quadratic),
    };
    const bounds = row(constantInterval);
    const component = row(components);
    return {
      shank: rows === undefined ? recorded : (recorded ?? shankIds[g] ?? g + 1),
      motion,
      component: component?.length === constantUm?.length ? component && Int32Array.from(component) : undefined,
      interval: motion && bounds && intervalOf(bounds, row(linearInterval), motion.quadratic),
    };
  });
}

/** Row g of `count` rows. */
export function rowOf(array: NdArray<Float64Array> | undefined, g: number, count: number): Float64Array | undefined {
  return array?.data.slice((g * array.data.length) / count, ((g + 1) * array.data.length) / count);
}

/** Each bound of (S, 2) tables; undefined where both are equal: nothing was estimated. */
function intervalOf(
  constant: Float64Array,
  linear: Float64Array | undefined,
  quadratic: Float64Array | undefined,
): MotionInterval | undefined {
  const side = (offset: number): Motion => ({
    constantUm: constant.filter((_, i) => i % 2 === offset),
    linear: linear?.filter((_, i) => i % 2 === offset) ?? new Float64Array(constant.length / 2),
    quadratic,
  });
  const [low, high] = [side(0), side(1)];
  return low.constantUm.some((value, s) => value !== high.constantUm[s]) ? { low, high } : undefined;
}

import type { WritableArray } from '../files/write_elements.js';
import { motionLinearScale } from '../recording/motion.js';
import type { GroupResult } from '../tracking/result.js';

/** One value or list: of the only group, or one row per shank. */
export function perGroup(
  groups: GroupResult[],
  merged: boolean,
  of: (group: GroupResult) => number | ArrayLike<number>,
): WritableArray {
  const rows = groups.map((group) => of(group));
  const lengths = typeof rows[0] === 'number' ? [] : [rows[0]!.length];
  const data = Float64Array.from(rows.flatMap((row) => (typeof row === 'number' ? [row] : Array.from(row))));
  return { data, shape: merged ? [groups.length, ...lengths] : lengths };
}

export function motionFiles(groups: GroupResult[], merged: boolean): Record<string, WritableArray> {
  const bounds = (part: 'linear' | 'constantUm'): WritableArray => {
    const { data, shape } = perGroup(groups, merged, ({ motion, motionInterval }) =>
      Array.from(motion[part], (value, s) => [
        motionInterval?.low[part][s] ?? value,
        motionInterval?.high[part][s] ?? value,
      ]).flat(),
    );
    return { data, shape: [...shape.slice(0, -1), shape.at(-1)! / 2, 2] };
  };
  const isBent = groups.some(({ motion }) => motion.quadratic);
  return {
    ...(isBent && {
      motion_quadratic: perGroup(
        groups,
        merged,
        ({ motion }) => motion.quadratic ?? new Float64Array(motion.linear.length),
      ),
    }),
    motion_linear_scale: perGroup(groups, merged, () => motionLinearScale),
    motion_linear: perGroup(groups, merged, ({ motion }) => motion.linear),
    motion_constant: perGroup(groups, merged, ({ motion }) => motion.constantUm),
    motion_linear_interval: bounds('linear'),
    motion_constant_interval: bounds('constantUm'),
  };
}

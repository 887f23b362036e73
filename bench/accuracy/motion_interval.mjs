// Whether the 95 % intervals of the motion hold the true motion.
import { motionAt } from '../../dist/index.js';
import { readResult } from '../../dist/results/read_result.js';
import { ResultFolder } from '../../dist/results/result_folder.js';

/**
 * { inside, sessions }: sessions whose true motion in the middle of the probe lies in the interval, of those that have one. Motion
 * is known up to what all sessions that connect have in common: their mean is taken out of both. Undefined where the result
 * has no intervals.
 * @param truth arrays of truth.npz
 */
export async function motionInside(output, data, truth) {
  const { groups, channelLocationsUm } = await readResult(new ResultFolder(output), { dataFolder: data });
  const depths = channelLocationsUm.filter((_, k) => k % 2 === 1);
  const depth = (Math.min(...depths) + Math.max(...depths)) / 2;
  const counts = { inside: 0, sessions: 0 };
  for (const { motion, motionInterval: interval, component } of groups) {
    if (!motion || !interval) continue;
    const names = component ?? new Int32Array(motion.constantUm.length);
    const known = Array.from(names.keys()).filter((s) => !Number.isNaN(interval.low.constantUm[s]));
    const trueAt = (s) => trueMotion(truth, s, depth);
    for (const s of known) {
      const others = known.filter((other) => names[other] === names[s]);
      if (others.length < 2) continue;
      const mean = (of) => others.reduce((sum, other) => sum + of(other), 0) / others.length;
      const found = (of) => (session) => motionAt(of, session + 1, depth);
      const centre = mean(found(motion));
      const wanted = trueAt(s) - mean(trueAt);
      counts.sessions++;
      if (wanted >= found(interval.low)(s) - centre && wanted <= found(interval.high)(s) - centre) counts.inside++;
    }
  }
  return counts.sessions > 0 ? counts : undefined;
}

/** µm; `bend` of SpikeInterface's recordings is half a sine over their depth range. */
function trueMotion({ drift, linear, bend, depth_range: range }, s, depth) {
  const line = Number(drift.data[s]) + (0.001 * Number(linear.data[s]) || 0) * depth;
  if (!bend || !range) return line;
  const [low, high] = Array.from(range.data, Number);
  return line + Number(bend.data[s]) * Math.sin((Math.PI * (depth - low)) / (high - low));
}

/** "57 of 62" */
export const insideText = (counts) => (counts ? `${counts.inside} of ${counts.sessions}` : '–');

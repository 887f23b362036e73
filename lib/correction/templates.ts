import { motionAt, type Motion } from '../recording/motion.js';

/** Where the waveforms of units are moved to: each to the positions of all templates. */
export interface Correction {
  /** (K) position of each template, µm of motion */
  templatesUm: Float64Array;
  /** (K, n) how far each unit is moved for each template, µm */
  shiftsUm: Float64Array;
}

/**
 * Templates stand at 0 (one) or equally spaced from the smallest to the largest motion, taken over the sessions at the
 * shallowest and the deepest channel (docs/reference-method.md, section 3).
 */
export function planCorrection(
  units: { depthsUm: ArrayLike<number>; sessions: Int32Array; channelLocationsUm: Float64Array },
  motion: Motion,
  templateCount: number,
): Correction {
  const depths = units.channelLocationsUm.filter((_, i) => i % 2 === 1);
  const [shallowest, deepest] = [depths.reduce((a, b) => Math.min(a, b)), depths.reduce((a, b) => Math.max(a, b))];
  const templatesUm = new Float64Array(templateCount);
  if (templateCount > 1) {
    const motions = Array.from(motion.constantUm, (_, s) => [
      motionAt(motion, s + 1, shallowest),
      motionAt(motion, s + 1, deepest),
    ]).flat();
    const low = Math.min(...motions);
    const high = Math.max(...motions);
    for (let k = 0; k < templateCount; ++k) templatesUm[k] = low + (k * (high - low)) / (templateCount - 1);
  }
  const count = units.sessions.length;
  const shiftsUm = new Float64Array(templateCount * count);
  for (let k = 0; k < templateCount; ++k) {
    for (let i = 0; i < count; ++i) {
      shiftsUm[k * count + i] = motionAt(motion, units.sessions[i]!, units.depthsUm[i]!) - templatesUm[k]!;
    }
  }
  return { templatesUm, shiftsUm };
}

/** The largest difference between two corrections of the same units: of a unit's position under a template, µm. */
export function largestDifferenceUm({ shiftsUm: a }: Correction, { shiftsUm: b }: Correction): number {
  return a.reduce((largest, shift, i) => Math.max(largest, Math.abs(shift - b[i]!)), 0);
}

/** The shifts (K', n) of templates at different positions: equal ones would only be compared twice. */
export function distinctShifts({ templatesUm, shiftsUm }: Correction): Float64Array {
  const count = shiftsUm.length / templatesUm.length;
  const kept = [...templatesUm.keys()].filter((k) => templatesUm.indexOf(templatesUm[k]!) === k);
  if (kept.length === templatesUm.length) return shiftsUm;
  const distinct = new Float64Array(kept.length * count);
  kept.forEach((k, row) => {
    distinct.set(shiftsUm.subarray(k * count, (k + 1) * count), row * count);
  });
  return distinct;
}

import { binomialTail } from './binomial.js';

/** A displacement at which depth differences of pairs pile up. */
export interface Displacement {
  /** Depth of the second unit less that of the first, µm */
  centreUm: number;
  /** Probability that chance gives as much there, or among the displacements that were looked at */
  chanceProbability: number;
}

/** How far from the displacement a pair counts. */
export const pileUm = 15;
/** The most alike pairs are looked at alone as well: of few right ones among many, more are at the top. */
const tops = [10, 20, 40, 80, 160];

/**
 * The displacement at which the most depth differences lie, over what chance gives (binomial; multiplied by the number of
 * the tops that are tried).
 * @param differencesUm of mutual best pairs, the most alike first
 * @param centresUm displacements to look at
 * @param chance probability that a wrong pair lies within 15 µm of a displacement
 */
export function findDisplacement(
  differencesUm: Float64Array,
  centresUm: readonly number[],
  chance: (centreUm: number) => number,
): Displacement {
  const tries = new Set([differencesUm.length, ...tops.filter((top) => top < differencesUm.length)]);
  const best: Displacement = { centreUm: centresUm[0] ?? 0, chanceProbability: 1 };
  for (const top of tries) {
    const sorted = differencesUm.slice(0, top).sort();
    let most = -Infinity;
    let at = 0;
    let count = 0;
    for (const centre of centresUm) {
      const near = lowerBound(sorted, centre + pileUm) - upperBound(sorted, centre - pileUm);
      const excess = near - top * chance(centre);
      if (excess > most) [most, at, count] = [excess, centre, near];
    }
    const probability = Math.min(1, binomialTail(count, top, chance(at)) * (tops.length + 1));
    if (probability < best.chanceProbability) {
      best.centreUm = centresUm.length === 1 ? at : middleNear(sorted, at);
      best.chanceProbability = probability;
    }
  }
  return best;
}

/**
 * Probability that a pair of units of two sessions lies within 15 µm of a displacement, from all their pairs: units are
 * denser at some depths, and a short probe has none that are far apart. No less than if all displacements were alike.
 * @param counts of all pairs, in bins of `binUm` from −rangeUm
 */
export function chanceAt(counts: Int32Array, binUm: number, rangeUm: number): (centreUm: number) => number {
  const before = new Float64Array(counts.length + 1);
  counts.forEach((count, bin) => {
    before[bin + 1] = before[bin]! + count;
  });
  const total = before[counts.length]!;
  const alike = pileUm / rangeUm;
  const upTo = (um: number) => {
    const place = Math.min(counts.length, Math.max(0, (um + rangeUm) / binUm));
    const bin = Math.min(counts.length - 1, Math.floor(place));
    return before[bin]! + (place - bin) * (counts[bin] ?? 0);
  };
  return (centre) =>
    total === 0 ? 1 : Math.min(1, Math.max(alike, (upTo(centre + pileUm) - upTo(centre - pileUm)) / total));
}

/** Median of the values near a displacement: many displacements have the same ones. */
function middleNear(sorted: Float64Array, centre: number): number {
  const [from, to] = [upperBound(sorted, centre - pileUm), lowerBound(sorted, centre + pileUm)];
  return sorted[(from + to) >> 1] ?? centre;
}

/** Number of values below `limit`. */
function lowerBound(sorted: Float64Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Number of values up to `limit`. */
function upperBound(sorted: Float64Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

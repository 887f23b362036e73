import type { Matching } from './inner_loop.js';

/** How similar the nearby pairs are, those in the same cluster and the others. */
export interface PairHistogram {
  /** Lower edge of the first bin */
  start: number;
  binWidth: number;
  /** Pairs per bin */
  matched: number[];
  unmatched: number[];
}

const binWidth = 0.05;
/** Similarities of a feature lie within ± this. */
const largestFisherZ = 6;

/** Histogram of the weighted similarity of the nearby pairs. */
export function pairHistogram({ nearbyPairs, matrices, weights, labels }: Matching): PairHistogram {
  const units = labels.length;
  const reach = Math.ceil((largestFisherZ * weights.reduce((sum, weight) => sum + Math.abs(weight), 0)) / binWidth) + 1;
  const matched = new Float64Array(2 * reach + 1);
  const unmatched = new Float64Array(2 * reach + 1);
  for (let p = 0; p < nearbyPairs.length; p += 2) {
    const i = nearbyPairs[p]!;
    const j = nearbyPairs[p + 1]!;
    // The pairs are ordered by j: in row j of the (symmetric) matrices they follow each other.
    let similarity = 0;
    for (let f = 0; f < matrices.length; ++f) similarity += weights[f]! * matrices[f]![j * units + i]!;
    const side = labels[i]! > 0 && labels[i] === labels[j] ? matched : unmatched;
    ++side[reach + Math.floor(similarity / binWidth)]!;
  }
  const used = [...matched.keys()].filter((bin) => matched[bin]! + unmatched[bin]! > 0);
  if (used.length === 0) return { start: 0, binWidth, matched: [], unmatched: [] };
  const [first, end] = [used[0]!, used.at(-1)! + 1];
  return {
    start: (first - reach) * binWidth,
    binWidth,
    matched: [...matched.subarray(first, end)],
    unmatched: [...unmatched.subarray(first, end)],
  };
}

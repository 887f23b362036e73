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

/** Histogram of the weighted similarity of the nearby pairs. */
export function pairHistogram({ nearbyPairs, matrices, weights, labels }: Matching): PairHistogram {
  const units = labels.length;
  const counts = { matched: new Map<number, number>(), unmatched: new Map<number, number>() };
  for (let p = 0; p < nearbyPairs.length; p += 2) {
    const [i, j] = [nearbyPairs[p]!, nearbyPairs[p + 1]!];
    let similarity = 0;
    for (let f = 0; f < matrices.length; ++f) similarity += weights[f]! * matrices[f]![i * units + j]!;
    const side = counts[labels[i]! > 0 && labels[i] === labels[j] ? 'matched' : 'unmatched'];
    const bin = Math.floor(similarity / binWidth);
    side.set(bin, (side.get(bin) ?? 0) + 1);
  }
  const bins = [...counts.matched.keys(), ...counts.unmatched.keys()];
  if (bins.length === 0) return { start: 0, binWidth, matched: [], unmatched: [] };
  const first = bins.reduce((a, b) => Math.min(a, b));
  const length = bins.reduce((a, b) => Math.max(a, b)) - first + 1;
  const list = (side: Map<number, number>) => Array.from({ length }, (_, bin) => side.get(first + bin) ?? 0);
  return { start: first * binWidth, binWidth, matched: list(counts.matched), unmatched: list(counts.unmatched) };
}

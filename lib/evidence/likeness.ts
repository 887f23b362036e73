import { medianOf, type NdArray } from '../arrays.js';
import { roc, type Roc } from './roc.js';
import { unitsBySession, type SessionPair, type TrackedUnits } from './session_pairs.js';

/** Whether matched units are more alike in something than units that merely lie where a match would. */
export interface LikenessTest extends Roc {
  /** Pairs of both kinds of which it is known. */
  matched: number;
  neighbours: number;
  /** Median correlation of each kind; NaN without pairs. */
  medianMatched: number;
  medianNeighbours: number;
  /** (20) pairs by correlation, −1 … 1 in steps of 0.1 */
  matchedByCorrelation: number[];
  neighboursByCorrelation: number[];
}

/** Neighbours lie nearer than this to where a match would, in depth, µm. */
export const neighbourUm = 60;
export const correlationBins = 20;

/**
 * Correlates the rows of two units of different sessions: matched pairs against unmatched ones of the same pairs of sessions
 * and the same shank whose difference in depth is less than 60 µm from the median difference of the matched ones (0 where there
 * are none). If the matching did not use the rows, matched pairs can only be more alike because they are the same neurons.
 * @param rows (N, ·); a row with NaN takes part in nothing
 * @param pairs The pairs of sessions to look at
 */
export function likenessTest(
  rows: NdArray<Float64Array>,
  tracked: TrackedUnits,
  pairs: readonly SessionPair[],
): LikenessTest {
  const { sessions, sessionCount, locationsUm, clusters, shanks } = tracked;
  const width = rows.shape[1]!;
  const z = standardised(rows);
  const correlation = (i: number, j: number) => {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += z[i * width + k]! * z[j * width + k]!;
    return sum;
  };
  const unitsOf = unitsBySession(sessions, sessionCount);
  const [matched, neighbours]: [number[], number[]] = [[], []];
  for (const { sessions: of, medianDisplacementUm } of pairs) {
    const offset = Number.isNaN(medianDisplacementUm) ? 0 : medianDisplacementUm;
    for (const i of unitsOf[of[0]]!) {
      for (const j of unitsOf[of[1]]!) {
        const isMatched = clusters[i]! > 0 && clusters[i] === clusters[j];
        const shift = locationsUm[3 * j + 1]! - locationsUm[3 * i + 1]!;
        if (!isMatched && !(Math.abs(shift - offset) < neighbourUm && shanks?.[i] === shanks?.[j])) continue;
        const r = correlation(i, j);
        if (Number.isNaN(r)) continue;
        (isMatched ? matched : neighbours).push(r);
      }
    }
  }
  return {
    ...roc(matched, neighbours),
    matched: matched.length,
    neighbours: neighbours.length,
    medianMatched: medianOf(matched),
    medianNeighbours: medianOf(neighbours),
    matchedByCorrelation: byCorrelation(matched),
    neighboursByCorrelation: byCorrelation(neighbours),
  };
}

/** Each row less its mean, of length 1: the product of two is their correlation. NaN of a constant row. */
function standardised({ data, shape }: NdArray<Float64Array>): Float64Array {
  const [count, width] = shape as [number, number];
  const z = new Float64Array(data.length);
  for (let i = 0; i < count; i++) {
    const row = data.subarray(i * width, (i + 1) * width);
    const mean = row.reduce((sum, value) => sum + value, 0) / width;
    const length = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0));
    for (let k = 0; k < width; k++) z[i * width + k] = (row[k]! - mean) / length;
  }
  return z;
}

function byCorrelation(values: readonly number[]): number[] {
  const bins = new Array<number>(correlationBins).fill(0);
  for (const r of values)
    bins[Math.min(correlationBins - 1, Math.max(0, Math.floor(((r + 1) / 2) * correlationBins)))]!++;
  return bins;
}

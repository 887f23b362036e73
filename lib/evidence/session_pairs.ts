import { medianOf } from '../arrays.js';

/** What is needed of a result to look at its matches between sessions. N units. */
export interface TrackedUnits {
  /** (N) 1 … K; negative: unmatched */
  clusters: Int32Array;
  /** (N) from 1 */
  sessions: Int32Array;
  sessionCount: number;
  /** (N, 3) µm */
  locationsUm: Float64Array;
  /** (N); undefined: all on one */
  shanks?: Int32Array | undefined;
}

/** Matches of two sessions. */
export interface SessionPair {
  /** Numbers of the sessions, the earlier one first. */
  sessions: [number, number];
  /** Units of each. */
  units: [number, number];
  /** Pairs of units, one of each session, in one cluster: (M) each */
  matches: [number, number][];
  /** Matches over the number of units of the smaller session; NaN if one has none. */
  share: number;
  /** Most common difference in depth of the matched units, second minus first, µm; NaN without matches. */
  displacementUm: number;
  /** Median of that difference; NaN without matches. */
  medianDisplacementUm: number;
  /** Matches within 20 µm of the most common displacement. */
  atDisplacement: number;
}

/** Matches nearer than this to a displacement count as being at it, µm. */
export const atDisplacementUm = 20;
const searched = { mostUm: 400, stepUm: 2, sigmaUm: 10 };

/** All pairs of sessions, in order. */
export function sessionPairs({ clusters, sessions, sessionCount, locationsUm }: TrackedUnits): SessionPair[] {
  const unitsOf = unitsBySession(sessions, sessionCount);
  const pairs: SessionPair[] = [];
  for (let a = 1; a <= sessionCount; a++) {
    for (let b = a + 1; b <= sessionCount; b++) {
      const [first, second] = [unitsOf[a]!, unitsOf[b]!];
      const matches: [number, number][] = [];
      const ofCluster = new Map<number, number[]>();
      for (const unit of second) {
        const cluster = clusters[unit]!;
        if (cluster > 0) ofCluster.set(cluster, [...(ofCluster.get(cluster) ?? []), unit]);
      }
      for (const unit of first) for (const other of ofCluster.get(clusters[unit]!) ?? []) matches.push([unit, other]);
      const shifts = matches.map(([i, j]) => locationsUm[3 * j + 1]! - locationsUm[3 * i + 1]!);
      const displacementUm = mostCommon(shifts);
      pairs.push({
        sessions: [a, b],
        units: [first.length, second.length],
        matches,
        share: matches.length / Math.min(first.length, second.length),
        displacementUm,
        medianDisplacementUm: medianOf(shifts),
        atDisplacement: shifts.filter((shift) => Math.abs(shift - displacementUm) < atDisplacementUm).length,
      });
    }
  }
  return pairs;
}

/** Units of each session, ascending; index 0 is empty. */
export function unitsBySession(sessions: Int32Array, sessionCount: number): number[][] {
  const unitsOf = Array.from({ length: sessionCount + 1 }, (): number[] => []);
  sessions.forEach((session, unit) => unitsOf[session]!.push(unit));
  return unitsOf;
}

/** Where the density of values (Gaussian, 10 µm) is highest among −400, −398 … 400 µm; NaN of nothing. */
function mostCommon(values: readonly number[]): number {
  const { mostUm, stepUm, sigmaUm } = searched;
  let best = { at: NaN, density: -1 };
  for (let at = -mostUm; values.length > 0 && at <= mostUm; at += stepUm) {
    const density = values.reduce((sum, value) => sum + Math.exp(-0.5 * ((at - value) / sigmaUm) ** 2), 0);
    if (density > best.density) best = { at, density };
  }
  return best.at;
}

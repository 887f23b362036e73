import type { SessionPairEvidence } from './evidence.js';

/** Matches of pairs of sessions that lie about as far apart. */
export interface DistanceRow {
  /** Smallest and largest distance of the pairs, days or sessions. */
  from: number;
  to: number;
  sessionPairs: number;
  matches: number;
  /** All their matches over all the units that could have had one (of the sessions with fewer). */
  share: number;
}

const mostRows = 8;

/** Distance of two sessions: in days where all are known, else in the order of the sessions. */
export function distancesOf(pairs: readonly SessionPairEvidence[]): { isInDays: boolean; distances: number[] } {
  const isInDays = pairs.length > 0 && pairs.every(({ daysApart }) => daysApart !== undefined);
  return {
    isInDays,
    distances: pairs.map(({ daysApart, sessions: [a, b] }) => (isInDays ? daysApart! : b - a)),
  };
}

/** A row for each distance; for groups of about equally many pairs of sessions where there are more than eight distances. */
export function matchesByDistance(pairs: readonly SessionPairEvidence[]): { isInDays: boolean; rows: DistanceRow[] } {
  const { isInDays, distances } = distancesOf(pairs);
  const sorted = pairs.map((pair, k) => ({ ...pair, distance: distances[k]! })).sort((a, b) => a.distance - b.distance);
  const distinct = new Set(distances).size;
  const perRow = distinct > mostRows ? Math.ceil(pairs.length / mostRows) : 0;
  const groups: (typeof sorted)[] = [];
  for (const pair of sorted) {
    const last = groups.at(-1);
    const isSame = last?.at(-1)?.distance === pair.distance;
    if (last && (isSame || last.length < perRow)) last.push(pair);
    else groups.push([pair]);
  }
  return {
    isInDays,
    rows: groups.map((group) => {
      const matches = group.reduce((sum, pair) => sum + pair.matches, 0);
      const fewer = group.reduce((sum, { units }) => sum + Math.min(...units), 0);
      const [from, to] = [group[0]!.distance, group.at(-1)!.distance];
      return { from, to, sessionPairs: group.length, matches, share: matches / fewer };
    }),
  };
}

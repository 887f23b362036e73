import { clusterMembers } from '../../clustering/members.js';
import { probabilityOf, logOddsOf } from '../../matching/confidence.js';
import type { ScoredPairs } from '../../matching/match_order.js';
import type { SplitUnits } from '../../matching/split_units.js';

/** Log odds where nothing is known of two units. */
const unknown = -6;

/**
 * Log odds that two units are one neuron: as they were judged, or as those of a split unit were; of two that were not
 * compared (of one session, or too far apart), those of the surest way over a third unit of the cluster.
 * @param labels (n)
 */
export function lookUp(
  { pairs, logOdds }: ScoredPairs,
  split: SplitUnits,
  labels: Int32Array,
): (i: number, j: number) => number {
  const units = labels.length;
  const known = new Map<number, number>();
  const key = (i: number, j: number) => Math.min(i, j) * units + Math.max(i, j);
  const add = (list: Int32Array, m: number, value: number) => {
    const [i, j] = [list[2 * m]!, list[2 * m + 1]!];
    if (labels[i]! > 0 && labels[i] === labels[j]) known.set(key(i, j), value);
  };
  logOdds.forEach((value, m) => {
    add(pairs, m, value);
  });
  split.logOdds.forEach((value, m) => {
    add(split.pairs, m, value);
  });
  const members = clusterMembers(labels);
  return (i, j) => {
    const direct = known.get(key(i, j));
    if (direct !== undefined) return direct;
    let most = 0;
    for (const k of members.get(labels[i]!) ?? []) {
      const [one, other] = [known.get(key(i, k)), known.get(key(k, j))];
      if (one !== undefined && other !== undefined) most = Math.max(most, probabilityOf(one) * probabilityOf(other));
    }
    return Math.max(unknown, logOddsOf(most));
  };
}

/** (M, 2) pairs of one cluster and different sessions. */
export function pairsBetweenSessions(labels: Int32Array, sessions: Int32Array): Int32Array {
  const members = clusterMembers(labels);
  const pairs: number[] = [];
  labels.forEach((label, unit) => {
    for (const other of members.get(label) ?? []) {
      if (other >= unit) break;
      if (sessions[other] !== sessions[unit]) pairs.push(other, unit);
    }
  });
  return Int32Array.from(pairs);
}

export function ofPairs(pairs: Int32Array, value: (i: number, j: number) => number): Float32Array {
  return Float32Array.from({ length: pairs.length / 2 }, (_, m) => value(pairs[2 * m]!, pairs[2 * m + 1]!));
}

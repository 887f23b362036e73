import { clusterMembers } from '../../clustering/members.js';
import type { Confidence } from '../../matching/confidence.js';
import type { MatchedUnits } from './match_units.js';

/** Log odds of two units of one cluster, given all units. */
export function lookUp({ matches, matchLogOdds }: MatchedUnits, units: number): (i: number, j: number) => number {
  const known = new Map<number, number>();
  matchLogOdds.forEach((value, m) => {
    known.set(matches[2 * m]! * units + matches[2 * m + 1]!, value);
  });
  return (i, j) => known.get(Math.min(i, j) * units + Math.max(i, j))!;
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

/** Clusters of more than one session whose confidence suffices, numbered again from 1. */
export function keepSure(labels: Int32Array, { clusters }: Confidence, minConfidence: number): Int32Array {
  const number = new Map<number, number>();
  return labels.map((label) => {
    const sure = clusters[label] ?? 0;
    if (label < 1 || sure === 0 || sure < minConfidence) return -1;
    if (!number.has(label)) number.set(label, number.size + 1);
    return number.get(label)!;
  });
}

/** (Q, 2) nearby pairs of one session that are more likely one neuron than two. */
export function splitCandidates({ nearbyPairs, logOdds }: MatchedUnits, sessions: Int32Array): Int32Array {
  return nearbyPairs.filter((_, index) => {
    const p = index >> 1;
    const [i, j] = [nearbyPairs[2 * p]!, nearbyPairs[2 * p + 1]!];
    return (logOdds[p] ?? 0) > 0 && sessions[i] === sessions[j];
  });
}

/** (R, 2) each with a unit of the other neuron, of the same session if there is one. */
export function mixedUnits({ mixedUnits, labels }: MatchedUnits, sessions: Int32Array): Int32Array {
  const members = clusterMembers(labels);
  return mixedUnits.map((value, index) => {
    if (index % 2 === 0) return value;
    const others = members.get(value)!;
    return others.find((unit) => sessions[unit] === sessions[mixedUnits[index - 1]!]) ?? others[0]!;
  });
}

export function ofPairs(pairs: Int32Array, value: (i: number, j: number) => number): Float32Array {
  return Float32Array.from({ length: pairs.length / 2 }, (_, m) => value(pairs[2 * m]!, pairs[2 * m + 1]!));
}

import type { MutualBest } from '../matching/mutual_best.js';
import { binomialTail } from './binomial.js';
import { chanceAt, findDisplacement, pileUm, type Displacement } from './displacement.js';

/** Two sessions that show neurons in common. */
export interface LinkedSessions {
  /** From 1, a < b */
  sessionA: number;
  sessionB: number;
  /** Right matches among the mutual best pairs, over chance */
  expectedMatches: number;
  /** (M, 2) pairs that are likely right */
  seeds: number[];
  /** (M) share of them that is right */
  seedProbabilities: number[];
  /** (L, 2) mutual best pairs near the displacement, right or wrong */
  nearby: number[];
}

/** Which sessions have neurons in common, and how the probe moved between these. */
export interface Connections {
  /** (S) sessions with equal numbers are connected, some of them through others */
  component: Int32Array;
  /** (S) motion that the displacements give; of one component against each other */
  shiftUm: Float64Array;
  /** All pairs of sessions of one component */
  linked: LinkedSessions[];
  /** Probability that chance gives as much for a pair of sessions, "a,b" */
  chanceProbabilities: ReadonlyMap<string, number>;
  /** 'displacement', or by likeness alone where all units lie at about one depth */
  by: 'displacement' | 'likeness';
}

/** Depths are compared as far apart as motion and this. */
export const beyondMotionUm = 100;
/** Of chance, below which two sessions are connected. */
const surelyConnected = 1e-3;
const stepUm = 2;
/** Within which of the displacement pairs are good enough to fit motion. */
const nearUm = 30;
/** Shorter probes have no room for displacements. */
const roomUm = 150;
/** Share of the pairs of one session that count as alike, and how many of these are needed to know what that is. */
const alikeShare = 0.1;
const enoughPairs = 10;

/**
 * Finds the sessions that have neurons in common: depth differences of their mutual best pairs pile up at one
 * displacement, that of the probe. Joined from the surest pair of sessions on; of two sessions that others connect, the
 * displacement is known, and they are linked too.
 * @param best of every two sessions, and of each with itself
 * @param depthsUm (n) with the motion taken out if it is known, or as recorded
 * @param isMotionKnown Only displacement 0 is looked at.
 */
export function connectSessions(
  best: readonly MutualBest[],
  depthsUm: Float64Array,
  sessionCount: number,
  maxMotionUm: number,
  isMotionKnown: boolean,
): Connections {
  const between = best.filter(({ sessionA, sessionB }) => sessionA !== sessionB);
  const differences = between.map(({ pairs }) => differencesOf(pairs, depthsUm));
  const hasRoom = depthRange(best, depthsUm) >= roomUm;
  const rangeUm = maxMotionUm + beyondMotionUm;
  const chances = between.map(({ displacements }) =>
    chanceAt(displacements, (2 * rangeUm) / displacements.length, rangeUm),
  );
  const centres = isMotionKnown
    ? [0]
    : Array.from({ length: Math.floor((2 * maxMotionUm) / stepUm) + 1 }, (_, k) => k * stepUm - maxMotionUm);
  // Displacements that differ by a pile are independent looks.
  const looks = isMotionKnown ? 1 : Math.max(1, (2 * maxMotionUm) / pileUm);
  const alike = likenessLimit(best);
  const found = between.map((pair, e): Displacement => {
    if (!hasRoom) return byLikeness(pair, differences[e]!, alike);
    const { centreUm, chanceProbability } = findDisplacement(differences[e]!, centres, chances[e]!);
    return { centreUm, chanceProbability: Math.min(1, chanceProbability * looks) };
  });

  const component = Int32Array.from({ length: sessionCount }, (_, s) => s);
  const shiftUm = new Float64Array(sessionCount);
  const order = [...between.keys()].sort((x, y) => found[x]!.chanceProbability - found[y]!.chanceProbability);
  const chanceProbabilities = new Map(between.map((pair, e) => [keyOf(pair), found[e]!.chanceProbability]));
  for (const e of order) {
    const { sessionA, sessionB } = between[e]!;
    const { centreUm, chanceProbability } = found[e]!;
    const [a, b] = [sessionA - 1, sessionB - 1];
    if (component[a] === component[b] || chanceProbability > surelyConnected) continue;
    const shift = shiftUm[a]! + centreUm - shiftUm[b]!;
    const [into, from] = [component[a]!, component[b]!];
    component.forEach((name, s) => {
      if (name !== from) return;
      component[s] = into;
      shiftUm[s]! += shift;
    });
  }
  const linked = between.flatMap((pair, e) => {
    const [a, b] = [pair.sessionA - 1, pair.sessionB - 1];
    if (component[a] !== component[b]) return [];
    const centreUm = shiftUm[b]! - shiftUm[a]!;
    const chance = chances[e]!(centreUm);
    return hasRoom
      ? [linkByDisplacement(pair, differences[e]!, centreUm, chance)]
      : [linkByLikeness(pair, differences[e]!, centreUm, alike)];
  });
  return { component, shiftUm, linked, chanceProbabilities, by: hasRoom ? 'displacement' : 'likeness' };
}

export const keyOf = ({ sessionA, sessionB }: { sessionA: number; sessionB: number }) => `${sessionA},${sessionB}`;

function differencesOf(pairs: Int32Array, depthsUm: Float64Array): Float64Array {
  return Float64Array.from(
    { length: pairs.length / 2 },
    (_, m) => depthsUm[pairs[2 * m + 1]!]! - depthsUm[pairs[2 * m]!]!,
  );
}

/** From the 5 % to the 95 % quantile of the depths of all units that are in a pair. */
function depthRange(best: readonly MutualBest[], depthsUm: Float64Array): number {
  const units = new Set(best.flatMap(({ pairs }) => [...pairs]));
  const depths = Float64Array.from(units, (unit) => depthsUm[unit]!).sort();
  const at = (share: number) => depths[Math.round(share * (depths.length - 1))] ?? 0;
  return at(0.95) - at(0.05);
}

/**
 * The seeds are the most alike pairs, as many as have the most pairs near the displacement over twice what chance gives;
 * those of them that lie there.
 */
function linkByDisplacement(
  { sessionA, sessionB, pairs }: MutualBest,
  differencesUm: Float64Array,
  centreUm: number,
  chance: number,
): LinkedSessions {
  const isNear = differencesUm.map((difference) => (Math.abs(difference - centreUm) < pileUm ? 1 : 0));
  let count = 0;
  let most = -Infinity;
  let top = 0;
  let right = 0;
  let expected = 0;
  isNear.forEach((near, m) => {
    count += near;
    const byChance = (m + 1) * chance;
    if (count - 2 * byChance <= most) return;
    most = count - 2 * byChance;
    top = m + 1;
    right = Math.max(0, 1 - byChance / Math.max(count, 1));
    expected = Math.max(0, count - byChance);
  });
  const pairAt = (m: number) => [pairs[2 * m]!, pairs[2 * m + 1]!];
  const all = [...isNear.keys()];
  const seeds = all.filter((m) => m < top && isNear[m] === 1);
  return {
    sessionA,
    sessionB,
    expectedMatches: expected,
    seeds: seeds.flatMap(pairAt),
    seedProbabilities: seeds.map(() => right),
    nearby: all.filter((m) => Math.abs(differencesUm[m]! - centreUm) < nearUm).flatMap(pairAt),
  };
}

/** What pairs of different neurons seldom reach: those of one session, the split ones among them. */
function likenessLimit(best: readonly MutualBest[]): number {
  const within = best.flatMap(({ sessionA, sessionB, likeness }) => (sessionA === sessionB ? [...likeness] : []));
  if (within.length < enoughPairs) return Infinity;
  within.sort((a, b) => b - a);
  return within[Math.floor(alikeShare * within.length)]!;
}

const alikeOf = ({ likeness }: MutualBest, limit: number) => likeness.filter((value) => value > limit).length;

/** Where no displacement can be seen: more alike pairs than within sessions. */
function byLikeness(pair: MutualBest, differencesUm: Float64Array, limit: number): Displacement {
  const count = alikeOf(pair, limit);
  const middle = differencesUm.slice(0, count).sort()[count >> 1] ?? 0;
  return { centreUm: middle, chanceProbability: binomialTail(count, pair.likeness.length, alikeShare) };
}

function linkByLikeness(
  pair: MutualBest,
  differencesUm: Float64Array,
  centreUm: number,
  limit: number,
): LinkedSessions {
  const count = alikeOf(pair, limit);
  const byChance = alikeShare * pair.likeness.length;
  const seeds = [...pair.pairs.subarray(0, 2 * count)];
  const right = Math.max(0, 1 - byChance / Math.max(count, 1));
  return {
    sessionA: pair.sessionA,
    sessionB: pair.sessionB,
    expectedMatches: Math.max(0, count - byChance),
    seeds,
    seedProbabilities: Array.from({ length: count }, () => right),
    nearby: seeds.filter((_, index) => Math.abs(differencesUm[index >> 1]! - centreUm) < nearUm),
  };
}

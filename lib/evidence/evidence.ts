import type { StoredConnection, StoredResult } from '../results/stored_result.js';
import { chanceByScore, type ChanceAtScore } from './chance.js';
import type { LikenessTest } from './likeness.js';
import { trackedUnits } from './read_units.js';
import { sessionPairs, type SessionPair } from './session_pairs.js';

/** What a recording itself says about the matches that were found in it, without known neurons. */
export interface Evidence {
  /** Every two sessions, in order; none if the result does not tell */
  sessionPairs: SessionPairEvidence[];
  /** Candidates and chance by score; undefined: pyDANT's method has no decoys */
  chance: ChanceAtScore[] | undefined;
  /** Whether matched units have more similar interspike intervals than their neighbours; undefined: not measured */
  intervals: BlindTest | undefined;
  /** Whether they respond more alike to events (peth.npy); undefined: not measured */
  responses: BlindTest | undefined;
  /** What was not measured, and why, in words */
  notMeasured: string[];
}

/** The matches of two sessions. */
export interface SessionPairEvidence extends Omit<SessionPair, 'matches'> {
  matches: number;
  /**
   * Whether the two show neurons in common, and the probability that chance gives as much; undefined: pyDANT's method does
   * not ask. With several shanks: on any, and the smallest.
   */
  connection: { isConnected: boolean; chanceProbability: number } | undefined;
  /** Days from the earlier to the later one; undefined where session_days.npy does not tell */
  daysApart: number | undefined;
}

/** A test by something that the matching did not use. */
export interface BlindTest extends LikenessTest {
  /** The matches of the result; else matches that were found again without what is tested. */
  isOfResult: boolean;
  /** Of whatever was tested: all matches */
  matches: number;
}

/** What the result alone says: no test by spikes or responses. */
export function evidenceOf(result: StoredResult): Evidence {
  const units = trackedUnits(result);
  const none = { chance: undefined, intervals: undefined, responses: undefined };
  if ('missing' in units) return { ...none, sessionPairs: [], notMeasured: [units.missing] };
  const { sessionDays: days, matches: known } = result;
  return {
    ...none,
    chance: known?.scoreCounts && chanceByScore(known.scoreCounts),
    sessionPairs: sessionPairs(units).map(({ matches, ...pair }) => ({
      ...pair,
      matches: matches.length,
      connection: connectionOf(pair.sessions, known?.connections ?? []),
      daysApart: days && Math.abs(days[pair.sessions[1] - 1]! - days[pair.sessions[0] - 1]!),
    })),
    notMeasured: [],
  };
}

function connectionOf(
  [first, second]: [number, number],
  connections: readonly StoredConnection[],
): SessionPairEvidence['connection'] {
  const rows = connections.filter(({ sessionA, sessionB }) => sessionA === first && sessionB === second);
  if (rows.length === 0) return undefined;
  return {
    isConnected: rows.some(({ isConnected }) => isConnected),
    chanceProbability: Math.min(...rows.map(({ chanceProbability }) => chanceProbability)),
  };
}

import type { StoredResult } from '../results/stored_result.js';
import type { LikenessTest } from './likeness.js';
import { trackedUnits } from './read_units.js';
import { sessionPairs, type SessionPair } from './session_pairs.js';

/** What a recording itself says about the matches that were found in it, without known neurons. */
export interface Evidence {
  /** Every two sessions, in order; none if the result does not tell */
  sessionPairs: SessionPairEvidence[];
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
  const none = { intervals: undefined, responses: undefined };
  if ('missing' in units) return { ...none, sessionPairs: [], notMeasured: [units.missing] };
  const { sessionDays: days } = result;
  return {
    ...none,
    sessionPairs: sessionPairs(units).map(({ matches, ...pair }) => ({
      ...pair,
      matches: matches.length,
      daysApart: days && Math.abs(days[pair.sessions[1] - 1]! - days[pair.sessions[0] - 1]!),
    })),
    notMeasured: [],
  };
}

import { matchProbabilities, type MatchProbabilities } from '../../matching/match_probability.js';
import { mutualBestPairs } from '../../matching/mutual_best.js';
import { beyondMotionUm, connectSessions, type Connections } from '../../motion/connections.js';
import { fitSessionMotion, type LikelyMatches, type SessionLines } from '../../motion/session_motion.js';
import { motionAt, noMotion, type Motion, type MotionInterval } from '../../recording/motion.js';
import type { Settings } from '../../settings/index.js';
import type { RunContext } from '../run_context.js';
import type { UnitDescription } from './describe_units.js';
import { middleOf } from './middle.js';

export interface MatchedSessions {
  connections: Connections;
  motion: Motion;
  /** NaN where nothing is known; undefined: the motion was given */
  interval: MotionInterval | undefined;
  /** (L, 2) pairs of units that the motion rests on */
  motionMatches: ArrayLike<number>;
  /** (n) depths with the motion taken out */
  correctedUm: Float64Array;
  /** Undefined: no two sessions are connected */
  matching: MatchProbabilities | undefined;
}

/** The motion is fitted again to matches that are likelier right than wrong, if there are as many. */
const enoughToRefit = 5;

/**
 * Finds which sessions are connected, the motion between these, and the probabilities of matches; then, unless it is given,
 * the motion again from the likely matches, and the probabilities with that.
 */
export async function matchSessions(
  { places, shapes, sites, traits, embedding, correlogram }: UnitDescription,
  split: Int32Array,
  sessionCount: number,
  given: Motion | undefined,
  settings: Settings['matching'],
  context: RunContext,
): Promise<MatchedSessions> {
  const { sessions, depthsUm } = places;
  const corrected = (motion: Motion) => depthsUm.map((depth, i) => depth - motionAt(motion, sessions[i]!, depth));
  const startUm = given === undefined ? depthsUm : corrected(given);
  const best = await context.stage('motion', (options) =>
    mutualBestPairs(
      { ...places, depthsUm: startUm },
      shapes,
      { correlogram, usesPlace: traits.usesPlace, usesAmplitude: traits.usesAmplitude },
      settings.max_motion + beyondMotionUm,
      options,
    ),
  );
  const connections = connectSessions(best, startUm, sessionCount, settings.max_motion, given !== undefined);
  const { linked, component, shiftUm } = connections;
  if (linked.length === 0) {
    return {
      connections,
      motion: given ?? noMotion(sessionCount),
      interval: given === undefined ? { low: notKnown(sessionCount), high: notKnown(sessionCount) } : undefined,
      motionMatches: [],
      correctedUm: startUm,
      matching: undefined,
    };
  }
  const centreUm = middleOf(sites.locationsUm);
  const fit = async (matches: LikelyMatches, start: SessionLines) => {
    const fitted = await context.stage('motion', (options) =>
      fitSessionMotion(matches, places, component, centreUm, start, options),
    );
    return { ...fitted, matches: matches.pairs };
  };
  const first = linked.flatMap(({ nearby }) => nearby);
  const start = { shiftsUm: shiftUm, slopes: new Float64Array(sessionCount) };
  let estimate =
    given === undefined ? await fit({ pairs: first, probabilities: certain(first.length / 2) }, start) : undefined;
  const known = {
    split,
    linkedSessions: Int32Array.from(linked.flatMap(({ sessionA, sessionB }) => [sessionA, sessionB])),
    expectedMatches: Float64Array.from(linked, ({ expectedMatches }) => expectedMatches),
    seeds: Int32Array.from(linked.flatMap(({ seeds }) => seeds)),
    seedProbabilities: Float64Array.from(linked.flatMap(({ seedProbabilities }) => seedProbabilities)),
  };
  const match = (motion: Motion, isRough: boolean) =>
    context.stage('clustering', (options) =>
      matchProbabilities(
        sites,
        { ...places, correctedUm: corrected(motion) },
        shapes,
        traits,
        embedding,
        known,
        { maxDistanceUm: settings.max_distance, isRough },
        options,
      ),
    );
  if (estimate) {
    const right = likely(await match(estimate.motion, true));
    if (right.probabilities.length >= enoughToRefit) estimate = await fit(right, estimate);
  }
  const motion = given ?? estimate!.motion;
  const matching = await match(motion, false);
  return {
    connections,
    motion,
    interval: estimate?.interval,
    motionMatches: estimate?.matches ?? [],
    correctedUm: corrected(motion),
    matching,
  };
}

const notKnown = (sessions: number): Motion => ({
  linear: new Float64Array(sessions),
  constantUm: new Float64Array(sessions).fill(NaN),
});

const certain = (count: number) => new Float64Array(count).fill(1);

function likely({ pairs, logOdds }: MatchProbabilities): LikelyMatches {
  return {
    pairs: pairs.filter((_, index) => logOdds[index >> 1]! > 0),
    probabilities: logOdds.filter((value) => value > 0).map((value) => 1 / (1 + Math.exp(-value))),
  };
}

import { matchProbabilities, type MatchProbabilities } from '../../matching/match_probability.js';
import { mutualBestPairs } from '../../matching/mutual_best.js';
import { beyondMotionUm, connectSessions, type Connections } from '../../motion/connections.js';
import { insideProbe } from '../../motion/inside_probe.js';
import {
  fitSessionMotion,
  type CurveOptions,
  type LikelyMatches,
  type SessionCurves,
} from '../../motion/session_motion.js';
import { motionAt, noMotion, type Motion, type MotionInterval } from '../../recording/motion.js';
import type { Settings } from '../../settings/index.js';
import type { RunContext } from '../run_context.js';
import type { UnitDescription } from './describe_units.js';
import { lengthOf, middleOf } from './middle.js';

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
/** On less the tissue bends too little to be told from errors of location. */
const longEnoughToBendUm = 1000;
/** Many of the first matches are wrong: those count that agree within a few µm. */
const firstScaleUm = 5;

/**
 * Finds which sessions are connected, the motion between these, and the probabilities of matches; then, unless it is given,
 * the motion again from the likely matches, and the probabilities with that.
 */
export async function matchSessions(
  { places, shapes, sites, traits, embedding, correlogram }: UnitDescription,
  split: Int32Array,
  sessionCount: number,
  given: Motion | undefined,
  { matching: settings, spikeLocation }: Settings,
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
  const fit = async (matches: LikelyMatches, start: SessionCurves, how: Omit<CurveOptions, 'centreUm'>) => {
    const fitted = await context.stage('motion', (options) =>
      fitSessionMotion(matches, places, component, start, { ...how, centreUm }, options),
    );
    return { ...fitted, matches: matches.pairs };
  };
  const none = new Float64Array(sessionCount);
  const start = { shiftsUm: shiftUm, slopes: none, bends: none };
  const first = linked.flatMap(({ nearby }) => nearby);
  let estimate =
    given === undefined
      ? await fit({ pairs: first, probabilities: certain(first.length / 2) }, start, {
          terms: 2,
          scaleUm: firstScaleUm,
        })
      : undefined;
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
    const isLong = lengthOf(sites.locationsUm) >= longEnoughToBendUm;
    const isInside = insideProbe(places, sites, spikeLocation.n_nearest_channels);
    const right = wellLocated(likely(await match(estimate.motion, true)), sessions, isInside);
    if (right.probabilities.length >= enoughToRefit)
      // Location errs by up to half the distance of the sites, more often a little one way than much the other: of many
      // errors only the mean is right, so that all that is a candidate counts.
      estimate = await fit(right, estimate, { terms: isLong ? 3 : 2, scaleUm: settings.max_distance });
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

/**
 * Those of units inside the probe; of two sessions that have fewer than five of these, all.
 * @param sessions (n) of the units, which may be in any order
 * @param isInside (n) 1 or 0
 */
export function wellLocated(
  { pairs, probabilities }: LikelyMatches,
  sessions: Int32Array,
  isInside: Uint8Array,
): LikelyMatches {
  const all = Array.from(probabilities, (probability, m) => {
    const [i, j] = [pairs[2 * m]!, pairs[2 * m + 1]!];
    const [a, b] = [sessions[i]!, sessions[j]!];
    const key = `${Math.min(a, b)},${Math.max(a, b)}`;
    return { i, j, probability, inside: isInside[i]! * isInside[j]!, key };
  });
  const counts = new Map<string, number>();
  for (const { key, inside } of all) counts.set(key, (counts.get(key) ?? 0) + inside);
  const kept = all.filter(({ key, inside }) => inside === 1 || counts.get(key)! < enoughToRefit);
  return { pairs: kept.flatMap(({ i, j }) => [i, j]), probabilities: kept.map(({ probability }) => probability) };
}

import { pairsWithin } from '../../clustering/members.js';
import { planCorrection } from '../../correction/templates.js';
import { clusterConfidence, logOddsOf } from '../../matching/confidence.js';
import { likelyMatches, matchesByShape, type UnitPlaces } from '../../matching/first_matches.js';
import { matchOrder, matchSimilarity } from '../../matching/match_order.js';
import { estimateProfile, type MotionProfileEstimate } from '../../motion/profile.js';
import { noMotion, type Motion } from '../../recording/motion.js';
import type { Settings } from '../../settings/index.js';
import type { ProbabilisticGroup } from '../result.js';
import type { RunContext } from '../run_context.js';
import { warnOfSessionGroups } from '../session_groups.js';
import type { TrackedUnits } from '../tracked_units.js';
import { describeUnits } from './describe_units.js';
import { corrected, matchUnits } from './match_units.js';
import { keepSure, lookUp, mixedUnits, ofPairs, pairsBetweenSessions, splitCandidates } from './matched_pairs.js';

/** Tracks by match probabilities that are learned from the recording (docs/method.md). */
export async function trackByProbability(
  units: TrackedUnits,
  shank: number | undefined,
  given: Motion | undefined,
  settings: Settings,
  context: RunContext,
): Promise<ProbabilisticGroup> {
  const description = await context.stage('similarity', (options) =>
    describeUnits(units, settings.matching.features, options),
  );
  const places: UnitPlaces = { sessions: units.sessions, xUm: units.xUm, depthsUm: units.depthsUm };
  let estimate: MotionProfileEstimate | undefined;
  if (given === undefined) {
    estimate = await context.stage('motion', async (options) => {
      const matches = await matchesByShape(description.shapes, places, settings.matching.max_motion, options);
      return estimateProfile(matches, places, units.sessionCount, settings.matching, options);
    });
  }
  let motion = given ?? estimate?.motion ?? noMotion(units.sessionCount);
  const first = await context.stage('clustering', (options) =>
    likelyMatches(description.shapes, corrected(places, motion), settings.matching.max_distance, options),
  );
  let matching = await matchUnits(units, description, motion, first, settings, context);
  context.report('motion', 1, `${pairsBetweenSessions(matching.labels, units.sessions).length / 2} pairs matched`);
  if (estimate !== undefined) {
    // Matches that are nearly all right locate the probe better than first matches do.
    const right = pairsBetweenSessions(matching.labels, units.sessions);
    if (right.length > 0) {
      const refined = await context.stage('motion', (options) =>
        estimateProfile(right, places, units.sessionCount, settings.matching, options),
      );
      estimate = refined;
      motion = refined.motion;
      matching = await matchUnits(units, description, motion, right, settings, context);
    }
    warnOfSessionGroups(estimate.component, context);
  }

  const correction = planCorrection(units, motion, settings.waveformCorrection.n_templates);
  context.onCorrection?.({ units, shank, correction });

  const { nearbyPairs, logOdds } = matching;
  const matchLogOdds = lookUp(matching, units.count);
  const confidence = clusterConfidence(matching.labels, units.sessions, matchLogOdds);
  const labels = keepSure(matching.labels, confidence, settings.matching.min_confidence);
  warnOfNothing(labels, units, context);
  const pairs = { pairs: nearbyPairs, logOdds };
  const minLogOdds = logOddsOf(settings.matching.min_probability);
  const { depthsUm } = corrected(places, motion);
  const { similarity, leafOrder } = await context.stage('leafOrder', async (options) => ({
    similarity: await matchSimilarity(pairs, units.count, options),
    leafOrder: await matchOrder(pairs, depthsUm, options),
  }));
  return {
    method: 'probabilistic',
    shank,
    units: units.indices,
    motion,
    motionInterval: estimate?.interval,
    correction,
    similarity,
    minLogOdds,
    labelsBeforeCuration: matching.labels,
    labels,
    nearbyPairs,
    leafOrder,
    model: {
      ...clusterConfidence(labels, units.sessions, matchLogOdds),
      logOdds,
      matchLogOdds: ofPairs(pairsWithin(labels), matchLogOdds),
      splitCandidates: splitCandidates(matching, units.sessions),
      mixedUnits: mixedUnits(matching, units.sessions),
    },
  };
}

function warnOfNothing(labels: Int32Array, units: TrackedUnits, context: RunContext): void {
  const sessions = new Set(units.sessions);
  if (sessions.size < 2) return;
  if (labels.every((label) => label < 1)) {
    context.warn(
      'No unit was matched with one of another session. Are the sessions of the same probe and place, and the waveforms not whitened?',
    );
    return;
  }
  const matched = new Set(units.sessions.filter((_, i) => labels[i]! >= 1));
  const alone = [...sessions].filter((session) => !matched.has(session)).sort((a, b) => a - b);
  if (alone.length > 0) {
    context.warn(`No unit of session ${alone.join(', ')} was matched with one of another session.`);
  }
}

import { clusterMembers, pairsWithin } from '../../clustering/members.js';
import { planWith } from '../../correction/templates.js';
import { clusterConfidence, logOddsOf, type Confidence } from '../../matching/confidence.js';
import { likelyMatches, matchesByShape, type UnitPlaces } from '../../matching/first_matches.js';
import { matchOrder, matchSimilarity } from '../../matching/match_order.js';
import { clusterNeurons } from '../../matching/neuron_clusters.js';
import { learnPairModel, weighCompetitors } from '../../matching/pair_model.js';
import { addRefractoryEvidence } from '../../matching/split_candidates.js';
import { joinColumns } from '../../matching/unit_vectors.js';
import { estimateProfile, type ProfileEstimate } from '../../motion/profile.js';
import { motionAt, noMotion, type Motion } from '../../recording/motion.js';
import type { Settings } from '../../settings/index.js';
import type { ProbabilisticGroup } from '../result.js';
import type { RunContext } from '../run_context.js';
import { warnOfSessionGroups } from '../session_groups.js';
import type { TrackedUnits } from '../tracked_units.js';
import { describeUnits, type UnitDescription } from './describe_units.js';

interface MatchedUnits {
  nearbyPairs: Int32Array;
  /** (P) of the pairs, judged by the two units and their rivals */
  logOdds: Float32Array;
  labels: Int32Array;
  /** (M, 2) all pairs of one cluster, and (M) their log odds given all units */
  matches: Int32Array;
  matchLogOdds: Float32Array;
  /** (R, 2) unit, and the label of the neuron that it holds fewer spikes of */
  mixedUnits: Int32Array;
}

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
  let estimate: ProfileEstimate | undefined;
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
  let matching = await match(units, description, motion, first, settings, context);
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
      matching = await match(units, description, motion, right, settings, context);
    }
    warnOfSessionGroups(estimate.component, context);
  }

  const correction = planWith(units, motion, settings.waveformCorrection.n_templates);
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

async function match(
  units: TrackedUnits,
  { shapes, columns }: UnitDescription,
  motion: Motion,
  firstMatches: Int32Array,
  settings: Settings,
  context: RunContext,
): Promise<MatchedUnits> {
  const { sessions, count } = units;
  const depthsUm = corrected({ sessions, xUm: units.xUm, depthsUm: units.depthsUm }, motion).depthsUm;
  const description = joinColumns(count, [...shapes.map(({ scores }) => scores), ...columns, depthsUm]);
  return context.stage('clustering', async (options) => {
    const model = await learnPairModel(
      description,
      { sessions, depthsUm, maxDistanceUm: settings.matching.max_distance },
      firstMatches,
      options,
    );
    const { nearbyPairs, logOdds } = model;
    if (model.learnedFrom > 0) {
      await addRefractoryEvidence(nearbyPairs, logOdds, sessions, units.indices, units.spikeTrains, options);
      await weighCompetitors(nearbyPairs, logOdds, sessions, options);
    }
    const minLogOdds = logOddsOf(settings.matching.min_probability);
    const clusters = await clusterNeurons(model, sessions, minLogOdds, options);
    return {
      nearbyPairs,
      logOdds,
      labels: clusters.labels,
      matches: clusters.matches,
      matchLogOdds: clusters.logOdds,
      mixedUnits: clusters.mixedUnits,
    };
  });
}

/** Log odds of two units of one cluster, given all units. */
function lookUp({ matches, matchLogOdds }: MatchedUnits, units: number): (i: number, j: number) => number {
  const known = new Map<number, number>();
  matchLogOdds.forEach((value, m) => {
    known.set(matches[2 * m]! * units + matches[2 * m + 1]!, value);
  });
  return (i, j) => known.get(Math.min(i, j) * units + Math.max(i, j))!;
}

function corrected({ sessions, xUm, depthsUm }: UnitPlaces, motion: Motion): UnitPlaces {
  return { sessions, xUm, depthsUm: depthsUm.map((depth, i) => depth - motionAt(motion, sessions[i]!, depth)) };
}

/** (M, 2) pairs of one cluster and different sessions. */
function pairsBetweenSessions(labels: Int32Array, sessions: Int32Array): Int32Array {
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
function keepSure(labels: Int32Array, { clusters }: Confidence, minConfidence: number): Int32Array {
  const number = new Map<number, number>();
  return labels.map((label) => {
    const sure = clusters[label] ?? 0;
    if (label < 1 || sure === 0 || sure < minConfidence) return -1;
    if (!number.has(label)) number.set(label, number.size + 1);
    return number.get(label)!;
  });
}

/** (Q, 2) nearby pairs of one session that are more likely one neuron than two. */
function splitCandidates({ nearbyPairs, logOdds }: MatchedUnits, sessions: Int32Array): Int32Array {
  return nearbyPairs.filter((_, index) => {
    const p = index >> 1;
    const [i, j] = [nearbyPairs[2 * p]!, nearbyPairs[2 * p + 1]!];
    return (logOdds[p] ?? 0) > 0 && sessions[i] === sessions[j];
  });
}

/** (R, 2) each with a unit of the other neuron, of the same session if there is one. */
function mixedUnits({ mixedUnits, labels }: MatchedUnits, sessions: Int32Array): Int32Array {
  const members = clusterMembers(labels);
  return mixedUnits.map((value, index) => {
    if (index % 2 === 0) return value;
    const others = members.get(value)!;
    return others.find((unit) => sessions[unit] === sessions[mixedUnits[index - 1]!]) ?? others[0]!;
  });
}

function ofPairs(pairs: Int32Array, value: (i: number, j: number) => number): Float32Array {
  return Float32Array.from({ length: pairs.length / 2 }, (_, m) => value(pairs[2 * m]!, pairs[2 * m + 1]!));
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

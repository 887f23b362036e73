import { pairsWithin } from '../../clustering/members.js';
import { planCorrection } from '../../correction/templates.js';
import { clusterConfidence, logOddsOf } from '../../matching/confidence.js';
import { matchOrder, matchSimilarity } from '../../matching/match_order.js';
import { clusterNeurons } from '../../matching/neuron_clusters.js';
import { noScoreCounts, scoreCounts } from '../../matching/score_counts.js';
import { findSplitUnits, sureSplits } from '../../matching/split_units.js';
import type { Motion } from '../../recording/motion.js';
import type { Settings } from '../../settings/index.js';
import type { ProbabilisticGroup } from '../result.js';
import type { RunContext } from '../run_context.js';
import type { TrackedUnits } from '../tracked_units.js';
import { describeUnits } from './describe_units.js';
import { matchSessions } from './match_sessions.js';
import { middleOf } from './middle.js';
import { lookUp, ofPairs, pairsBetweenSessions } from './matched_pairs.js';
import { sessionConnections, warnOfUnconnectedSessions } from './session_pairs.js';
import { warnOfContaminatedUnits, warnOfDecoys, warnOfNothing } from './warnings.js';

/** Log odds of a unit that is no single neuron with any other. */
const ruledOut = logOddsOf(1e-6);

/** Tracks by match probabilities that are learned from the recording (docs/method.md). */
export async function trackByProbability(
  units: TrackedUnits,
  shank: number | undefined,
  given: Motion | undefined,
  settings: Settings,
  context: RunContext,
): Promise<ProbabilisticGroup> {
  const { features, max_distance: maxDistanceUm, min_probability: minProbability } = settings.matching;
  const description = await context.stage('similarity', (options) => describeUnits(units, shank, features, options));
  const { places, shapes, sites, firing } = description;
  const split = await context.stage('similarity', (options) =>
    findSplitUnits(places, shapes.aligned, units.indices, units.spikeTrains, maxDistanceUm, options),
  );
  const found = await matchSessions(description, split.pairs, units.sessionCount, given, settings, context);
  const { connections, motion, matching } = found;

  const correction = planCorrection(units, motion, settings.waveformCorrection.n_templates);
  context.onCorrection?.({ units, shank, correction });

  const contaminated = places.sessions.map((_, i) => i).filter((i) => firing.refractoryRatios[i]! > 1);
  const isContaminated = new Set(contaminated);
  const nearbyPairs = matching?.pairs ?? new Int32Array(0);
  const logOdds = (matching?.logOdds ?? new Float32Array(0)).map((value, p) =>
    isContaminated.has(nearbyPairs[2 * p]!) || isContaminated.has(nearbyPairs[2 * p + 1]!) ? ruledOut : value,
  );
  const pairs = { pairs: nearbyPairs, logOdds };
  const minLogOdds = logOddsOf(minProbability);
  const labels = await context.stage('clustering', (options) =>
    clusterNeurons(pairs, units.sessions, split.pairs, minLogOdds, options),
  );
  const matched = pairsBetweenSessions(labels, units.sessions);
  context.report('clustering', 1, `${matched.length / 2} pairs matched`);
  warnOfUnconnectedSessions(connections.component, context);
  warnOfContaminatedUnits(
    contaminated.map((i) => units.indices[i]!),
    context,
  );
  if (matching) warnOfDecoys(matching, context);
  warnOfNothing(labels, units, connections.component, context);

  const matchLogOdds = lookUp(pairs, split, labels);
  const { similarity, leafOrder } = await context.stage('leafOrder', async (options) => ({
    similarity: await matchSimilarity(pairs, units.count, options),
    leafOrder: await matchOrder(pairs, found.correctedUm, options),
  }));
  return {
    method: 'probabilistic',
    shank,
    units: units.indices,
    motion,
    motionInterval: found.interval,
    correction,
    similarity,
    minLogOdds,
    labelsBeforeCuration: labels,
    labels,
    nearbyPairs,
    leafOrder,
    model: {
      ...clusterConfidence(labels, units.sessions, matchLogOdds),
      logOdds,
      matchLogOdds: ofPairs(pairsWithin(labels), matchLogOdds),
      splitCandidates: sureSplits(split),
      contaminatedUnits: contaminated,
      connections: sessionConnections(
        connections,
        units.sessions,
        matched,
        found.motionMatches,
        motion,
        middleOf(sites.locationsUm),
      ),
      decoyKind: matching?.decoyKind,
      scoreCounts: matching ? scoreCounts(matching) : noScoreCounts(),
    },
  };
}

import { logOddsOf } from '../../matching/confidence.js';
import type { UnitPlaces } from '../../matching/first_matches.js';
import { clusterNeurons } from '../../matching/neuron_clusters.js';
import { learnPairModel, weighCompetitors } from '../../matching/pair_model.js';
import { addRefractoryEvidence } from '../../matching/split_candidates.js';
import { joinColumns } from '../../matching/unit_vectors.js';
import { motionAt, type Motion } from '../../recording/motion.js';
import type { Settings } from '../../settings/index.js';
import type { RunContext } from '../run_context.js';
import type { TrackedUnits } from '../tracked_units.js';
import type { UnitDescription } from './describe_units.js';

/** What the match model finds with one estimate of the motion. */
export interface MatchedUnits {
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

/** Learns the match model from first matches, and clusters the units by it. */
export async function matchUnits(
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

/** The places with the motion taken out of the depths. */
export function corrected({ sessions, xUm, depthsUm }: UnitPlaces, motion: Motion): UnitPlaces {
  return { sessions, xUm, depthsUm: depthsUm.map((depth, i) => depth - motionAt(motion, sessions[i]!, depth)) };
}

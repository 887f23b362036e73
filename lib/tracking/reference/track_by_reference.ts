import type { Motion } from '../../recording/motion.js';
import type { Correction } from '../../correction/templates.js';
import { runNative } from '../../native/run.js';
import type { MatchModel } from '../probabilistic/track_by_probability.js';
import type { FeatureName, Settings } from '../../settings/index.js';
import { FeatureSimilarity, type FisherZ } from './feature_similarity.js';
import { matchUnits, type Matching } from './cluster_round.js';
import { findMotion, type MotionIteration, type MotionLoopResult } from './motion_loop.js';
import type { RunContext } from '../run_context.js';
import type { TrackedUnits } from '../tracked_units.js';

/** The result for units that were tracked together. Units are numbered within the group, 0 … n − 1. */
export interface GroupResult {
  /** Shank of the group; undefined when all units were tracked in one run. */
  shank: number | undefined;
  /** (n) index of each unit in the data set */
  units: Int32Array;
  motion: Motion;
  /** Bounds of the 95 % intervals of the motion; undefined when none was estimated. */
  motionInterval: MotionLoopResult['interval'];
  motionIterations: MotionIteration[];
  stoppedBecause: MotionLoopResult['stoppedBecause'];
  /** The correction of the waveforms in the final clustering. */
  correction: Correction;
  /**
   * The features of the final clustering with their weights and matrices (n, n). "Match": half the log odds of being one
   * neuron, by the probabilistic method.
   */
  features: readonly (FeatureName | 'Match')[];
  weights: Float64Array;
  matrices: FisherZ[];
  /** Similarity above which a match counts as good; undefined when it could not be learned. */
  threshold: number | undefined;
  /** (n) clusters before curation, from 1; −1: in none */
  labelsBeforeCuration: Int32Array;
  /** (n) clusters, 1 … K; −1: unmatched */
  labels: Int32Array;
  /** (P, 2) pairs that the weights were learned from */
  nearbyPairs: Int32Array;
  /** (Q, 2) pairs that curation took apart, and why: 1 same session, 2 low similarity */
  curationPairs: Int32Array;
  curationTypes: Int32Array;
  /** (n) units in the optimal leaf order of the final tree */
  leafOrder: Int32Array;
  /** Match probabilities, from the probabilistic method. */
  model?: MatchModel;
}

/** Sections 3 to 10 of the specification for one group of units. */
export async function trackGroup(
  units: TrackedUnits,
  shank: number | undefined,
  given: Motion | undefined,
  settings: Settings,
  context: RunContext,
): Promise<GroupResult> {
  const similarity = new FeatureSimilarity(units, settings.waveformCorrection.n_nearest_channels);
  let told: Correction | undefined;
  const tell = (correction: Correction) => {
    if (correction === told) return;
    told = correction;
    context.onCorrection?.({ units, shank, correction });
  };
  const { motion, correction, interval, iterations, stoppedBecause } = await findMotion(
    units,
    similarity,
    given,
    settings,
    context,
    tell,
  );
  tell(correction);

  similarity.keepOnly(settings.clustering.features);
  const matching = await matchUnits(
    units,
    similarity,
    settings.clustering.features,
    motion,
    settings.clustering,
    context,
  );
  context.report('clustering', 1, matchingFacts(matching));
  if (matching.threshold === undefined && units.count > 1) {
    context.warn(
      'The feature weights and the threshold for good matches could not be learned: ' +
        `${matching.matchedPairs === 0 ? 'no' : 'every'} pair of nearby units was matched. ` +
        'The weights are left as they were and clusters are not split.',
    );
  }
  const combined = { units: units.count, features: matching.matrices, weights: matching.weights };
  const curation = await context.stage('curation', (options) =>
    runNative(
      (native, control) =>
        native.curateTracked({
          ...control,
          ...combined,
          labels: matching.labels,
          sessions: units.sessions,
          threshold: settings.autoCuration.auto_split ? (matching.threshold ?? NaN) : NaN,
        }),
      options,
    ),
  );
  const leafOrder = await context.stage('leafOrder', (options) =>
    runNative((native, control) => native.leafOrderOfSimilarity({ ...control, ...combined }), options),
  );
  return {
    shank,
    units: units.indices,
    motion,
    motionInterval: interval,
    motionIterations: iterations,
    stoppedBecause,
    correction,
    features: matching.features,
    weights: matching.weights,
    matrices: matching.matrices,
    threshold: matching.threshold,
    labelsBeforeCuration: matching.labels,
    labels: curation.labels,
    nearbyPairs: matching.nearbyPairs,
    curationPairs: curation.pairs,
    curationTypes: curation.types,
    leafOrder,
  };
}

function matchingFacts({ features, weights, threshold, matchedPairs, nearbyPairs }: Matching): string {
  const list = features.map((feature, f) => `${feature} ${weights[f]!.toFixed(2)}`).join(', ');
  const pairs = `${matchedPairs.toLocaleString('en-US')} of ${(nearbyPairs.length / 2).toLocaleString('en-US')} nearby pairs matched`;
  return `${pairs}; weights ${list}; threshold ${threshold === undefined ? 'not learned' : threshold.toFixed(2)}`;
}

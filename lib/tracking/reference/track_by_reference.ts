import { leafOrderOfSimilarity } from '../../clustering/leaf_order.js';
import type { Correction } from '../../correction/templates.js';
import { curateBySimilarity } from '../../curation/curate.js';
import type { Motion } from '../../recording/motion.js';
import type { Settings } from '../../settings/index.js';
import type { ReferenceGroup } from '../result.js';
import type { RunContext } from '../run_context.js';
import type { TrackedUnits } from '../tracked_units.js';
import { clusterRound, type ClusterRound } from './cluster_round.js';
import { FeatureSimilarity } from './feature_similarity.js';
import { findMotion } from './motion_loop.js';

/** Tracks one group of units by pyDANT's method (docs/reference-method.md, sections 3 to 10). */
export async function trackByReference(
  units: TrackedUnits,
  shank: number | undefined,
  given: Motion | undefined,
  settings: Settings,
  context: RunContext,
): Promise<ReferenceGroup> {
  const similarity = new FeatureSimilarity(units, settings.waveformCorrection.n_nearest_channels);
  let reported: Correction | undefined;
  const reportCorrection = (correction: Correction) => {
    if (correction === reported) return;
    reported = correction;
    context.onCorrection?.({ units, shank, correction });
  };
  const { motion, correction, interval, iterations, stoppedBecause } = await findMotion(
    units,
    similarity,
    given,
    settings,
    context,
    reportCorrection,
  );
  reportCorrection(correction);

  similarity.keepOnly(settings.clustering.features);
  const found = await clusterRound(
    units,
    similarity,
    settings.clustering.features,
    motion,
    settings.clustering,
    context,
  );
  context.report('clustering', 1, roundFacts(found));
  if (found.threshold === undefined && units.count > 1) {
    context.warn(
      'The feature weights and the threshold for good matches could not be learned: ' +
        `${found.matchedPairs === 0 ? 'no' : 'every'} pair of nearby units was matched. ` +
        'The weights are left as they were and clusters are not split.',
    );
  }
  const combined = { units: units.count, features: found.matrices, weights: found.weights };
  const curation = await context.stage('curation', (options) =>
    curateBySimilarity(
      combined,
      {
        labels: found.labels,
        sessions: units.sessions,
        threshold: settings.autoCuration.auto_split ? found.threshold : undefined,
      },
      options,
    ),
  );
  const leafOrder = await context.stage('leafOrder', (options) => leafOrderOfSimilarity(combined, options));
  return {
    method: 'reference',
    shank,
    units: units.indices,
    motion,
    motionInterval: interval,
    motionIterations: iterations,
    stoppedBecause,
    correction,
    features: found.features,
    weights: found.weights,
    matrices: found.matrices,
    threshold: found.threshold,
    labelsBeforeCuration: found.labels,
    labels: curation.labels,
    nearbyPairs: found.nearbyPairs,
    curationPairs: curation.pairs,
    curationTypes: curation.types,
    leafOrder,
  };
}

function roundFacts({ features, weights, threshold, matchedPairs, nearbyPairs }: ClusterRound): string {
  const list = features.map((feature, f) => `${feature} ${weights[f]!.toFixed(2)}`).join(', ');
  const pairs = `${matchedPairs.toLocaleString('en-US')} of ${(nearbyPairs.length / 2).toLocaleString('en-US')} nearby pairs matched`;
  return `${pairs}; weights ${list}; threshold ${threshold === undefined ? 'not learned' : threshold.toFixed(2)}`;
}

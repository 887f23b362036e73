import { noMotion, type Motion, type MotionInterval } from '../../recording/motion.js';
import { largestDifferenceUm, planCorrection, type Correction } from '../../correction/templates.js';
import { estimateMotion, type MotionEstimate } from '../../motion/estimate.js';
import type { Settings } from '../../settings/index.js';
import type { FeatureSimilarity } from './feature_similarity.js';
import { clusterRound, type ClusterRound } from './cluster_round.js';
import type { MotionIteration, ReferenceGroup } from '../result.js';
import type { RunContext } from '../run_context.js';
import { warnOfSessionGroups } from '../session_groups.js';
import type { TrackedUnits } from '../tracked_units.js';

export interface MotionLoopResult {
  motion: Motion;
  /** What the waveforms of the final clustering are corrected with: not always `motion`. */
  correction: Correction;
  /** Bounds of the 95 % intervals; undefined when no motion was estimated. */
  interval: MotionInterval | undefined;
  iterations: MotionIteration[];
  stoppedBecause: ReferenceGroup['stoppedBecause'];
}

// As measured on recordings of 2,000 to 20,000 units:
/** Pairs that are gained when the corrections change, of all matched pairs and per µm. */
const gainPerUm = 1e-4;
/** What a round changes the corrections by, of what the round before changed them by. */
const convergence = 1 / 80;

/** Whether no more pairs are likely to be matched where the corrections have changed by so much. */
function seemsSettled(changeUm: number, matchedPairs: number): boolean {
  return changeUm < 1 && gainPerUm * changeUm * matchedPairs < 5;
}

/**
 * docs/reference-method.md, section 8. `onLikelyCorrection` gets the correction that the result will have if the next round is
 * the last one, where that is likely.
 */
export async function findMotion(
  units: TrackedUnits,
  similarity: FeatureSimilarity,
  given: Motion | undefined,
  settings: Settings,
  context: RunContext,
  onLikelyCorrection?: (correction: Correction) => void,
): Promise<MotionLoopResult> {
  const { features: sets, max_iter, repeat_last_feature_set, stop_early } = settings.motionEstimation;
  const iterationCount = repeat_last_feature_set ? max_iter : Math.min(max_iter, sets.length);
  const correct = (motion: Motion) => planCorrection(units, motion, settings.waveformCorrection.n_templates);

  let motion = given ?? noMotion(units.sessionCount);
  let correction = correct(motion);
  let correctionBefore = correction;
  let interval: MotionLoopResult['interval'];
  // Without a given motion the first round compares the waveforms as recorded.
  similarity.correction = given && correction;
  let changeUm = Infinity;
  const iterations: MotionIteration[] = [];
  for (let i = 0; i < iterationCount; ++i) {
    const before = iterations[i - 1];
    // If the loop stops early, the round before its last has compared what is a result. Where that was not expected it is
    // compared again.
    const pairsBefore = before?.matchedPairs ?? 0;
    const isLast = i + 1 === iterationCount || seemsSettled(changeUm, pairsBefore);
    const isNextLast = seemsSettled(convergence * changeUm, pairsBefore);
    similarity.isProvisional = !stop_early || isLast || !isNextLast;
    const round = await clusterRound(
      units,
      similarity,
      sets[Math.min(i, sets.length - 1)]!,
      motion,
      settings.clustering,
      context,
    );
    similarity.isProvisional = false;
    const { features, weights, threshold, matchedPairs, similarities } = round;
    iterations.push({ features, weights, threshold, matchedPairs, motionUsed: motion, similarity: similarities });
    context.report(
      'motion',
      i / iterationCount,
      `round ${i + 1}: ${matchedPairs.toLocaleString('en-US')} pairs matched by ${features.join(', ')}`,
    );
    if (stop_early && before && matchedPairs <= before.matchedPairs) {
      // pyDANT goes back to the waveforms of the round before, but keeps the newest motion for the depths.
      similarity.correction = correction = correctionBefore;
      context.report('motion', 1, `stopped after ${i + 1} rounds because no more pairs were matched`);
      return { motion, correction, interval, iterations, stoppedBecause: 'no more matches' };
    }
    const estimate = await estimateFromMatches(units, round, i + 1, settings, context);
    if (estimate) {
      motion = { linear: estimate.linear, constantUm: estimate.constantUm };
      interval = { low: estimate.low, high: estimate.high };
    }
    correctionBefore = correction;
    similarity.correction = correction = correct(motion);
    changeUm = largestDifferenceUm(correctionBefore, correction);
    if (stop_early && i + 1 < iterationCount && seemsSettled(changeUm, matchedPairs)) {
      onLikelyCorrection?.(correctionBefore);
    }
  }
  context.report('motion', 1, `all ${iterationCount} rounds done`);
  return { motion, correction, interval, iterations, stoppedBecause: 'all iterations done' };
}

async function estimateFromMatches(
  units: TrackedUnits,
  { goodPairs }: ClusterRound,
  roundNumber: number,
  settings: Settings,
  context: RunContext,
): Promise<MotionEstimate | undefined> {
  if (goodPairs.length === 0) {
    context.warn(
      `In round ${roundNumber} of the motion correction no units of different sessions were matched; ` +
        'the probe motion is left as it was before that round.',
    );
    return undefined;
  }
  const side = (offset: number) => goodPairs.filter((_, index) => index % 2 === offset);
  const [a, b] = [side(0), side(1)];
  const estimate = await context.stage('motion', (options) =>
    estimateMotion(
      {
        sessionA: a.map((unit) => units.sessions[unit]!),
        sessionB: b.map((unit) => units.sessions[unit]!),
        depthAUm: Float64Array.from(a, (unit) => units.depthsUm[unit]!),
        depthBUm: Float64Array.from(b, (unit) => units.depthsUm[unit]!),
      },
      {
        sessionCount: units.sessionCount,
        linear: settings.waveformCorrection.linear_correction,
        seed: settings.seed,
      },
      options,
    ),
  );
  warnOfSessionGroups(estimate.component, context);
  return estimate;
}

import type { MotionProfile } from '../recording/motion.js';
import type { ResultSource } from './result_source.js';
import type { MatchEvidence } from './stored_result.js';

/** What the probabilistic method says beyond the clusters; undefined of results of pyDANT's method. */
export async function readMatches(results: ResultSource, missing: string[]): Promise<MatchEvidence | undefined> {
  const pairs = await results.integers('MatchProbabilityPairs');
  const probabilities = await results.floats('MatchProbability');
  if (!pairs || !probabilities) return undefined;
  if (pairs.data.length !== 2 * probabilities.data.length) {
    missing.push('MatchProbability.npy and MatchProbabilityPairs.npy are of different numbers of pairs; left out.');
    return undefined;
  }
  const matchedPairs = await results.integers('MatchedPairs');
  const matchedProbabilities = await results.floats('MatchedProbability');
  const areMatchedKnown = matchedProbabilities && matchedPairs?.data.length === 2 * matchedProbabilities.data.length;
  return {
    pairs: pairs.data,
    probabilities: probabilities.data,
    matched: areMatchedKnown ? { pairs: matchedPairs.data, probabilities: matchedProbabilities.data } : undefined,
    confidence: (await results.floats('ClusterConfidence'))?.data,
    falsePositiveRates: (await results.floats('FalsePositiveRate'))?.data,
    splitCandidates: (await results.integers('SplitCandidates'))?.data ?? new Int32Array(0),
    mixedUnits: (await results.integers('MixedUnits'))?.data ?? new Int32Array(0),
  };
}

/** Motion as a function of depth, of a folder with one tracking. */
export async function readProfile(results: ResultSource): Promise<MotionProfile | undefined> {
  const depths = await results.floats('motion_profile_depths');
  const shifts = await results.floats('motion_profile');
  return depths && shifts?.shape[1] === depths.data.length && depths.data.length > 0
    ? { knotDepthsUm: depths.data, shiftsUm: shifts.data }
    : undefined;
}

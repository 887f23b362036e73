import type { MatchProbabilities } from './match_probability.js';

/** Bins of the scores: natural log odds, from −10 to 10 in steps of ½; the outer ones hold what lies beyond. */
const [first, step, bins] = [-10, 0.5, 40];
export const scoreColumns = 3;

/**
 * (40, 3) lower edge of the score (log odds before calibration), candidates, and the wrong ones that decoys make expect
 * among them: the share of chance by score.
 */
export function scoreCounts({ scores, decoyScores, decoyWeights }: MatchProbabilities): Float64Array {
  const counts = noScoreCounts();
  const binOf = (score: number) => Math.min(bins - 1, Math.max(0, Math.floor((score - first) / step)));
  scores.forEach((score) => {
    counts[binOf(score) * scoreColumns + 1]! += 1;
  });
  decoyScores.forEach((score, d) => {
    counts[binOf(score) * scoreColumns + 2]! += decoyWeights[d]!;
  });
  return counts;
}

/** Of sessions between which nothing was matched. */
export function noScoreCounts(): Float64Array {
  return Float64Array.from({ length: bins * scoreColumns }, (_, index) =>
    index % scoreColumns === 0 ? first + (step * index) / scoreColumns : 0,
  );
}

import { clusterMembers } from '../clustering/members.js';

/** Pairs that were given about the same probability. */
export interface ReliabilityBin {
  /** The probabilities are at least `from` and less than `to`; the last bin includes 1. */
  from: number;
  to: number;
  pairs: number;
  /** Mean of the probabilities: the share of the pairs that should be right. NaN without pairs. */
  expected: number;
  /** Share of the pairs that are right. NaN without pairs. */
  right: number;
}

/** How right a tracker is about how sure it is. Only pairs of units of different sessions count. */
export interface ConfidenceScore {
  /** Nearby pairs, matched or not, by their probability judged by the two and their rivals. */
  pairs: ReliabilityBin[];
  /** Pairs that share a cluster, by their probability given all units. */
  matchedPairs: ReliabilityBin[];
  /** Pairs that share a cluster, by the cluster's confidence. */
  clusters: ReliabilityBin[];
  /** Share of the matched pairs that are wrong: as the tracker says, and in truth. NaN without matched pairs. */
  falsePositiveRate: { estimated: number; true: number };
}

/** Narrow where most pairs are, and one bin about 0.9. */
const edges = [0, 0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.88, 0.92, 0.96, 0.98, 1];

/** Probabilities between these are doubtful. */
const doubtful = { from: 0.02, to: 0.98 };
/** Fewer pairs say little: among 30 given 0.9, the share that is right varies by ± 0.05 (standard deviation). */
const fewestPairs = 30;

export interface ConfidenceInput {
  /** (P, 2) nearby pairs of units */
  pairs: ArrayLike<number>;
  /** (P) that they are the same neuron, judged by the two and their rivals */
  probabilities: ArrayLike<number>;
  /** (M, 2) matched pairs of units */
  matches: ArrayLike<number>;
  /** (M) that they are the same neuron, given all units */
  matchProbabilities: ArrayLike<number>;
  /** (K) expected share of right pairs of cluster k + 1 */
  clusterConfidence: ArrayLike<number>;
  /** Estimated false-positive rate: one number, or one for each shank in shank order */
  falsePositiveRates: ArrayLike<number>;
  /** (N) */
  shank: ArrayLike<number>;
  /** (N) 1 … K; negative: in none */
  cluster: ArrayLike<number>;
  /** (N) */
  neuron: ArrayLike<number>;
  /** (N) */
  session: ArrayLike<number>;
}

export function scoreConfidence(input: ConfidenceInput): ConfidenceScore {
  const { clusterConfidence, falsePositiveRates, cluster, neuron, session, shank } = input;
  const reliability = (pairs: ArrayLike<number>, probabilities: ArrayLike<number>) => {
    const bins = new Reliability();
    for (let p = 0; p < probabilities.length; p++) {
      const [i, j] = [pairs[2 * p]!, pairs[2 * p + 1]!];
      if (session[i] !== session[j]) bins.add(probabilities[p]!, neuron[i] === neuron[j]);
    }
    return bins;
  };
  const all = reliability(input.pairs, input.probabilities);
  const matched = reliability(input.matches, input.matchProbabilities);
  const clusters = new Reliability();
  const shanks = [...new Set(Array.from(shank))].sort((a, b) => a - b);
  const rateOf = (unit: number) =>
    falsePositiveRates[falsePositiveRates.length === 1 ? 0 : shanks.indexOf(shank[unit]!)]!;
  let found = 0;
  let wrong = 0;
  let expectedWrong = 0;
  for (const units of clusterMembers(Int32Array.from(cluster)).values()) {
    units.forEach((i, k) => {
      for (const j of units.slice(0, k)) {
        if (session[i] === session[j]) continue;
        const isRight = neuron[i] === neuron[j];
        clusters.add(clusterConfidence[cluster[i]! - 1]!, isRight);
        found++;
        expectedWrong += rateOf(i);
        if (!isRight) wrong++;
      }
    });
  }
  return {
    pairs: all.bins(),
    matchedPairs: matched.bins(),
    clusters: clusters.bins(),
    falsePositiveRate: { estimated: expectedWrong / found, true: wrong / found },
  };
}

class Reliability {
  private readonly sums = edges.slice(1).map(() => ({ pairs: 0, expected: 0, right: 0 }));

  add(probability: number, isRight: boolean): void {
    if (!(probability >= 0 && probability <= 1)) return;
    const above = edges.findIndex((edge) => edge > probability);
    const bin = this.sums[above < 0 ? this.sums.length - 1 : above - 1]!;
    bin.pairs++;
    bin.expected += probability;
    if (isRight) bin.right++;
  }

  bins(): ReliabilityBin[] {
    return this.sums.map(({ pairs, expected, right }, k) => ({
      from: edges[k]!,
      to: edges[k + 1]!,
      pairs,
      expected: expected / pairs,
      right: right / pairs,
    }));
  }
}

/** The bins of several recordings in one. */
export function pooledBins(recordings: readonly ReliabilityBin[][]): ReliabilityBin[] {
  return edges.slice(1).map((to, k) => {
    const bins = recordings.map((bins) => bins[k]!).filter(({ pairs }) => pairs > 0);
    const pairs = bins.reduce((sum, bin) => sum + bin.pairs, 0);
    const mean = (of: 'expected' | 'right') => bins.reduce((sum, bin) => sum + bin.pairs * bin[of], 0) / pairs;
    return { from: edges[k]!, to, pairs, expected: mean('expected'), right: mean('right') };
  });
}

/**
 * Mean distance of the share of right pairs from the probability they were given, over the pairs with doubtful
 * probabilities, 0.02 … 0.98: those near 0 and 1 are so many, and so easy, that they would hide all others. NaN
 * with fewer than 30 such pairs.
 */
export function calibrationError(bins: readonly ReliabilityBin[]): number {
  const counted = bins.filter(({ from, to, pairs }) => from >= doubtful.from && to <= doubtful.to && pairs > 0);
  const pairs = counted.reduce((sum, bin) => sum + bin.pairs, 0);
  if (pairs < fewestPairs) return NaN;
  return counted.reduce((sum, bin) => sum + bin.pairs * Math.abs(bin.right - bin.expected), 0) / pairs;
}

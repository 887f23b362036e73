import type { JobControl, WaveformsArgument } from '../arguments.js';

/** Match probabilities. */
export interface MatchingFunctions {
  /**
   * `aligned` (n, L): waveforms interpolated at `depths` fixed depths relative to each unit's depth (n), on the leading
   * temporal components;
   * see native/core/matching/aligned_waveforms.h.
   */
  alignWaveforms(
    args: JobControl & WaveformsArgument & { depthsUm: Float64Array; peakChannels: Int32Array },
  ): Promise<{ aligned: Float64Array; depths: number }>;

  /** Fills `scores` (count, components) with principal component scores of `rows` (count, L), each of norm 1 (centred). */
  principalComponents(
    args: JobControl & {
      rows: Float64Array;
      count: number;
      centreRows: boolean;
      components: number;
      scores: Float64Array;
    },
  ): Promise<void>;

  /** Pairs of units of different sessions that are each other's best; see native/core/matching/shape_similarity.h. */
  mutualMatches(
    args: JobControl & {
      /** each (n, components) scores */
      features: Float64Array[];
      /** (features) */
      weights: Float64Array;
      /** (n) from 1 */
      sessions: Int32Array;
      xUm: Float64Array;
      depthsUm: Float64Array;
      maxDistanceUm: number;
      locationWeight: number;
    },
  ): Promise<{
    /** (M, 2) */
    pairs: Int32Array;
    /** (M) */
    scores: Float64Array;
    /** best score of each unit with one of its own session */
    sameSession: Float64Array;
  }>;

  /** Log odds that nearby units are the same neuron; see native/core/matching/pair_model.h. */
  learnPairModel(
    args: JobControl & {
      /** (n, dimensions) */
      vectors: Float64Array;
      dimensions: number;
      /** (n) from 1 */
      sessions: Int32Array;
      /** (n) corrected for motion */
      depthsUm: Float64Array;
      maxDistanceUm: number;
      /** (M, 2) */
      firstMatches: Int32Array;
    },
  ): Promise<{
    /** (P, 2) */
    nearbyPairs: Int32Array;
    /** (P) */
    logOdds: Float32Array;
    /** Matches that the variation within neurons was learned from; 0: none, and nothing could be learned. */
    learnedFrom: number;
    /** (n, D) the units in coordinates where those of a neuron vary by 1 in each direction */
    vectors: Float64Array;
    /** (D) variance of neurons in these directions */
    spread: Float64Array;
  }>;

  /** Changes the log odds: a unit has at most one match in a session, unless the sorter split the neuron there. */
  weighCompetitors(
    args: JobControl & {
      /** (n) */
      sessions: Int32Array;
      /** (P, 2) */
      pairs: Int32Array;
      /** (P) */
      logOdds: Float32Array;
    },
  ): Promise<void>;

  /** Clusters of units by the evidence for groups of units to be one neuron. */
  clusterNeurons(
    args: JobControl & {
      /** (n) */
      sessions: Int32Array;
      /** (P, 2) */
      pairs: Int32Array;
      /** (P) of the pairs, as their two units and the rivals of these tell */
      logOdds: Float32Array;
      vectors: Float64Array;
      spread: Float64Array;
      minLogOdds: number;
    },
  ): Promise<{
    /** (n) from 1; −1: alone */
    labels: Int32Array;
    /** (M, 2) all pairs of units in the same cluster */
    matches: Int32Array;
    /** (M) given all units */
    logOdds: Float32Array;
    /** (Q, 2) unit that holds spikes of two neurons, and the label of the one that it has fewer of */
    mixedUnits: Int32Array;
  }>;

  /** Fills `similarity` (n, n) with half the log odds of the pairs, cut at ±6; −6 elsewhere and 6 on the diagonal. */
  matchSimilarity(
    args: JobControl & {
      units: number;
      /** (P, 2) */
      pairs: Int32Array;
      /** (P) */
      logOdds: Float32Array;
      similarity: Float32Array;
    },
  ): Promise<void>;

  /** (n) An order of the units in which likely matches stand together, from the tip of the probe upwards. */
  matchOrder(
    args: JobControl & {
      /** (n) corrected for motion */
      depthsUm: Float64Array;
      /** (P, 2) */
      pairs: Int32Array;
      /** (P) */
      logOdds: Float32Array;
    },
  ): Promise<Int32Array>;
}

import type { JobControl, WaveformsArgument } from '../arguments.js';

/** The sites that units are matched on: the channels of a shank, or all. */
interface Sites {
  /** (C, 2) x, y in µm */
  siteLocationsUm: Float64Array;
  /** (C) */
  siteShanks: Int32Array;
}

/** What units look like (n units, C sites, K components); see native/core/matching/unit_shapes.h. */
export interface UnitShapes {
  /** K */
  components: number;
  /** (n, C, K) temporal components of the waveform on each site */
  scores: Float32Array;
  /** (n, C) whether there is any signal on a site */
  live: Uint8Array;
  /** (K, K) scores times this have the norm of the derivative */
  derivative: Float64Array;
  /** (n, A) scores at fixed places relative to the unit's depth, of norm 1; or 0 */
  aligned: Float32Array;
  /** (n, A) the same of the derivative */
  alignedSlope: Float32Array;
  /** (n, A / K) how large the waveform is at each place, of norm 1 */
  spread: Float32Array;
  /** (n) ln µV of the peak-to-trough at the peak; −∞ of flat units */
  logAmplitudes: Float64Array;
}

/** How units fire (n); see native/core/matching/firing_patterns.h. */
export interface FiringPatterns {
  /** (n, 30) */
  intervals: Float64Array;
  /** (n, 30) */
  correlogram: Float64Array;
  /** (n) ln of spikes per s */
  logRates: Float64Array;
  /** (n) ln of successive spikes less than 1.5 ms apart, over what chance gives */
  logViolations: Float64Array;
  /** (n) over 1: the unit has no refractory time */
  refractoryRatios: Float64Array;
}

/** Most alike units of two sessions; see native/core/matching/mutual_best.h. */
export interface MutualBest {
  /** From 1; equal for units of one session */
  sessionA: number;
  sessionB: number;
  /** (M, 2) a unit of session A and one of B, the most alike first */
  pairs: Int32Array;
  /** (M) */
  likeness: Float64Array;
  /** Number of all pairs by depth of the second less that of the first, in bins of 2 µm from −maxDistanceUm */
  displacements: Int32Array;
}

/** Match probabilities. */
export interface MatchingFunctions {
  /** What units look like; see native/core/matching/unit_shapes.h. */
  describeShapes(
    args: JobControl &
      Omit<WaveformsArgument, 'channelLocationsUm'> &
      Sites & {
        /** (C) columns of `waveforms` that are the sites */
        siteChannels: Int32Array;
        /** (n) */
        depthsUm: Float64Array;
        /** (n) */
        shanks: Int32Array;
        /** (n) among the sites */
        peaks: Int32Array;
      },
  ): Promise<UnitShapes>;

  /** How units fire; `units` (n) of the spike trains. */
  describeFiring(
    args: JobControl & { timesMs: Float64Array; offsets: Float64Array; units: Int32Array },
  ): Promise<FiringPatterns>;

  /** Pairs of units of one session (Q, 2) that are likelier one neuron, and ln odds (Q) that they are; see split_units.h. */
  splitUnits(
    args: JobControl & {
      timesMs: Float64Array;
      offsets: Float64Array;
      /** (n) among the spike trains */
      units: Int32Array;
      /** (n) */
      sessions: Int32Array;
      /** (n) */
      shanks: Int32Array;
      /** (n) */
      xUm: Float64Array;
      /** (n) */
      depthsUm: Float64Array;
      /** (n, A) of norm 1 */
      aligned: Float32Array;
      maxDistanceUm: number;
    },
  ): Promise<{ pairs: Int32Array; logOdds: Float64Array }>;

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

  /** Units of every two sessions, and of each with itself, that are each other's most alike. */
  mutualBestPairs(
    args: JobControl & {
      /** (n) from 1 */
      sessions: Int32Array;
      /** (n) */
      shanks: Int32Array;
      /** (n) 0: left out */
      usable: Uint8Array;
      /** (n) */
      xUm: Float64Array;
      /** (n) */
      depthsUm: Float64Array;
      /** (n) */
      logAmplitudes: Float64Array;
      /** (n, A) of norm 1 */
      aligned: Float32Array;
      alignedSlope: Float32Array;
      /** (n, L) of norm 1; undefined: not compared by */
      correlogram?: Float32Array | undefined;
      usesPlace: boolean;
      usesAmplitude: boolean;
      maxDistanceUm: number;
    },
  ): Promise<MutualBest[]>;

  /** Log odds that units of linked sessions are one neuron; see native/core/matching/match_probability.h. */
  matchProbabilities(
    args: JobControl &
      Sites &
      Pick<
        UnitShapes,
        'components' | 'scores' | 'live' | 'derivative' | 'aligned' | 'alignedSlope' | 'logAmplitudes'
      > & {
        /** (n) from 1 */
        sessions: Int32Array;
        /** (n) 0: in no pair */
        usable: Uint8Array;
        /** (n) */
        shanks: Int32Array;
        /** (n) as recorded */
        depthsUm: Float64Array;
        /** (n) with the motion taken out */
        correctedUm: Float64Array;
        /** (n) among the sites */
        peaks: Int32Array;
        /** (n) */
        xUm: Float64Array;
        /** each (n, ·) of norm 1 */
        profiles: Float32Array[];
        /** each (n), what units of a neuron should not differ in */
        differences: Float64Array[];
        /** each (n), what makes matches doubtful */
        faults: Float64Array[];
        usesPlace: boolean;
        usesAmplitude: boolean;
        /** (n, dimensions) */
        embedding: Float64Array;
        dimensions: number;
        /** (Q, 2) units of one session that are one neuron */
        split: Int32Array;
        /** (L, 2) from 1 */
        linkedSessions: Int32Array;
        /** (L) */
        expectedMatches: Float64Array;
        /** (M, 2) */
        seeds: Int32Array;
        /** (M) */
        seedProbabilities: Float64Array;
        maxDistanceUm: number;
        /** A first look: without what is learned from confident pairs */
        isRough: boolean;
      },
  ): Promise<{
    /** 0: displaced within 400 µm, 1: along the whole probe, 2: of one session */
    decoyKind: number;
    /** (P, 2) */
    pairs: Int32Array;
    /** (P) */
    logOdds: Float32Array;
    /** (P) before calibration */
    scores: Float32Array;
    /** (D) */
    decoyScores: Float32Array;
    /** (D) wrong candidates that each decoy stands for */
    decoyWeights: Float32Array;
  }>;

  /** (n) clusters of units, from 1; −1: alone. See native/core/matching/neuron_clusters.h. */
  clusterNeurons(
    args: JobControl & {
      /** (n) */
      sessions: Int32Array;
      /** (P, 2) */
      pairs: Int32Array;
      /** (P) */
      logOdds: Float32Array;
      /** (Q, 2) units of one session that are one neuron */
      split: Int32Array;
      minLogOdds: number;
    },
  ): Promise<Int32Array>;

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

/**
 * The native functions: the one place that declares them. Each takes one object. Most run off the JavaScript thread and
 * return a promise; call these through `runNative`. Those that return no promise answer at once; call those that can
 * refuse their arguments through `callNative`. Arguments are checked by the callers in TypeScript; the native side checks
 * types and lengths again. Arrays are flat, in C order; the comment behind each gives its shape and unit.
 */

import type { NumericData } from '../arrays.js';

/** Part of every call; filled in by `runNative`. */
export interface JobControl {
  /** Threads that the call may use; −1: all cores. */
  threads: number;
  /** [0]: set to 1 to abort. [1]: done share in millionths. */
  control: Int32Array;
}

/** Mean waveforms (·, C, T) and the rows of them that a call works on. */
export interface WaveformsArgument {
  waveforms: Float32Array | Float64Array;
  /** (n) rows of `waveforms`. */
  units: Int32Array;
  /** C */
  channels: number;
  /** T */
  samples: number;
  /** (C, 2) x, y in µm */
  channelLocationsUm: Float64Array;
}

/** S = Σ weights[f]·features[f]. */
interface CombinedSimilarityArgument {
  /** n */
  units: number;
  /** each (n, n) Fisher z */
  features: Float32Array[];
  /** (features) */
  weights: Float64Array;
}

interface MotionArrays {
  /** (S) µm per mm of depth */
  linear: Float64Array;
  /** (S) µm */
  constantUm: Float64Array;
}

interface SpikeTrains {
  /** Spike times of all units, one unit after the other. */
  timesMs: Float64Array;
  /** (N + 1): unit k has the times offsets[k] … offsets[k + 1] − 1. */
  offsets: Float64Array;
}

interface Binning {
  windowMs: number;
  binWidthMs: number;
  gaussianSigmaMs: number;
}

/** Whole rows of a matrix (N, N) of units. */
export interface MatrixRows {
  /** (rows, N) */
  rows: Float64Array;
  /** Unit of the first row */
  first: number;
}

/** A list of pairs of units, and an index of it by their first units. */
export interface IndexedPairs {
  /** (P, 2) */
  pairs: Int32Array;
  /** (N + 1) where the pairs of each first unit begin in `order` */
  begins: Int32Array;
  /** (P) */
  order: Int32Array;
}

/** Who resembles whom; see native/core/report/kin.h. */
export interface KinArgument {
  /** (N) from 1; below: in no cluster */
  clusters: Int32Array;
  /** (N, any number) most similar units outside the cluster; −1: none */
  neighbours: Int32Array;
  /** as `neighbours` */
  neighbourSimilarities: Float32Array;
  /** (m, m) of each cluster in turn */
  clusterSimilarities: Float32Array;
}

/** How similar pairs of units are, those in the same cluster and the others. */
export interface SimilarityCounts {
  /** Lower edge of the first bin */
  start: number;
  binWidth: number;
  /** Pairs per bin */
  matched: Float64Array;
  unmatched: Float64Array;
}

export interface NativeAddon {
  /**
   * HDBSCAN of n ≥ 1 points: either `points` (n, dimensions) or `distances` (n, n). maxClusterSize 0: any size. Resolves
   * to labels (n), probabilities (n), outlierScores (n), persistence (clusters) and linkage (n − 1, 4).
   */
  hdbscan(
    params: JobControl & {
      n: number;
      dimensions: number;
      points?: Float64Array;
      distances?: Float64Array;
      minClusterSize: number;
      minSamples: number;
      maxClusterSize: number;
      leaves: boolean;
      selectionEpsilon: number;
      allowSingleCluster: boolean;
    },
  ): Promise<{
    labels: Int32Array;
    probabilities: Float64Array;
    outlierScores: Float64Array;
    persistence: Float64Array;
    linkage: Float64Array;
  }>;

  /** Single linkage (n − 1, 4) of n ≥ 1 points from their `distances` (n, n). */
  singleLinkage(params: JobControl & { n: number; distances: Float64Array }): Promise<Float64Array>;

  /** Order (n) of the leaves of a `linkage` (n − 1, 4) with `distances` (n, n), n ≥ 1; not optimal: SciPy's rule. */
  leafOrder(
    params: JobControl & { n: number; linkage: Float64Array; distances: Float64Array; optimal: boolean },
  ): Promise<Int32Array>;

  /** Two-class linear discriminant of `rows` (rows, features); undefined when a class is empty. */
  linearDiscriminant(
    params: JobControl & { rows: Float32Array | Float64Array; features: number; inClass1: Uint8Array },
  ): Promise<{ coefficients: Float64Array; intercept: number } | undefined>;

  /**
   * Curation of clusters 1 … K ≤ units (−1: unmatched): new labels (units), pairs (P, 2), their types (P). `sessions`
   * (units), `similarity` (units, units). No threshold: no split.
   */
  curateClusters(
    params: JobControl & {
      labels: Int32Array;
      sessions: Int32Array;
      similarity: Float32Array | Float64Array;
      threshold?: number;
    },
  ): Promise<{ labels: Int32Array; pairs: Int32Array; types: Int32Array }>;

  /**
   * CRC-32 as in zip archives of `bytes`, which follow bytes whose CRC-32 is `previous` (0: none).
   */
  crc32(params: { bytes: Uint8Array; previous: number }): number;

  /** The remainder of the memory address of the first byte divided by `pageBytes`; at once. */
  addressInPage(params: { bytes: Uint8Array; pageBytes: number }): number;

  /** sizes[i] = the length of the i-th file in bytes, or −1 if it cannot be told. */
  fileSizes(params: JobControl & { paths: readonly string[]; sizes: Float64Array }): Promise<void>;

  /**
   * Reads files, one after the other into `bytes`. wasRead[i] = 1, or 0 if the i-th one could not be read or does not
   * have the `sizes[i]` bytes.
   */
  readFiles(
    params: JobControl & { paths: readonly string[]; sizes: Float64Array; bytes: Uint8Array; wasRead: Uint8Array },
  ): Promise<void>;

  /**
   * The first `bytes` of an open file as memory, without reading it; at once. Undefined where the system has no such thing:
   * see native/core/files/mapped_file.h. Jobs whose arguments are in it reject with DANT_DATA if the file changed.
   */
  mapFile(params: { descriptor: number; bytes: number; path: string }): Uint8Array | undefined;

  /** Reads in the whole file whose memory `bytes` is. */
  readMappedFile(params: JobControl & { bytes: Uint8Array }): Promise<void>;

  /**
   * The levels of instructions that this processor has, best first, and the one that the kernels use; at once. Throws
   * when the environment variable DANT_SIMD forces one that is not available.
   */
  simdLevels(): { available: string[]; inUse: string };

  /**
   * Puts slices firstSlice, firstSlice + 1, … of an array's last axis, which stand in `slab` in Fortran order, to their
   * places in `target`, the whole array of `shape` (at least two axes) in C order.
   */
  fortranToC(
    params: JobControl & {
      slab: NumericData;
      target: NumericData;
      shape: Float64Array;
      /** Size of an element: 1, 2, 4 or 8. */
      itemBytes: number;
      firstSlice: number;
    },
  ): Promise<void>;

  /** notFinite[row] = 1 if that row of `values` (rows × any length) holds NaN or infinity, else 0. */
  findNonFiniteRows(params: JobControl & { values: Float32Array | Float64Array; notFinite: Uint8Array }): Promise<void>;

  /** Peak channel and location of each unit (N units, C channels, T samples), into the last three arrays. */
  locateUnits(
    params: JobControl & {
      /** (N, C, T), µV */
      waveforms: Float32Array | Float64Array;
      units: number;
      channels: number;
      samples: number;
      /** (C, 2): x, y */
      channelLocationsUm: Float64Array;
      nearestChannels: number;
      /** Monopolar triangulation, else centre of mass. */
      monopolar: boolean;
      /** (N) */
      peakChannels: Int32Array;
      /** (N, 3): x, y, z */
      locationsUm: Float64Array;
      /** (N): µV·µm of the monopole, or µV of the peak channel */
      amplitudes: Float64Array;
    },
  ): Promise<void>;

  /** The waveforms (N, C, T), each with its peak channel's minimum in the middle, into `out` of the same type. */
  centreWaveforms(
    params: JobControl & {
      waveforms: Float32Array | Float64Array;
      units: number;
      channels: number;
      samples: number;
      out: Float32Array | Float64Array;
    },
  ): Promise<void>;

  /**
   * smallestMs (N), largestMs (N) = range of each unit's spike times: NaN where one of them is not finite, ∞ and −∞ where there
   * are none.
   */
  spikeRanges(params: JobControl & SpikeTrains & { smallestMs: Float64Array; largestMs: Float64Array }): Promise<void>;

  /** Autocorrelograms of all units into `out` (N, 2n − 1), n = floor(windowMs / binWidthMs) + 1. */
  autoCorrelograms(params: JobControl & SpikeTrains & Binning & { out: Float64Array }): Promise<void>;

  /** Inter-spike interval histograms of all units into `out` (N, bins); bins begin at 0, b, 2b, … below the window. */
  isiHistograms(params: JobControl & SpikeTrains & Binning & { out: Float64Array }): Promise<void>;

  /** Numbers of pairs of a spike of `a` and one of `b` (ms, any order) by their lag; (2n − 1), n as above. */
  crossCorrelogram(
    params: JobControl & { a: Float64Array; b: Float64Array; windowMs: number; binWidthMs: number },
  ): Promise<Float64Array>;

  /** Smooths each row of `rows` (rows × length) into `out`. */
  gaussianFilter1d(
    params: JobControl & { rows: Float64Array; length: number; sigmaBins: number; out: Float64Array },
  ): Promise<void>;

  /** Fills `corrected` (m, C, T, K): units first … first + m − 1 of `units`, kriged by shiftsUm (K, n). */
  correctWaveforms(
    args: JobControl &
      WaveformsArgument & { shiftsUm: Float64Array; templates: number; first: number; corrected: Float64Array },
  ): Promise<void>;

  /** Fills `similarity` (n, n) with Fisher z over neighbourhoods of `nearestChannels` channels of the same shank. */
  waveformSimilarity(
    args: JobControl &
      WaveformsArgument & {
        /** (C) */
        channelShanks?: Int32Array | undefined;
        nearestChannels: number;
        /** (n) channels at which the units peak as recorded */
        peakChannels: Int32Array;
        /** (K, n) µm that they are kriged by; absent: the waveforms as they are */
        shiftsUm?: Float64Array | undefined;
        /** Compares waveforms as numbers of 16 bits: r within 1e-5 or so */
        quantised: boolean;
        similarity: Float32Array;
      },
  ): Promise<{ correctionSeconds: number }>;

  /**
   * Fills `similarity` (n, n) with Fisher z of the correlations of `rows` (n, L). With `gapNames` (n), over the columns that
   * are not NaN in both rows; a pair without any is an error that calls the rows by these numbers.
   */
  rowSimilarity(
    args: JobControl & {
      rows: Float64Array;
      count: number;
      gapNames?: Int32Array | undefined;
      similarity: Float32Array;
    },
  ): Promise<void>;

  /**
   * Writes rows of a matrix between the units of one group into a block of rows of a matrix of all units, and leaves the
   * rest of the block alone. sameCluster: 1 where labels ≥ 1 agree and on the diagonal; goodMatches: 1 where S > threshold
   * and on the diagonal; similarity: S; distance: 1/(1 + tanh S), diagonal 0.
   */
  matrixRows(
    args: JobControl & {
      /** rows of the group that are wanted, their rows in the block, and the column of each unit of the group */
      rows: Int32Array;
      outRows: Int32Array;
      columns: Int32Array;
      /** columns of the block */
      width: number;
    } & (
        | { kind: 'sameCluster'; labels: Int32Array; out: Uint8Array }
        | ({ kind: 'goodMatches'; threshold: number; out: Uint8Array } & CombinedSimilarityArgument)
        | ({ kind: 'similarity' | 'distance'; out: Float64Array } & CombinedSimilarityArgument)
      ),
  ): Promise<void>;

  /** out (P, features) = each feature's similarity of pairs (P, 2) of units. */
  pairSimilarities(
    args: JobControl & CombinedSimilarityArgument & { pairs: Int32Array; out: Float64Array },
  ): Promise<void>;

  /** Least-squares probe motion from matched pairs (M), with bounds of bootstrap intervals. Sessions are 0-based. */
  estimateMotion(
    args: JobControl & {
      sessionA: Int32Array;
      sessionB: Int32Array;
      depthAUm: Float64Array;
      depthBUm: Float64Array;
      sessions: number;
      linear: boolean;
      resamples: number;
      seed: number;
    },
  ): Promise<MotionArrays & { low: MotionArrays; high: MotionArrays; component: Int32Array }>;

  /**
   * (n, L) waveforms interpolated at fixed places relative to each unit's depth (n), on the leading temporal components;
   * see native/core/matching/aligned_waveforms.h.
   */
  alignWaveforms(
    args: JobControl & WaveformsArgument & { depthsUm: Float64Array; peakChannels: Int32Array },
  ): Promise<Float64Array>;

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

  /** Motion as a function of depth from matches (M) that may be wrong; see native/core/matching/motion_profile.h. */
  fitMotionProfile(
    args: JobControl & {
      /** 0-based */
      sessionA: Int32Array;
      sessionB: Int32Array;
      depthAUm: Float64Array;
      depthBUm: Float64Array;
      sessions: number;
      maxShiftUm: number;
      maxKnots: number;
    },
  ): Promise<{
    /** (K) */
    knotDepthsUm: Float64Array;
    /** (S, K) */
    shiftsUm: Float64Array;
    /** (S, K) half of the 95 % interval */
    halfWidthUm: Float64Array;
    /** (S) */
    component: Int32Array;
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

  /** HDBSCAN and weight learning in turn. */
  clusterAndLearnWeights(
    args: JobControl &
      CombinedSimilarityArgument & {
        /** (n) motion-corrected depth */
        depthsUm: Float64Array;
        /** (n) */
        sessions: Int32Array;
        maxDistanceUm: number;
        maxClusterSize: number;
        iterations: number;
        tolerance: number;
      },
  ): Promise<{
    /** (n) from 1; −1: in no cluster */
    labels: Int32Array;
    weights: Float64Array;
    /** NaN: none */
    threshold: number;
    discriminantUndefined: boolean;
    iterations: number;
    /** pairs in the same cluster, near or far */
    matchedPairs: number;
    /** Of the nearby pairs */
    similarities: SimilarityCounts;
    /** (P, 2) ordered by the second, then the first unit */
    nearbyPairs: Int32Array;
    /** (M, 2) the nearby pairs in the same cluster, of different sessions, above the threshold */
    goodPairs: Int32Array;
  }>;

  /** Automatic curation. `threshold` NaN: no split. */
  curateTracked(
    args: JobControl & CombinedSimilarityArgument & { labels: Int32Array; sessions: Int32Array; threshold: number },
  ): Promise<{
    /** (n) 1 … K; −1: unmatched */
    labels: Int32Array;
    /** (Q, 2) */
    pairs: Int32Array;
    /** (Q) 1: same session, 2: low similarity */
    types: Int32Array;
  }>;

  /** (n) optimal leaf order of the single-linkage tree of S. */
  leafOrderOfSimilarity(args: JobControl & CombinedSimilarityArgument): Promise<Int32Array>;

  /**
   * Adds the values of pairs of a unit of the rows and a later unit of the same part to histograms: of all, and of
   * those of the same cluster. What lies outside is counted in the first or last bin, NaN nowhere.
   */
  countPairs(
    args: MatrixRows & {
      /** (N) part of the probe of each unit */
      partOf: Int32Array;
      /** (N) from 1; below: in no cluster */
      clusters: Int32Array;
      start: number;
      binWidth: number;
      /** (bins) */
      all: Float64Array;
      /** (bins) */
      matched: Float64Array;
    },
  ): void;

  /** Fills `begins` and `order`. */
  indexPairs(args: IndexedPairs): void;

  /** values[p] (P) = the value of pair p, of the pairs whose first units are in the rows. */
  takePairs(args: MatrixRows & IndexedPairs & { values: Float32Array }): void;

  /** Adds what the rows tell of their units; a value of 0 makes no neighbours. */
  kinInRows(args: MatrixRows & KinArgument): void;

  /** Adds what the `values` (P) of `pairs` (P, 2) tell of both units. */
  kinInPairs(args: KinArgument & { pairs: Int32Array; values: Float64Array }): void;

  /** Adds the values of pairs of different units of the same part to the sums of their pixels. */
  addToPixels(
    args: MatrixRows & {
      /** (N) part of the probe of each unit */
      partOf: Int32Array;
      /** (N) row, and column, of pixels of each unit */
      pixelOf: Int32Array;
      side: number;
      /** (side, side) */
      sums: Float64Array;
    },
  ): void;

  /** Fills `shadeOf` with the shades of the means of the pixels; see native/core/report/pixel_sums.h. */
  shadePixels(args: {
    /** (side, side), as of `addToPixels` */
    sums: Float64Array;
    partOf: Int32Array;
    pixelOf: Int32Array;
    side: number;
    /** Number of shades */
    shades: number;
    /** (side, side) */
    shadeOf: Uint8Array;
    /** Becomes the values of the first and the last shade. */
    range: Float64Array;
  }): void;

  /**
   * Copies the samples of a piece of a raw recording to `block` (C, capacity), from sample `at` of it on; the differences of
   * compressed files are summed. `samples` may be changed. See native/core/import/raw_samples.h.
   */
  takeSamples(
    args: JobControl & {
      /** (rows, columns); columnMajor: (columns, rows) */
      samples: Int16Array;
      rows: number;
      columns: number;
      columnMajor: boolean;
      timeDifferences: boolean;
      columnDifferences: boolean;
      /** (C) columns that are wanted */
      channels: Int32Array;
      block: Int16Array;
      capacity: number;
      at: number;
    },
  ): Promise<void>;

  /** The last `count` of `filled` samples of each channel of `block` (C, capacity) become its first ones. */
  keepSamples(
    args: JobControl & { block: Int16Array; channels: number; capacity: number; filled: number; count: number },
  ): Promise<void>;

  /** Adds windows of `block` (C, capacity) to `sums` (C, U, window). */
  addWindows(
    args: JobControl & {
      block: Int16Array;
      channels: number;
      capacity: number;
      /** First samples of the windows, one unit after the other */
      starts: Int32Array;
      /** (U + 1) unit u has the starts offsets[u] … offsets[u + 1] − 1 */
      offsets: Int32Array;
      window: number;
      sums: Int32Array;
    },
  ): Promise<void>;

  /** Mean waveforms from sums of windows; see native/core/import/mean_waveforms.h. */
  finishMeans(
    args: JobControl & {
      /** (C, U, window), window = samples + 2·(margin + maxShift) */
      sums: Int32Array;
      /** (U) windows in each sum, at least 1 */
      counts: Int32Array;
      /** (C) */
      uvPerBit: Float64Array;
      sampleRateHz: number;
      /** 0: no filter */
      highPassHz: number;
      samples: number;
      trough: number;
      margin: number;
      maxShift: number;
      /** (U, C, samples) µV */
      waveforms: Float32Array;
      /** (U) samples by which the trough is later than the spike time */
      shifts: Int32Array;
      /** (U) */
      peakChannels: Int32Array;
    },
  ): Promise<void>;

  /** Copies the shown channels of units first … first + count − 1 (N units) to their places in `traces`. */
  takeTraces(args: {
    /** (count, given, samples, templates); see native/core/report/traces.h */
    waveforms: Float32Array | Float64Array;
    first: number;
    count: number;
    probeChannels: number;
    samples: number;
    /** The first one is shown. */
    templates: number;
    /** (N, channelsOfUnit) in ascending order */
    channels: Uint16Array;
    channelsOfUnit: number;
    /** (N, channelsOfUnit, samples) */
    traces: Float32Array;
  }): void;

  /** Rounds `traces`, of each kind (N, length), to 8 bits into `bytes`, of units first … first + count − 1. */
  quantiseTraces(args: {
    first: number;
    count: number;
    traces: readonly Float32Array[];
    /** (N) µV per step */
    scale: Float32Array;
    bytes: readonly Int8Array[];
  }): void;

  /** Packs the last points of each curve into 8 bits; see native/core/report/curves.h. */
  packCurves(args: {
    /** (N, given) */
    curves: Float64Array;
    top: number;
    gap: number;
    /** (N, points), points ≤ given */
    bytes: Uint8Array;
    /** (N) */
    low: Float32Array;
    high: Float32Array;
  }): void;
}

export type NativeFunction = {
  [Name in keyof NativeAddon]: Name;
}[keyof NativeAddon];

import type { JobControl, CombinedSimilarityArgument } from '../arguments.js';

/** How similar pairs of units are, those in the same cluster and the others. */
export interface SimilarityCounts {
  /** Lower edge of the first bin */
  start: number;
  binWidth: number;
  /** Pairs per bin */
  matched: Float64Array;
  unmatched: Float64Array;
}

/** Clusters, their weights, and their curation. */
export interface ClusteringFunctions {
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

  /** (n) leaf order of the single-linkage tree of S, by SciPy's rule. */
  leafOrderOfSimilarity(args: JobControl & CombinedSimilarityArgument): Promise<Int32Array>;

  /** Two-class linear discriminant of `rows` (rows, features); undefined when a class is empty. */
  linearDiscriminant(
    params: JobControl & { rows: Float32Array | Float64Array; features: number; inClass1: Uint8Array },
  ): Promise<{ coefficients: Float64Array; intercept: number } | undefined>;

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
    /** pairs in the same cluster, near or far */
    matchedPairs: number;
    /** Of the nearby pairs */
    similarities: SimilarityCounts;
    /** (P, 2) ordered by the second, then the first unit */
    nearbyPairs: Int32Array;
    /** (M, 2) the nearby pairs in the same cluster, of different sessions, above the threshold */
    goodPairs: Int32Array;
  }>;

  /**
   * Curation of clusters 1 … K ≤ units (−1: unmatched) by `similarity` (units, units), or by the combined similarity of
   * features. No threshold: no split.
   */
  curateClusters(
    params: JobControl & {
      /** (units) */
      labels: Int32Array;
      /** (units) */
      sessions: Int32Array;
      threshold?: number;
    } & ({ similarity: Float32Array | Float64Array } | CombinedSimilarityArgument),
  ): Promise<{
    /** (units) 1 … K; −1: unmatched */
    labels: Int32Array;
    /** (Q, 2) */
    pairs: Int32Array;
    /** (Q) 1: same session, 2: low similarity */
    types: Int32Array;
  }>;
}

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

/** Who resembles whom; see native/core/report/similar_units.h. */
export interface SimilarUnitsArgument {
  /** (N) from 1; below: in no cluster */
  clusters: Int32Array;
  /** (N, any number) most similar units outside the cluster; −1: none */
  neighbours: Int32Array;
  /** as `neighbours` */
  neighbourSimilarities: Float32Array;
  /** (m, m) of each cluster in turn */
  clusterSimilarities: Float32Array;
}

/** What a report shows of large arrays; these answer at once. */
export interface ReportFunctions {
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
  similarUnitsInRows(args: MatrixRows & SimilarUnitsArgument): void;

  /** Adds what the `values` (P) of `pairs` (P, 2) tell of both units. */
  similarUnitsInPairs(args: SimilarUnitsArgument & { pairs: Int32Array; values: Float64Array }): void;

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

import type { JobControl, WaveformsArgument, CombinedSimilarityArgument } from '../arguments.js';

/** See `matrixRows`. */
export type MatrixRowsArgument = {
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
);

/** Correction of waveforms, and similarities of units. */
export interface SimilarityFunctions {
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
        /** Compares waveforms as numbers of 16 bits: r within 1e-5 over 38 channels */
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
  matrixRows(args: JobControl & MatrixRowsArgument): Promise<void>;

  /** out (P, features) = each feature's similarity of pairs (P, 2) of units. */
  pairSimilarities(
    args: JobControl & CombinedSimilarityArgument & { pairs: Int32Array; out: Float64Array },
  ): Promise<void>;
}

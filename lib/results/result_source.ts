import type { NdArray } from '../arrays.js';

/** Results by name, as in their files: of a folder, or of a run that is being written. What is not there is undefined. */
export interface ResultSource {
  /** Their folder */
  readonly path: string;
  /** What could not be read, in words. */
  readonly problems: readonly string[];
  floats(name: string): Promise<NdArray<Float64Array> | undefined>;
  integers(name: string): Promise<NdArray<Int32Array> | undefined>;
  /** A single text. */
  text(name: string): Promise<string | undefined>;
  /** The first row of a matrix. */
  firstRow(name: string): Promise<Float64Array | undefined>;
  /** The results of one shank of several. */
  ofShank(shank: number): ResultSource;
}

/** Where else an array can be found: archive and name in it. */
export const archived: Record<string, [archive: 'Output.npz' | 'ClusteringResults.npz', name: string][]> = {
  IdxCluster: [['Output.npz', 'IdxCluster']],
  leafOrder: [
    ['ClusteringResults.npz', 'leafOrder'],
    ['Output.npz', 'IdxSort'],
  ],
  clustersBeforeCuration: [['ClusteringResults.npz', 'idx_cluster_hdbscan']],
  sessions: [['Output.npz', 'Sessions']],
  settings: [['Output.npz', 'Params']],
  locations: [['Output.npz', 'Locations']],
  unit_shanks: [['Output.npz', 'IdxShank']],
  SimilarityWeights: [
    ['ClusteringResults.npz', 'weights'],
    ['Output.npz', 'SimilarityWeights'],
  ],
  SimilarityThreshold: [
    ['ClusteringResults.npz', 'thres'],
    ['Output.npz', 'SimilarityThreshold'],
  ],
  SimilarityMatrix: [
    ['ClusteringResults.npz', 'similarity_matrix'],
    ['Output.npz', 'SimilarityMatrix'],
  ],
  DistanceMatrix: [['ClusteringResults.npz', 'distance_matrix']],
  SimilarityPairs: [
    ['ClusteringResults.npz', 'idx_unit_pairs'],
    ['Output.npz', 'SimilarityPairs'],
  ],
};

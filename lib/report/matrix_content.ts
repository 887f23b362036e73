import type { Similarities } from './similarities.js';

/** What is taken of the large matrices. */
export interface MatrixContent {
  similarities: Similarities;
  /** As of `DistanceSums`; undefined without the matrix, which the probabilistic method does not need. */
  distanceSums: Float64Array | undefined;
}

/**
 * The native functions: the one place that declares them. Each takes one object. Most run off the JavaScript thread and
 * return a promise; call these through `runNative`. Those that return no promise answer at once; call those that can
 * refuse their arguments through `callNative`. Arguments are checked by the callers in TypeScript; the native side checks
 * types and lengths again. Arrays are flat, in C order; the comment behind each gives its shape and unit.
 */

import type { AlignmentFunctions } from './functions/alignment.js';
import type { ClusteringFunctions } from './functions/clustering.js';
import type { FeaturesFunctions } from './functions/features.js';
import type { FilesFunctions } from './functions/files.js';
import type { ImportFunctions } from './functions/import.js';
import type { MatchingFunctions } from './functions/matching.js';
import type { MotionFunctions } from './functions/motion.js';
import type { ReportFunctions } from './functions/report.js';
import type { ResampleFunctions } from './functions/resample.js';
import type { SimilarityFunctions } from './functions/similarity.js';

export type { JobControl, WaveformsArgument } from './arguments.js';
export type { SimilarityCounts } from './functions/clustering.js';
export type { IndexedPairs, SimilarUnitsArgument, MatrixRows } from './functions/report.js';
export type { MatrixRowsArgument } from './functions/similarity.js';

export interface NativeAddon
  extends
    FilesFunctions,
    FeaturesFunctions,
    SimilarityFunctions,
    ClusteringFunctions,
    MotionFunctions,
    MatchingFunctions,
    ReportFunctions,
    ImportFunctions,
    ResampleFunctions,
    AlignmentFunctions {
  /** A new buffer of zeros that jobs use where it is (native/binding/shared_memory.h); at once. */
  allocate(params: { bytes: number }): ArrayBuffer;

  /**
   * The levels of instructions that this processor has, best first, and the one that the kernels use; at once. Throws
   * when the environment variable DANT_SIMD forces one that is not available.
   */
  simdLevels(): { available: string[]; inUse: string };
}

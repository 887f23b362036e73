// The kernels that are measured: what they compute on, how much work that is, and which limit of the machine they meet.
// Used by `npm run bench` (all sizes), by the gate (`gate`: about a millisecond, on what fits into the core's own cache, because
// the rest is shared with other programs) and by the tests that compare SIMD levels and numbers of threads (`small`).
import { clusteringKernels } from './kernels/clustering.mjs';
import { featureKernels } from './kernels/features.mjs';
import { importKernels } from './kernels/import.mjs';
import { motionKernels } from './kernels/motion.mjs';
import { similarityKernels } from './kernels/similarity.mjs';

/** @type {Record<string, import('./kernels/kernel.mjs').Kernel>} */
export const kernels = {
  ...importKernels,
  ...featureKernels,
  ...similarityKernels,
  ...clusteringKernels,
  ...motionKernels,
};

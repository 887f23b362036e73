import { sharedArray } from '../native/memory.js';
import { runNative, type RunOptions } from '../native/run.js';

/** Pairs of units (P, 2) and their log odds (P) of being one neuron. */
export interface ScoredPairs {
  pairs: Int32Array;
  logOdds: Float32Array;
}

/** (n, n) half the log odds of the pairs, cut at ±6; −6 elsewhere and 6 on the diagonal. */
export async function matchSimilarity(
  pairs: ScoredPairs,
  units: number,
  options: RunOptions,
): Promise<Float32Array<ArrayBuffer>> {
  const similarity = sharedArray(Float32Array, units ** 2);
  await runNative((native, control) => native.matchSimilarity({ ...control, ...pairs, units, similarity }), options);
  return similarity;
}

/** (n) An order of the units in which likely matches stand together, from the tip of the probe upwards. */
export async function matchOrder(pairs: ScoredPairs, depthsUm: Float64Array, options: RunOptions): Promise<Int32Array> {
  return runNative((native, control) => native.matchOrder({ ...control, ...pairs, depthsUm }), options);
}

import { featureNames } from '../settings/index.js';
import { readMotions, rowOf } from './read_motions.js';
import type { ResultSource } from './result_source.js';
import type { RunRecord } from './run_record.js';
import { similarityFiles } from './schema.js';
import type { StoredGroup, StoredSettings } from './stored_result.js';

interface KnownOfRun {
  record: RunRecord | undefined;
  settings: StoredSettings | undefined;
  /** (N) */
  shanks: Int32Array | undefined;
  isProbabilistic: boolean;
}

/** One group, or one per row of the motion of a run per shank. */
export async function readGroups(
  results: ResultSource,
  { record, settings, shanks, isProbabilistic }: KnownOfRun,
): Promise<StoredGroup[]> {
  const weights = await results.floats('SimilarityWeights');
  const thresholds = await results.floats('SimilarityThreshold');
  const constant = await results.floats('motion_constant');
  const isPerShank = weights?.shape.length === 2 || constant?.shape.length === 2;
  const count = isPerShank ? (weights?.shape[0] ?? constant!.shape[0]!) : 1;
  const shankIds = [...new Set(shanks)].sort((a, b) => a - b);
  const shankOf = (g: number) => record?.groups[g]?.shank ?? shankIds[g] ?? g + 1;
  const motions = await readMotions(results, count);
  const names = isProbabilistic
    ? []
    : (record?.groups[0]?.features ??
      settings?.clustering?.features ??
      (await guessFeatures(results, weights?.shape.at(-1) ?? 0)));
  return motions.map(({ motion, interval, component }, g) => {
    const [threshold] = rowOf(thresholds, g, count) ?? [];
    return {
      shank: isPerShank ? shankOf(g) : record?.groups[g]?.shank,
      ...(isProbabilistic
        ? { features: [], threshold: undefined }
        : {
            features: Array.from(rowOf(weights, g, count) ?? [], (weight, f) => ({
              name: names[f] ?? `feature ${f + 1}`,
              weight,
            })),
            threshold: threshold === undefined || Number.isNaN(threshold) ? undefined : threshold,
          }),
      motion,
      motionInterval: interval,
      component,
    };
  });
}

/** The features whose matrices are not zero, if there are as many as weights. */
async function guessFeatures(results: ResultSource, count: number): Promise<string[]> {
  const used: string[] = [];
  for (const name of featureNames) {
    const row = await results.firstRow(similarityFiles[name]);
    if (row?.some((value, j) => j !== 0 && value !== 0)) used.push(name);
  }
  return used.length === count ? used : [];
}

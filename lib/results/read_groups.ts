import { featureNames } from '../settings/index.js';
import { readMotions, rowOf } from './read_motions.js';
import type { ResultSource } from './result_source.js';
import type { RunRecord } from './run_record.js';
import { similarityFiles } from './schema.js';
import type { StoredGroup, StoredSettings } from './stored_result.js';

interface KnownOfRun {
  record: RunRecord | undefined;
  settings: StoredSettings | undefined;
  isProbabilistic: boolean;
}

/** One group, or one per row of the motion of a run per shank. */
export async function readGroups(
  results: ResultSource,
  { record, settings, isProbabilistic }: KnownOfRun,
): Promise<StoredGroup[]> {
  const weights = await results.floats('SimilarityWeights');
  const thresholds = await results.floats('SimilarityThreshold');
  const motions = await readMotions(results, record);
  const names = isProbabilistic
    ? []
    : (record?.groups[0]?.features ??
      settings?.clustering?.features ??
      (await guessFeatures(results, weights?.shape.at(-1) ?? 0)));
  return motions.map(({ shank, motion, interval, component }, g) => {
    const [threshold] = rowOf(thresholds, g, motions.length) ?? [];
    return {
      shank,
      ...(isProbabilistic
        ? { features: [], threshold: undefined }
        : {
            features: Array.from(rowOf(weights, g, motions.length) ?? [], (weight, f) => ({
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

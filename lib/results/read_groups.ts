import type { NdArray } from '../arrays.js';
import type { Motion, MotionInterval } from '../recording/motion.js';
import { featureNames } from '../settings/index.js';
import { readProfile } from './read_matches.js';
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
  const [constant, linear] = [await results.floats('motion_constant'), await results.floats('motion_linear')];
  const [constantInterval, linearInterval] = [
    await results.floats('motion_constant_interval'),
    await results.floats('motion_linear_interval'),
  ];
  const isPerShank = weights?.shape.length === 2 || constant?.shape.length === 2;
  const count = isPerShank ? (weights?.shape[0] ?? constant!.shape[0]!) : 1;
  const shankIds = [...new Set(shanks)].sort((a, b) => a - b);
  const featureCount = weights?.shape.at(-1) ?? 0;
  const names =
    record?.groups[0]?.features ?? settings?.clustering?.features ?? (await guessFeatures(results, featureCount));
  const row = (array: NdArray<Float64Array> | undefined, g: number) =>
    array?.data.slice((g * array.data.length) / count, ((g + 1) * array.data.length) / count);
  const shankOf = (g: number) => record?.groups[g]?.shank ?? (isPerShank ? (shankIds[g] ?? g + 1) : undefined);
  // Profiles of a run per shank are in the folders of the shanks.
  const profiles = await Promise.all(
    Array.from({ length: count }, (_, g) => readProfile(isPerShank ? results.ofShank(shankOf(g)!) : results)),
  );
  return Array.from({ length: count }, (_, g) => {
    const constantUm = row(constant, g);
    const profile = profiles[g];
    const motion = constantUm && {
      constantUm,
      linear: row(linear, g) ?? new Float64Array(constantUm.length),
      ...(profile?.shiftsUm.length === constantUm.length * (profile?.knotDepthsUm.length ?? NaN) && { profile }),
    };
    const bounds = row(constantInterval, g);
    const linearBounds = row(linearInterval, g);
    const threshold = row(thresholds, g)?.[0];
    return {
      shank: shankOf(g),
      ...(isProbabilistic
        ? { features: [], threshold: undefined }
        : {
            features: Array.from(row(weights, g) ?? [], (weight, f) => ({
              name: names[f] ?? `feature ${f + 1}`,
              weight,
            })),
            threshold: threshold === undefined || Number.isNaN(threshold) ? undefined : threshold,
          }),
      motion,
      motionInterval: motion && bounds && intervalOf(bounds, linearBounds),
    };
  });
}

/** Each bound of (S, 2) tables; undefined where both are equal: nothing was estimated. */
function intervalOf(constant: Float64Array, linear: Float64Array | undefined): MotionInterval | undefined {
  const side = (offset: number): Motion => ({
    constantUm: constant.filter((_, i) => i % 2 === offset),
    linear: linear?.filter((_, i) => i % 2 === offset) ?? new Float64Array(constant.length / 2),
  });
  const [low, high] = [side(0), side(1)];
  return low.constantUm.some((value, s) => value !== high.constantUm[s]) ? { low, high } : undefined;
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

import type { MutualBest, UnitShapes } from '../native/functions/matching.js';
import { runNative, type RunOptions } from '../native/run.js';

export type { MutualBest } from '../native/functions/matching.js';

/** Where units are, and which of them can be compared. One entry per unit. */
export interface UnitPlaces {
  /** from 1 */
  sessions: Int32Array;
  shanks: Int32Array;
  /** 0: nothing can be said of the unit */
  usable: Uint8Array;
  xUm: Float64Array;
  depthsUm: Float64Array;
  /** Place of the peak channel among the sites */
  peaks: Int32Array;
}

/** Units of every two sessions, and of each session with itself, that are each other's most alike. */
export async function mutualBestPairs(
  { sessions, shanks, usable, xUm, depthsUm }: UnitPlaces,
  { aligned, alignedSlope, logAmplitudes }: UnitShapes,
  by: { correlogram: Float32Array | undefined; usesPlace: boolean; usesAmplitude: boolean },
  maxDistanceUm: number,
  options: RunOptions,
): Promise<MutualBest[]> {
  return runNative(
    (native, control) =>
      native.mutualBestPairs({
        ...control,
        ...by,
        sessions,
        shanks,
        usable,
        xUm,
        depthsUm,
        aligned,
        alignedSlope,
        logAmplitudes,
        maxDistanceUm,
      }),
    options,
  );
}

import type { SpikeTrains } from '../recording/spike_trains.js';
import { runNative, type RunOptions } from '../native/run.js';
import type { UnitPlaces } from './mutual_best.js';

/** Odds of a hundred to one that their spikes are one neuron's. */
const enough = Math.log(100);

export interface SplitUnits {
  /** (Q, 2) units of one session that are one neuron */
  pairs: Int32Array;
  /** (Q) */
  logOdds: Float64Array;
}

/**
 * Units into which the sorter has split a neuron: they look alike, lie near each other, and do not fire within each
 * other's refractory time, where two neurons would by chance; see native/core/matching/split_evidence.h.
 * @param units (n) index in the data set, whose spike trains are given
 */
export async function findSplitUnits(
  { sessions, shanks, xUm, depthsUm }: UnitPlaces,
  aligned: Float32Array,
  units: Int32Array,
  { timesMs, offsets }: SpikeTrains,
  maxDistanceUm: number,
  options: RunOptions,
): Promise<SplitUnits> {
  const { pairs, logOdds } = await runNative(
    (native, control) =>
      native.splitEvidence({
        ...control,
        timesMs,
        offsets,
        units,
        sessions,
        shanks,
        xUm,
        depthsUm,
        aligned,
        maxDistanceUm,
      }),
    options,
  );
  return {
    pairs: pairs.filter((_, index) => logOdds[index >> 1]! > enough),
    logOdds: logOdds.filter((value) => value > enough),
  };
}

import type { SpikeTrains } from '../recording/spike_trains.js';
import { runNative, type RunOptions } from '../native/run.js';
import type { UnitPlaces } from './mutual_best.js';

/** Log odds for a pair to be named. */
const sure = Math.log(0.95 / 0.05);

export interface SplitUnits {
  /** (Q, 2) units of one session that are likelier one neuron than two */
  pairs: Int32Array;
  /** (Q) */
  logOdds: Float64Array;
}

/**
 * Units into which the sorter has split a neuron: they do not fire within each other's refractory time, where two neurons
 * would by chance, and are as alike as this sorter's split units are; see native/core/matching/split_units.h.
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
  return runNative(
    (native, control) =>
      native.splitUnits({
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
}

/** (R, 2) those that are one neuron with a probability above 0.95. */
export function sureSplits({ pairs, logOdds }: SplitUnits): Int32Array {
  return pairs.filter((_, index) => logOdds[index >> 1]! > sure);
}

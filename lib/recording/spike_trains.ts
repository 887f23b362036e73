import { argumentError } from '../errors.js';
import { sharedArray } from '../native/memory.js';

/** Spike times of many units in one array. */
export interface SpikeTrains {
  /** Spike times of all units, one unit after the other, ms; each unit's in any order. */
  timesMs: Float64Array;
  /** (N + 1), from 0 to timesMs.length: unit k has the times offsets[k] … offsets[k + 1] − 1. */
  offsets: Float64Array;
}

/** Puts the spike times of each unit (ms) one after the other. */
export function joinSpikeTrains(units: readonly ArrayLike<number>[]): SpikeTrains {
  const offsets = new Float64Array(units.length + 1);
  for (const [k, times] of units.entries()) offsets[k + 1] = offsets[k]! + times.length;
  const timesMs = sharedArray(Float64Array, offsets[units.length]!);
  for (const [k, times] of units.entries()) timesMs.set(times, offsets[k]);
  return { timesMs, offsets };
}

/** Number of units. Throws when the offsets do not fit the times. */
export function unitCount({ timesMs, offsets }: SpikeTrains): number {
  if (!(timesMs instanceof Float64Array)) throw argumentError('timesMs', 'a Float64Array', timesMs);
  if (!(offsets instanceof Float64Array) || offsets.length === 0) {
    throw argumentError('offsets', 'a Float64Array with one element more than there are units', offsets);
  }
  const fits = offsets.every((offset, k) => Number.isInteger(offset) && offset >= (k === 0 ? 0 : offsets[k - 1]!));
  if (!fits || offsets[0] !== 0 || offsets.at(-1) !== timesMs.length) {
    throw argumentError('offsets', `integers that rise from 0 to ${timesMs.length} (timesMs.length)`, offsets);
  }
  return offsets.length - 1;
}

import { doublesOf, requireObject, type NumberList } from '../arguments.js';
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
export function joinSpikeTrains(trains: readonly NumberList[]): SpikeTrains {
  if (!Array.isArray(trains)) throw argumentError('trains', 'a list with the spike times of each unit', trains);
  const units = Array.from(trains, (times, unit) => doublesOf(`trains[${unit}]`, times));
  const offsets = new Float64Array(units.length + 1);
  for (const [k, times] of units.entries()) offsets[k + 1] = offsets[k]! + times.length;
  const timesMs = sharedArray(Float64Array, offsets[units.length]!);
  for (const [k, times] of units.entries()) timesMs.set(times, offsets[k]);
  return { timesMs, offsets };
}

/** The same trains as doubles, and the number of units. Throws when the offsets do not fit the times. */
export function checkedTrains(trains: SpikeTrains): SpikeTrains & { units: number } {
  const given = requireObject('trains', trains);
  const timesMs = doublesOf('timesMs', given.timesMs);
  const offsets = doublesOf('offsets', given.offsets);
  if (offsets.length === 0) throw argumentError('offsets', 'one element more than there are units', offsets);
  const fits = offsets.every((offset, k) => Number.isInteger(offset) && offset >= (k === 0 ? 0 : offsets[k - 1]!));
  if (!fits || offsets[0] !== 0 || offsets.at(-1) !== timesMs.length) {
    throw argumentError('offsets', `integers that rise from 0 to ${timesMs.length} (timesMs.length)`, offsets);
  }
  return { timesMs, offsets, units: offsets.length - 1 };
}

// Arguments that several functions for what happens around events take.
import {
  allowFlag,
  allowText,
  doublesOf,
  requireInteger,
  requireList,
  requireNumber,
  requireObject,
  requireOptions,
} from '../arguments.js';
import { argumentError } from '../errors.js';
import type { UnitSelection } from './select_units.js';
import type { UnitSpikes } from './spikes.js';
import type { Trial, TrialKind } from './trials.js';

/** Units with times as doubles, which must not descend. */
export function unitsOf(units: readonly UnitSpikes[]): UnitSpikes[] {
  return requireList('units', units).map((unit, u) => {
    const { id, timesMs } = requireObject(`units[${u}]`, unit);
    requireInteger(`units[${u}].id`, id, 0);
    const lists = requireList(`units[${u}].timesMs`, timesMs);
    return { id, timesMs: lists.map((times, r) => ascendingOf(`units[${u}].timesMs[${r}]`, times)) };
  });
}

function ascendingOf(name: string, list: unknown): Float64Array {
  const times = doublesOf(name, list);
  const wrong = times.findIndex((time, i) => !Number.isFinite(time) || (i > 0 && time < times[i - 1]!));
  if (wrong >= 0) throw argumentError(`${name}[${wrong}]`, 'times in ascending order', times[wrong]);
  return times;
}

/** What `findTrials` gives. */
export function requireTrials(name: string, trials: readonly Trial[]): Trial[] {
  return requireList(name, trials).map((trial, t) => {
    const { recording, action, eventMs } = requireObject(`${name}[${t}]`, trial);
    requireInteger(`${name}[${t}].recording`, recording, 0);
    requireInteger(`${name}[${t}].action`, action, 0);
    requireNumber(`${name}[${t}].eventMs`, eventMs);
    return trial;
  });
}

/** Bits of actions and events. */
export function requireTrialKind(name: string, kind: TrialKind): void {
  const { label, event } = requireObject(name, kind);
  for (const [key, bits] of Object.entries({ label, event })) {
    if (!Number.isSafeInteger(bits) || bits <= 0) throw argumentError(key, 'bits, a whole number above 0', bits);
  }
}

/** Numbers of clusters. */
export function requireIds(name: string, ids: readonly number[]): void {
  requireList(name, ids).forEach((id, i) => {
    requireInteger(`${name}[${i}]`, id, 0);
  });
}

export function selectionOf(given: UnitSelection | null | undefined): UnitSelection {
  const selection: UnitSelection = requireOptions('selection', given);
  const { group, uncurated, name, minDepthUm, maxDepthUm, minSpikeWidthMs, maxSpikeWidthMs } = selection;
  if (group !== null && group !== '') allowText('group', group);
  allowFlag('uncurated', uncurated);
  allowText('name', name);
  for (const [key, value] of Object.entries({ minDepthUm, maxDepthUm, minSpikeWidthMs, maxSpikeWidthMs })) {
    if (value !== null && value !== undefined) requireNumber(key, value);
  }
  requireRange('minDepthUm', minDepthUm, maxDepthUm);
  requireRange('minSpikeWidthMs', minSpikeWidthMs, maxSpikeWidthMs);
  return selection;
}

function requireRange(name: string, least: number | null | undefined, most: number | null | undefined): void {
  if (typeof least === 'number' && typeof most === 'number' && !(least <= most)) {
    throw argumentError(name, `a least value that is not above the greatest, ${most},`, least);
  }
}

import { DantError } from '../errors.js';
import type { StoredResult } from '../results/stored_result.js';
import type { TrackedUnits } from './session_pairs.js';

/** The units of a result, if it says all that looking at its matches between sessions takes; else why not, in words. */
export function trackedUnits(result: StoredResult): TrackedUnits | { missing: string } {
  const { clusters, sessions, sessionCount, locationsUm, shanks } = result;
  if (!sessions) return { missing: 'The session of each unit is not known.' };
  if (!locationsUm) return { missing: 'The positions of the units are not known (locations.npy).' };
  if (sessionCount < 2) return { missing: 'There is a single session.' };
  return { clusters, sessions, sessionCount, locationsUm, shanks };
}

/** The same, for whoever cannot go on without. @throws DANT_DATA */
export function requireTrackedUnits(result: StoredResult): TrackedUnits {
  const units = trackedUnits(result);
  if ('missing' in units) throw new DantError('DANT_DATA', `${result.folder}: ${units.missing}`);
  return units;
}

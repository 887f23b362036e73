import { allowText, requireObject } from '../../arguments.js';
import { argumentError } from '../../errors.js';
import { numbersOf } from './alf_object.js';
import { requireCache, requireSession } from './arguments.js';
import { chooseFiles } from './choose_files.js';
import { loadObject } from './load_object.js';
import type { SpikeSorting } from './load_spike_sorting.js';
import type { OneCache } from './one_cache.js';
import { sessionFiles } from './session_files.js';

/** How far the tissue moved along a probe, as the sorter found it. */
export interface ProbeDrift {
  timesS: ArrayLike<number>;
  driftUm: ArrayLike<number>;
}

/** Reads `drift.times` (s) and `drift.um` of a sorting. Undefined: they are not there. Rejects with DANT_DATA if they cannot be read. */
export async function loadDrift(
  cache: OneCache,
  sorting: SpikeSorting,
  revision?: string,
): Promise<ProbeDrift | undefined> {
  requireCache(cache);
  const { session, collection = '', warnings } = requireObject('sorting', sorting);
  requireSession(session);
  if (typeof collection !== 'string') throw argumentError('collection', 'a text', collection);
  if (!Array.isArray(warnings)) throw argumentError('warnings', 'a list', warnings);
  allowText('revision', revision);
  const attributes = ['times', 'um'];
  const chosen = chooseFiles(
    await sessionFiles(cache, session),
    { collection, object: 'drift', attributes, revision },
    warnings,
  );
  if (chosen.length === 0) return undefined;
  const drift = await loadObject(session.folder, chosen, warnings);
  const timesS = numbersOf(drift, 'times');
  const driftUm = numbersOf(drift, 'um');
  return timesS && driftUm?.length === timesS.length ? { timesS, driftUm } : undefined;
}

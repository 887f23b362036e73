import { requireOptions, requireText } from '../../arguments.js';
import type { AlfObject } from './alf_object.js';
import { checkSortingOptions, requireCache, requireSession } from './arguments.js';
import { checkRevision, chooseCollection } from './choose_files.js';
import type { HistologyLevel } from './insertions.js';
import type { SpikeSortingOptions } from './load_spike_sorting.js';
import type { OneCache, OneSession } from './one_cache.js';
import { readChannels } from './read_channels.js';
import { probesOf, sessionFiles } from './session_files.js';

/** Channels of a probe: where they lie, and in which brain regions. */
export interface ProbeChannels {
  /**
   * With brain locations: `x`, `y`, `z` (m, from bregma), `atlas_id`, `acronym` (Allen Institute), `axial_um` (above the tip),
   * `lateral_um`; without: `localCoordinates` (channels, 2), µm. Usually also `rawInd`, the column in the recording.
   */
  channels: AlfObject;
  /** "alf": brain locations are in files; another level is only what `insertions.pqt` says of the database; undefined: none is known */
  histology: HistologyLevel | undefined;
  /** Files in the session's folder */
  files: string[];
  warnings: string[];
}

/**
 * Loads the channels of a probe from a ONE cache, without its spikes. `electrodeSites` of the probe win over the `channels` of the sorting,
 * which is chosen as `loadSpikeSorting` does. Rejects with DANT_DATA if there is neither.
 */
export async function loadChannels(
  cache: OneCache,
  session: OneSession,
  probe: string,
  options?: Pick<SpikeSortingOptions, 'sorter' | 'revision' | 'signal'>,
): Promise<ProbeChannels> {
  requireCache(cache);
  requireSession(session);
  requireText('probe', probe);
  const { sorter, revision, signal }: SpikeSortingOptions = requireOptions('options', options);
  checkSortingOptions({ sorter, revision, signal });
  const all = await sessionFiles(cache, session);
  const found = probesOf(all).find(({ name }) => name === probe);
  const collection = (found && chooseCollection(found, sorter)) ?? `alf/${probe}`;
  const warnings: string[] = [];
  checkRevision(all, collection, revision, warnings);
  const inDatabase = cache.insertions.find(({ eid, name }) => eid === session.eid && name === probe)?.histology;
  const { channels, histology, files } = await readChannels(
    all,
    probe,
    collection,
    { revision, inDatabase },
    warnings,
    signal,
  );
  return { channels, histology, files: Object.values(files).flatMap((list) => list.map(({ path }) => path)), warnings };
}

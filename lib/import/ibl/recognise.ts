import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';

import { requireText } from '../../arguments.js';
import { DantError } from '../../errors.js';
import { parseAlfName } from './alf_path.js';
import { openOneCache } from './one_cache.js';
import { probesOf, sessionFiles } from './session_files.js';

/** What of the International Brain Laboratory's a folder is. */
export interface IblFolder {
  /** A cache of sessions (also one session alone), or the folder of one sorting */
  kind: 'cache' | 'collection';
  /** With sorted spikes; of a collection, none */
  subjects: string[];
  /** "a ONE cache: 3 sessions of SIM01" */
  description: string;
}

/** Tells whether a folder is a ONE cache with sorted sessions, or holds one sorting in the ALF format. Undefined: neither. */
export async function recogniseIbl(folder: string): Promise<IblFolder | undefined> {
  requireText('folder', folder);
  const names = await readdir(folder).catch(() => []);
  const has = (object: string, attribute: string) =>
    names.some((name) => {
      const parsed = parseAlfName(name);
      return parsed?.object === object && parsed.attribute === attribute;
    });
  if (has('spikes', 'times') && has('spikes', 'clusters')) {
    return { kind: 'collection', subjects: [], description: `a sorting in the ALF format, ${basename(folder)}` };
  }
  let cache;
  try {
    cache = await openOneCache(folder);
  } catch (error) {
    if (error instanceof DantError) return undefined;
    throw error;
  }
  const counts = new Map<string, number>();
  for (const session of cache.sessions) {
    if (probesOf(await sessionFiles(cache, session)).length === 0) continue;
    counts.set(session.subject, (counts.get(session.subject) ?? 0) + 1);
  }
  if (counts.size === 0) return undefined;
  const parts = [...counts].map(([subject, count]) => `${count} session${count > 1 ? 's' : ''} of ${subject}`);
  return { kind: 'cache', subjects: [...counts.keys()], description: `a ONE cache: ${parts.join(', ')}` };
}

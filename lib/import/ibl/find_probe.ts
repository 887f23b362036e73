import { allowText, requireOptions } from '../../arguments.js';
import { fileError } from '../../files/file_error.js';
import { requireCache } from './arguments.js';
import { requireSorter } from './choose_files.js';
import type { Insertion } from './insertions.js';
import { findSessions, list, sessionName, type OneCache, type OneSession, type SessionQuery } from './one_cache.js';
import { probesOf, sessionFiles } from './session_files.js';

/** Which probe of which session is wanted; what is left out must not be needed to tell. */
export interface ProbeQuery extends SessionQuery {
  /** "probe00" */
  probe?: string | undefined;
  /** Id of the insertion, where the cache has `insertions.pqt` */
  pid?: string | undefined;
}

/** A probe with sorted spikes in a session. */
export interface FoundProbe {
  session: OneSession;
  probe: string;
  /** Undefined: no table of the cache tells */
  pid: string | undefined;
}

/**
 * The one probe that a query means. Rejects with DANT_DATA if there is none or more than one, with what there is, and if `sorter` is given
 * and the probe has no sorting of it.
 */
export async function findProbe(cache: OneCache, query: ProbeQuery, sorter?: string): Promise<FoundProbe> {
  requireCache(cache);
  const { probe, pid, ...wanted }: ProbeQuery = requireOptions('query', query);
  for (const [name, value] of Object.entries({ probe, pid })) allowText(`query.${name}`, value);
  if (sorter !== '') allowText('sorter', sorter);
  const insertion = pid === undefined ? undefined : insertionOf(cache, pid);
  const sessions = findSessions(cache, insertion ? { ...wanted, eid: insertion.eid } : wanted);
  const [session, ...others] = sessions;
  if (others.length > 0) {
    const names = sessions.map((found) => `${found.subject} ${sessionName(found)}`);
    throw fileError(
      cache.folder,
      `more than one session is meant: ${list(names)}. Say which with --subject, --date or --number.`,
    );
  }
  const files = await sessionFiles(cache, session!);
  const probes = probesOf(files);
  const name = insertion?.name ?? probe;
  const found = name === undefined && probes.length === 1 ? probes[0] : probes.find((other) => other.name === name);
  if (found === undefined) {
    const names = list(probes.map((other) => other.name));
    throw fileError(
      session!.folder,
      name === undefined && probes.length > 0
        ? `there is more than one probe: ${names}. Say which one with --probe.`
        : `there are no sorted spikes${name === undefined ? '' : ` of ${name}`}; ${names === '' ? 'the session has no alf/<probe> with spikes' : `there are those of ${names}`}.`,
    );
  }
  requireSorter(files, found, sorter);
  const listed = cache.insertions.find((other) => other.eid === session!.eid && other.name === found.name);
  return { session: session!, probe: found.name, pid: listed?.pid };
}

function insertionOf(cache: OneCache, pid: string): Insertion {
  const found = cache.insertions.find((insertion) => insertion.pid === pid);
  if (found) return found;
  throw fileError(
    cache.folder,
    cache.insertions.length === 0
      ? 'there is no insertions.pqt, which says what a pid is. Say subject, date and probe instead.'
      : `insertions.pqt has no pid ${pid}.`,
  );
}

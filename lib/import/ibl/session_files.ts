import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { systemFileError } from '../../files/file_error.js';
import { parseAlfPath, withoutUuid, type AlfFile } from './alf_path.js';
import type { DatasetRow } from './dataset_table.js';
import type { OneCache, OneSession } from './one_cache.js';

/** A file of a session, and what the cache's table says of it. */
export interface SessionFile extends AlfFile {
  size: number;
  row: DatasetRow | undefined;
}

/** The data files of a session. */
export interface SessionFiles {
  session: OneSession;
  files: SessionFile[];
  /** Rows of the table whose files are not there */
  absent: DatasetRow[];
  /** Whether the table knows the session */
  isListed: boolean;
}

/** Folders of a session that are looked at, and levels below. */
const places = ['alf', 'raw_ephys_data'];
const mostLevels = 5;

/**
 * The data files below `alf` and `raw_ephys_data` of a session, as they lie there; files that were judged critical are left out.
 * Rejects with DANT_DATA if a folder cannot be read.
 */
export async function sessionFiles(cache: OneCache, session: OneSession): Promise<SessionFiles> {
  const rows = await cache.datasets.of(session.eid);
  const byPath = new Map(rows?.map((row) => [row.path, row]));
  const paths = (await Promise.all(places.map((place) => filesBelow(session.folder, place, mostLevels)))).flat();
  const files: SessionFile[] = [];
  const present = new Set<string>();
  for (const path of paths) {
    const file = parseAlfPath(path);
    if (file === undefined) continue;
    const listed = withoutUuid(path);
    const row = byPath.get(listed) ?? byPath.get(path);
    present.add(listed);
    if (row?.isCritical) continue;
    files.push({ ...file, row, size: (await stat(join(session.folder, path))).size });
  }
  return {
    session,
    files,
    absent: (rows ?? []).filter((row) => !row.isCritical && !present.has(withoutUuid(row.path))),
    isListed: rows !== undefined,
  };
}

async function filesBelow(session: string, folder: string, levels: number): Promise<string[]> {
  let entries;
  try {
    entries = await readdir(join(session, folder), { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw systemFileError(join(session, folder), error);
  }
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = `${folder}/${entry.name}`;
    const kind = entry.isSymbolicLink() ? await stat(join(session, path)).catch(() => undefined) : entry;
    if (kind?.isFile()) found.push(path);
    else if (kind?.isDirectory() && levels > 0) found.push(...(await filesBelow(session, path, levels - 1)));
  }
  return found;
}

/** A probe's name with the sortings of it. */
export interface ProbeCollections {
  /** "probe00" */
  name: string;
  /** Folders with spikes, "alf/probe00/pykilosort" */
  collections: string[];
}

/** The probes of a session that have sorted spikes, by name. */
export function probesOf({ files }: SessionFiles): ProbeCollections[] {
  const probes = new Map<string, Set<string>>();
  for (const { collection, path } of files) {
    const [place, name] = collection.split('/');
    if (place !== 'alf' || name === undefined || !path.split('/').at(-1)!.startsWith('spikes')) continue;
    probes.set(name, (probes.get(name) ?? new Set()).add(collection));
  }
  return [...probes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, collections]) => ({ name, collections: [...collections].sort() }));
}

/** The revisions of a sorting's files, '' being none. */
export function revisionsOf({ files }: SessionFiles, collection: string): string[] {
  return [...new Set(files.filter((file) => file.collection === collection).map(({ revision }) => revision))].sort();
}

import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { requireInteger, requireOptions, requireText } from '../../arguments.js';
import { fileError, systemFileError } from '../../files/file_error.js';
import { readParquet } from '../../files/parquet.js';
import { requireCache } from './arguments.js';
import { parseSessionPath, type SessionPath } from './alf_path.js';
import { DatasetTable } from './dataset_table.js';
import { readInsertions, type Insertion } from './insertions.js';

/** A session that lies in a ONE cache. */
export interface OneSession extends SessionPath {
  /** Its folder */
  folder: string;
  /** Id in the tables of the cache; undefined: they are not there or do not list it */
  eid: string | undefined;
}

/** A folder of the International Brain Laboratory's Open Neurophysiology Environment: sessions, and tables that list them. */
export interface OneCache {
  folder: string;
  /** All sessions that lie there, by subject, date and number */
  sessions: OneSession[];
  /** Of `insertions.pqt`; empty: there is no such table */
  insertions: Insertion[];
  /** Of `datasets.pqt`, read when it is needed */
  datasets: DatasetTable;
}

/** Which sessions are wanted; what is left out does not matter. */
export interface SessionQuery {
  subject?: string | undefined;
  /** "2024-05-01" */
  date?: string | undefined;
  number?: number | undefined;
  lab?: string | undefined;
  eid?: string | undefined;
}

/** Levels of folders between a cache and the dates: lab, Subjects, subject, and one to spare. */
const mostLevels = 4;

/**
 * Opens a ONE cache: the folder with `<lab>/Subjects/<subject>/<date>/<number>`, or any folder above sessions, or a session's own.
 * `sessions.pqt`, `datasets.pqt` and `insertions.pqt` in it are used if they are there; nothing is asked of any server.
 * Rejects with DANT_DATA if no session lies there or a table cannot be read.
 */
export async function openOneCache(folder: string): Promise<OneCache> {
  requireText('folder', folder);
  const root = resolve(folder);
  const folders = await sessionFolders(root);
  if (folders.length === 0) {
    throw fileError(
      folder,
      'expected a ONE cache, with sessions in <lab>/Subjects/<subject>/<yyyy-mm-dd>/<number>, but there is none.',
    );
  }
  const eids = await eidsOf(root);
  const sessions = folders
    .map((path) => {
      const session = parseSessionPath(path)!;
      return { ...session, folder: path, eid: eids.get(sessionKey(session)) };
    })
    .sort(
      (a, b) =>
        compare(a.subject, b.subject) || compare(a.date, b.date) || a.number - b.number || compare(a.folder, b.folder),
    );
  return { folder: root, sessions, insertions: await readInsertions(root), datasets: new DatasetTable(root) };
}

/** The sessions of a cache that are wanted, in order of time. Throws DANT_DATA if there is none, with what there is. */
export function findSessions(cache: OneCache, query: SessionQuery): OneSession[] {
  requireCache(cache);
  query = requireOptions('query', query);
  const wanted = Object.entries(query).filter(([, value]) => value !== undefined);
  for (const [key, value] of wanted) {
    if (key === 'number') requireInteger(`query.${key}`, value, 0);
    else requireText(`query.${key}`, value);
  }
  const found = cache.sessions.filter((session) =>
    wanted.every(([key, value]) => session[key as keyof SessionQuery] === value),
  );
  if (found.length > 0) return found;
  const asked = wanted.map(([key, value]) => `${key} ${value}`).join(', ');
  const { subject } = query;
  const some = cache.sessions.some((session) => session.subject === subject)
    ? `${subject} has ${list(cache.sessions.filter((session) => session.subject === subject).map(sessionName))}`
    : `there are ${list([...new Set(cache.sessions.map((session) => session.subject))])}`;
  const withoutIds = query.eid !== undefined && cache.sessions.every(({ eid }) => eid === undefined);
  throw fileError(
    cache.folder,
    `no session has ${asked}: ${some}.${withoutIds ? ' No session has an eid: sessions.pqt is missing, or lists other sessions.' : ''}`,
  );
}

/** "2024-05-01/001" */
export const sessionName = ({ date, number }: SessionPath) => `${date}/${String(number).padStart(3, '0')}`;

const sessionKey = ({ subject, date, number }: SessionPath) => `${subject}/${date}/${number}`;
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const mostListed = 12;

/** Some of the names, and how many more there are. */
export function list(names: readonly string[]): string {
  const rest = names.length - mostListed;
  return names.slice(0, mostListed).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

async function sessionFolders(folder: string, levels = mostLevels): Promise<string[]> {
  if (parseSessionPath(folder)) return [folder];
  const found: string[] = [];
  for (const name of await subfolders(folder, levels === mostLevels)) {
    const path = join(folder, name);
    if (/^\d{4}-\d\d-\d\d$/.test(name)) {
      const numbers = (await subfolders(path, false)).filter((number) => /^\d{1,3}$/.test(number));
      found.push(...numbers.map((number) => join(path, number)).filter((session) => parseSessionPath(session)));
    } else if (parseSessionPath(path)) found.push(path);
    else if (levels > 0) found.push(...(await sessionFolders(path, levels - 1)));
  }
  return found;
}

/** Links to folders count. A folder that cannot be read has none, unless it must be readable. */
async function subfolders(folder: string, isRequired: boolean): Promise<string[]> {
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isRequired) throw systemFileError(folder, error);
    return [];
  }
  const names: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const isFolder = entry.isSymbolicLink()
      ? await stat(join(folder, entry.name)).then(
          (target) => target.isDirectory(),
          () => false,
        )
      : entry.isDirectory();
    if (isFolder) names.push(entry.name);
  }
  return names.sort();
}

async function eidsOf(folder: string): Promise<Map<string, string>> {
  const path = join(folder, 'sessions.pqt');
  if (!existsSync(path)) return new Map();
  const { columns } = await readParquet(path, ['id', 'subject', 'date', 'number']);
  const { id, subject, date, number } = columns;
  if (!Array.isArray(id) || !Array.isArray(subject) || !Array.isArray(date) || !(number instanceof Float64Array)) {
    throw fileError(
      path,
      `expected columns with texts id, subject and date, and numbers number, but found ${Object.keys(columns).join(', ') || 'none of them'}.`,
    );
  }
  return new Map(
    id.map((eid, i) => [sessionKey({ lab: undefined, subject: subject[i]!, date: date[i]!, number: number[i]! }), eid]),
  );
}

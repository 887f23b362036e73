import { join } from 'node:path';

import { fileError } from '../../files/file_error.js';
import { attributeKey, withoutUuid } from './alf_path.js';
import { list } from './one_cache.js';
import { revisionsOf, type ProbeCollections, type SessionFile, type SessionFiles } from './session_files.js';

/** Sorters in the order in which they are preferred. */
const preferredSorters = ['iblsorter', 'pykilosort'];

const collectionOf = (probe: string, sorter: string) => (sorter === '' ? `alf/${probe}` : `alf/${probe}/${sorter}`);

/**
 * The sorting to take: that of the sorter that is asked for ('': Kilosort 2.5, in the probe's own folder), else iblsorter's, else
 * pykilosort's, else the one with the shortest name. Undefined: there is none.
 */
export function chooseCollection({ name, collections }: ProbeCollections, sorter?: string): string | undefined {
  for (const wanted of sorter === undefined ? preferredSorters : [sorter, ...preferredSorters]) {
    const collection = collectionOf(name, wanted);
    if (collections.includes(collection)) return collection;
  }
  return [...collections].sort((a, b) => a.length - b.length)[0];
}

/** Refuses a sorter that the probe has no sorting of, with those that it has. */
export function requireSorter(files: SessionFiles, probe: ProbeCollections, sorter: string | undefined): void {
  if (sorter === undefined || probe.collections.includes(collectionOf(probe.name, sorter))) return;
  throw fileError(
    files.session.folder,
    `there is no sorting "${sorter}" of ${probe.name}; there is ${list(sorterNames(probe))}.`,
  );
}

/** What can be asked for as sorter. */
export function sorterNames({ name, collections }: ProbeCollections): string[] {
  return collections.map((collection) => {
    const sorter = collection.slice(`alf/${name}/`.length);
    return sorter === '' ? '"" (Kilosort 2.5)' : sorter;
  });
}

export interface WantedFiles {
  collection: string;
  object: string;
  /** Default: all that there are */
  attributes?: readonly string[] | undefined;
  /** The newest that is not after it is taken, file by file; default: what the cache's table says, else the newest */
  revision?: string | undefined;
}

/**
 * The files of an object, one of each name: revisions are chosen file by file, so an object may mix them. What the table lists and
 * is not there, and mixed revisions, are added to the warnings.
 */
export function chooseFiles(session: SessionFiles, wanted: WantedFiles, warnings: string[]): SessionFile[] {
  const { collection, object, attributes, revision } = wanted;
  const groups = new Map<string, SessionFile[]>();
  for (const file of session.files) {
    if (file.collection !== collection || file.object !== object) continue;
    if (attributes && !attributes.includes(file.attribute) && !attributes.includes(attributeKey(file))) continue;
    const name = withoutUuid(file.path.split('/').at(-1)!);
    groups.set(name, [...(groups.get(name) ?? []), file]);
  }
  const chosen = [...groups.values()].flatMap((files) => chooseRevision(files, revision) ?? []);
  const revisions = new Set(chosen.map((file) => file.revision));
  if (revisions.size > 1) {
    warnings.push(
      `${collection}: the files of ${object} are of more than one revision: ${[...revisions].sort().map(revisionName).join(', ')}.`,
    );
  }
  const folder = session.session.folder;
  for (const { path, row } of chosen) {
    const size = session.files.find((file) => file.path === path)!.size;
    if (row !== undefined && !Number.isNaN(row.size) && row.size !== size) {
      warnings.push(`${join(folder, path)} has ${size} bytes but datasets.pqt says ${row.size}; it was used as it is.`);
    }
  }
  const absent = session.absent.filter(({ path }) => {
    const [name, ...parts] = path.split('/').reverse();
    const place = parts.filter((part) => !/^#.*#$/.test(part)).reverse();
    return (
      place.join('/') === collection &&
      (attributes ?? []).some((attribute) => name!.startsWith(`${object}.${attribute}.`))
    );
  });
  if (absent.length > 0) {
    warnings.push(
      `${folder}: datasets.pqt lists ${list(absent.map(({ path }) => path))}, which ${absent.length > 1 ? 'are' : 'is'} not there. ` +
        'Download what is missing, or make the table again.',
    );
  }
  return chosen;
}

/** How a revision is called in messages. */
export const revisionName = (revision: string) => (revision === '' ? 'none' : `#${revision}#`);

function chooseRevision(files: readonly SessionFile[], revision: string | undefined): SessionFile | undefined {
  const sorted = [...files].sort((a, b) => (a.revision < b.revision ? -1 : 1));
  if (revision !== undefined) return sorted.filter((file) => file.revision <= revision).at(-1);
  return sorted.find(({ row }) => row?.isDefault) ?? sorted.at(-1);
}

/** Tells if no file has the very revision that was asked for. */
export function checkRevision(
  session: SessionFiles,
  collection: string,
  revision: string | undefined,
  warnings: string[],
): void {
  if (revision === undefined) return;
  const revisions = revisionsOf(session, collection);
  if (revisions.includes(revision)) return;
  warnings.push(
    `${collection} has no revision #${revision}#; the newest files before it were taken. ` +
      `There is ${
        revisions
          .filter((name) => name !== '')
          .map(revisionName)
          .join(', ') || 'no revision'
      }.`,
  );
}

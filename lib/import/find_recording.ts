import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';

import { DantError } from '../errors.js';
import { fileError } from '../files/file_error.js';
import { readText } from '../files/text_file.js';
import { parsePhyParams, type PhyParams } from './params_py.js';

/** How deep below a session's folder recordings and sorter folders are looked for. */
const depth = 5;

/** The folder of the sorter: `session` itself or the only one below it. */
export async function findSorterFolder(session: string): Promise<string> {
  if (!existsSync(session)) throw fileError(session, 'there is no such folder.');
  const folders = await sortingsOf(session);
  if (folders.length === 1) return folders[0]!;
  throw fileError(
    session,
    folders.length === 0
      ? 'expected a folder of Kilosort or phy here or below, but found no spike_times.npy.'
      : `holds more than one sorting; name the folder of one of them: ${folders.join(', ')}.`,
  );
}

/** The folders of sorters of a session: `session` itself, or all below it. */
export async function sortingsOf(session: string): Promise<string[]> {
  return existsSync(join(session, 'spike_times.npy')) ? [session] : sorterFolders(session);
}

/** All folders of sorters below `folder`, by name; numbers in names count as numbers. */
export async function sorterFolders(folder: string, levels = depth): Promise<string[]> {
  const found = (await filesBelow(folder, (name) => name === 'spike_times.npy', levels)).map(dirname);
  // What phy keeps for itself is none.
  return found
    .filter((path) => !path.split(/[\\/]/).includes('.phy'))
    .sort(new Intl.Collator('en', { numeric: true }).compare);
}

/** All data folders of the tracker below `folder`, by name. */
export async function dataFolders(folder: string, levels = depth): Promise<string[]> {
  return (await filesBelow(folder, (name) => name === 'waveform_all.npy', levels)).map(dirname);
}

export interface FoundRecording {
  /** In sequence */
  files: string[];
  warnings: string[];
}

/**
 * The raw recording of a sorter folder: the file that params.py names, also if it was compressed since, or one of the same
 * name (dat_path is often of another machine), or the only one below the session's folder or beside the sorter's.
 * Whitened files of the sorter (temp_wh.dat) are refused.
 * @param orNone Whether there may be none: no files
 */
export async function findRecording(
  session: string,
  sorter: string,
  params: PhyParams,
  orNone = false,
): Promise<FoundRecording> {
  const names = params.datPaths.map((path) => path.split(/[\\/]/).at(-1)!);
  const paramsPath = join(sorter, 'params.py');
  const whitened = names.filter((name) => /^temp_wh\.dat$/i.test(name));

  if (whitened.length === 0) {
    const named = params.datPaths.map((path) =>
      withCompressed(isAbsolute(path) ? path : resolve(sorter, path.replaceAll('\\', '/'))),
    );
    if (named.length > 0 && named.every((path) => path !== undefined)) return { files: named, warnings: [] };
  }

  const places = [...new Set([resolve(session), dirname(resolve(sorter))])];
  const below: string[] = [];
  for (const place of places) {
    const isIt = (name: string) => isRecording(name) || (names.includes(name) && whitened.length === 0);
    below.push(...(await filesBelow(place, isIt)).filter((path) => !isOtherStream(path)));
    if (below.length > 0) break;
  }
  const candidates = withoutDoubles(below);
  const sameName = names.map((name) => candidates.filter((path) => plainName(path) === plainName(name)));
  if (names.length > 0 && sameName.every(({ length }) => length === 1)) {
    return {
      files: sameName.flat(),
      warnings: [`params.py names a recording that is not there; ${sameName.flat().join(', ')} has its name.`],
    };
  }
  if (candidates.length === 1 && names.length <= 1) {
    const why =
      whitened.length > 0
        ? 'params.py names temp_wh.dat, which the sorter has whitened'
        : names.length === 0
          ? 'params.py names no recording'
          : `params.py names ${names[0]!}, which is not there`;
    return { files: candidates, warnings: [`${why}; took ${candidates[0]!}, the only recording here.`] };
  }
  if (candidates.length > 1) {
    throw fileError(
      paramsPath,
      `the recording ${params.datPaths.join(', ') || '(none)'} is not there, and there is more than one that it could be: ` +
        `${candidates.join(', ')}. Say which one it is: "recording" in a file of sessions.`,
    );
  }
  if (orNone) return { files: [], warnings: [] };
  throw fileError(
    paramsPath,
    whitened.length > 0
      ? 'dat_path is temp_wh.dat, which the sorter has whitened: it holds no µV. Put the raw recording below the session’s folder, or name it: "recording" in a file of sessions.'
      : `there is no raw recording: ${params.datPaths.join(', ') || 'dat_path is empty'}, and no .ap.bin, .ap.cbin or continuous.dat below ${places.join(' or ')}. ` +
          'The sorter’s templates cannot take its place: they are whitened, and whitening_mat of Kilosort 2.5 and 3 does not undo it. ' +
          'Put the recording below the session’s folder, or name it: "recording" in a file of sessions. ' +
          '(--templates kilosort4 takes those of Kilosort 4 nevertheless, with their whitening undone as far as its files say.)',
  );
}

/** The file, or what it became: x.bin → x.cbin. */
function withCompressed(path: string): string | undefined {
  if (existsSync(path)) return path;
  const compressed = path.replace(/\.bin$/, '.cbin');
  return compressed !== path && existsSync(compressed) ? compressed : undefined;
}

const uuid = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\.)/i;
/** Of SpikeGLX or Open Ephys */
const isRecording = (name: string) => /\.ap\.(.*\.)?c?bin$/.test(name) || name === 'continuous.dat';
/** Streams of Open Ephys that hold no action potentials */
const isOtherStream = (path: string) => /(-LFP?|\bNI-DAQ\S*)$/i.test(basename(dirname(path)));

/** x.ap.UUID.cbin → x.ap */
export function plainName(path: string): string {
  return basename(path)
    .replace(uuid, '')
    .replace(/\.c?bin$/, '');
}

/** Of a recording that is there both compressed and not, the one that is not. */
function withoutDoubles(paths: readonly string[]): string[] {
  const plain = new Map<string, string>();
  for (const path of [...paths].sort()) {
    const key = join(dirname(path), plainName(path));
    if (!plain.has(key) || path.endsWith('.bin')) plain.set(key, path);
  }
  return [...plain.values()].sort();
}

/** A file beside a recording with its name and another ending: .meta, .ch; the UUIDs in their names may differ. */
export async function companionOf(recording: string, ending: string): Promise<string | undefined> {
  const folder = dirname(recording);
  const exact = recording.replace(/\.[^.]*$/, ending);
  if (existsSync(exact)) return exact;
  const found = (await readdir(folder)).filter(
    (name) => name.endsWith(ending) && name.replace(uuid, '') === plainName(recording) + ending,
  );
  return found.length === 1 ? join(folder, found[0]!) : undefined;
}

async function filesBelow(folder: string, wanted: (name: string) => boolean, levels = depth): Promise<string[]> {
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (wanted(entry.name)) found.push(path);
    else if (levels > 0 && entry.isDirectory()) found.push(...(await filesBelow(path, wanted, levels - 1)));
  }
  return found;
}

/** The raw files of a sorting, without a word where they cannot be found. */
export async function recordingOf(sorter: string): Promise<string[] | undefined> {
  try {
    const path = join(sorter, 'params.py');
    const params = parsePhyParams(path, await readText(path));
    return (await findRecording(sorter, sorter, params)).files;
  } catch (error) {
    if (error instanceof DantError) return undefined;
    throw error;
  }
}

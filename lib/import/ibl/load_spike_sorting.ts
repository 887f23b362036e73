import { join } from 'node:path';

import { requireOptions, requireText } from '../../arguments.js';
import { fileError } from '../../files/file_error.js';
import { numbersOf, type AlfObject } from './alf_object.js';
import { checkSortingOptions, requireCache, requireSession } from './arguments.js';
import { checkRevision, chooseCollection, chooseFiles, revisionName, sorterNames } from './choose_files.js';
import type { HistologyLevel } from './insertions.js';
import { readChannels } from './read_channels.js';
import { loadObject } from './load_object.js';
import { list, type OneCache, type OneSession } from './one_cache.js';
import { probesOf, sessionFiles, type SessionFile, type SessionFiles } from './session_files.js';

export interface SpikeSortingOptions {
  /** "" is Kilosort 2.5; default: iblsorter, else pykilosort, else what there is, which also replaces a sorter that there is not */
  sorter?: string | undefined;
  /** Files of the newest revision not after it, "2024-05-06"; default: the newest, or what the cache's table names */
  revision?: string | undefined;
  /** Refuses files of another sorter or revision than those asked for. */
  strict?: boolean | undefined;
  /** More attributes than usual, e.g. "spikes.samples", "clusters.amps" */
  datasetTypes?: readonly string[] | undefined;
  /** Takes the spikes of the units that passed the quality tests (`passingSpikes`); rows of clusters stay as they are. */
  goodUnits?: boolean | undefined;
  /** Takes somebody's curation ("av") where there is one. */
  namespace?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** The sorted spikes of a probe in a session. */
export interface SpikeSorting {
  session: OneSession;
  /** "probe00" */
  probe: string;
  /** Where it was found, "alf/probe00/pykilosort"; undefined: nowhere */
  collection: string | undefined;
  /** `times` (s), `clusters` (rows of clusters), `amps` (V), `depths` (µm above the tip, may be NaN), and what else was asked for */
  spikes: AlfObject;
  /** `channels` (rows of channels), `depths` (µm), `metrics` (a table), `uuids`, and what else was asked for */
  clusters: AlfObject;
  /** As of `ProbeChannels` */
  channels: AlfObject;
  histology: HistologyLevel | undefined;
  /** By object, the files that were read, in the session's folder */
  files: Record<string, string[]>;
  warnings: string[];
}

/** A day */
const longestS = 86_400;

const usualAttributes: Record<string, readonly string[]> = {
  spikes: ['times', 'clusters', 'amps', 'depths'],
  clusters: ['channels', 'depths', 'metrics', 'uuids'],
};

/**
 * Loads spikes, clusters and channels of a probe from a ONE cache, as the International Brain Laboratory's `SpikeSortingLoader` does.
 * A probe without sorted spikes gives empty objects. Rejects with DANT_DATA if spikes or clusters are missing or cannot be read, or with
 * `strict` if another version would be used.
 */
export async function loadSpikeSorting(
  cache: OneCache,
  session: OneSession,
  probe: string,
  options: SpikeSortingOptions = {},
): Promise<SpikeSorting> {
  requireCache(cache);
  requireSession(session);
  requireText('probe', probe);
  options = requireOptions('options', options);
  checkSortingOptions(options);
  const files = await sessionFiles(cache, session);
  const warnings: string[] = [];
  const result: SpikeSorting = {
    session,
    probe,
    collection: undefined,
    spikes: {},
    clusters: {},
    channels: {},
    histology: undefined,
    files: {},
    warnings,
  };
  const probes = probesOf(files);
  const found = probes.find(({ name }) => name === probe);
  if (found === undefined) {
    warnings.push(
      `${session.folder} has no sorted spikes of ${probe}; there are ${list(probes.map(({ name }) => name)) || 'none of any probe'}.`,
    );
    return result;
  }
  const { sorter, revision, goodUnits, namespace, signal } = options;
  if (goodUnits && namespace !== undefined) {
    warnings.push('There are no tables of good units of a curation; nothing was loaded. Ask for one or the other.');
    return result;
  }
  const collection = chooseCollection(found, sorter)!;
  if (sorter !== undefined && collection !== (sorter === '' ? `alf/${probe}` : `alf/${probe}/${sorter}`)) {
    warnings.push(
      `${session.folder} has no sorting "${sorter}" of ${probe}; took ${collection}. There is ${list(sorterNames(found))}.`,
    );
  }
  checkRevision(files, collection, revision, warnings);

  const choose = (object: string, attributes: readonly string[] | undefined) =>
    requireFiles(
      files,
      collection,
      object,
      chooseFiles(files, { collection, object, attributes, revision }, warnings),
      options,
    );
  const spikeObject = goodUnits ? 'passingSpikes' : 'spikes';
  const spikeFiles = choose(spikeObject, goodUnits ? undefined : attributesOf('spikes', options));
  const clusterFiles = choose('clusters', attributesOf('clusters', options));
  const inDatabase = cache.insertions.find(({ eid, name }) => eid === session.eid && name === probe)?.histology;
  const channels = await readChannels(files, probe, collection, { revision, inDatabase }, warnings, signal);

  result.collection = collection;
  result.channels = channels.channels;
  result.histology = channels.histology;
  const chosenClusters = ofNamespace(clusterFiles, namespace, warnings);
  const chosenSpikes = ofNamespace(spikeFiles, goodUnits ? undefined : namespace, warnings);
  const chosen = { [spikeObject]: chosenSpikes, clusters: chosenClusters, ...channels.files };
  for (const [object, list] of Object.entries(chosen)) {
    if (list.length > 0) result.files[object] = list.map(({ path }) => path).sort();
  }
  if (options.strict) checkVersion(files, { ...chosen, electrodeSites: [] }, options);
  result.clusters = await loadObject(session.folder, chosenClusters, warnings, signal);
  result.spikes = await loadObject(session.folder, chosenSpikes, warnings, signal);
  const lastS = numbersOf(result.spikes, 'times')?.at(-1) ?? 0;
  if (lastS > longestS) {
    warnings.push(
      `${join(session.folder, collection)}: the last spike is at ${lastS} s, after more than a day. Expected seconds; are these ms or samples?`,
    );
  }
  return result;
}

function attributesOf(object: string, { datasetTypes = [] }: SpikeSortingOptions): string[] {
  const more = datasetTypes.flatMap((type) => (type.startsWith(`${object}.`) ? [type.slice(object.length + 1)] : []));
  return [...usualAttributes[object]!, ...more.map((attribute) => attribute.replace(/\.(npy|pqt|csv)$/, ''))];
}

function requireFiles(
  { session, files, absent }: SessionFiles,
  collection: string,
  object: string,
  chosen: SessionFile[],
  { revision, goodUnits }: SpikeSortingOptions,
): SessionFile[] {
  if (chosen.length > 0) return chosen;
  const older = files.filter((file) => file.collection === collection && file.object === object);
  const reasons = [
    ...(revision !== undefined && older.length > 0
      ? [` The oldest revision of them is ${revisionName(older.map((file) => file.revision).sort()[0]!)}.`]
      : []),
    ...(absent.some(({ path }) => path.startsWith(`${collection}/`) && path.includes(`${object}.`))
      ? [' datasets.pqt lists them: they were not downloaded, or the table is of other files.']
      : []),
    ...(goodUnits && object === 'passingSpikes'
      ? [' Load all units and choose those whose label is 1 in the merged clusters.']
      : []),
  ];
  throw fileError(join(session.folder, collection), `there are no files ${object}.* here.${reasons.join('')}`);
}

/** Of each attribute the file of the namespace, else the plain one. */
function ofNamespace(files: readonly SessionFile[], namespace: string | undefined, warnings: string[]): SessionFile[] {
  if (namespace !== undefined && !files.some((file) => file.namespace === namespace)) {
    warnings.push(
      `${files[0]!.collection} has no ${files[0]!.object} curated as "${namespace}"; the sorter's own were taken.`,
    );
  }
  const plain = files.filter((file) => file.namespace === undefined);
  const curated = files.filter((file) => namespace !== undefined && file.namespace === namespace);
  const isReplaced = (file: SessionFile) => curated.some(({ attribute }) => attribute === file.attribute);
  return [...curated, ...plain.filter((file) => !isReplaced(file))];
}

function checkVersion(
  { session }: SessionFiles,
  chosen: Record<string, readonly SessionFile[]>,
  { sorter = 'iblsorter', revision }: SpikeSortingOptions,
): void {
  for (const file of Object.values(chosen).flat()) {
    if (sorter !== '' && file.path.split('/')[2] !== sorter) {
      throw fileError(
        join(session.folder, file.path),
        `this is not of the sorter ${sorter}, which is strictly asked for.`,
      );
    }
    if (revision !== undefined && file.revision !== revision) {
      throw fileError(
        join(session.folder, file.path),
        `this is not of the revision #${revision}#, which is strictly asked for.`,
      );
    }
  }
}

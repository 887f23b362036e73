import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';

import type { NdArray } from '../arrays.js';
import { DantError } from '../errors.js';
import { readNpy } from '../files/npy.js';
import { readUnitsTable, type UnitOrigin } from '../import/units_table.js';
import { loadSettings } from '../settings/index.js';
import { readGroups } from './read_groups.js';
import { readMatches } from './read_matches.js';
import type { ResultSource } from './result_source.js';
import type { RunRecord } from './run_record.js';
import { runRecordFile } from './schema.js';
import type { CurationEvent, StoredResult, StoredSettings } from './stored_result.js';

/**
 * Reads what there is of a run: results of this package or of pyDANT, of any age, and the data beside them.
 * @param dataFolder The input files; by default where the settings of the run say, or the folder that holds the results.
 * Rejects with DANT_DATA if the folder holds no clusters.
 */
export async function readResult(
  results: ResultSource,
  { dataFolder: givenDataFolder }: { dataFolder?: string | undefined } = {},
): Promise<StoredResult> {
  const folder = results.path;
  const clusters = await readClusters(results);
  const unitCount = clusters.length;
  const missing: string[] = [];
  const record = await readRecord(join(folder, runRecordFile), missing);
  const written = record?.settings ?? parseParams(await results.text('settings'));
  const dataFolder = findData(folder, givenDataFolder, written);
  const settings = written ?? (dataFolder === undefined ? undefined : await readSettings(dataFolder));
  const fromData = async (name: string): Promise<NdArray<Float64Array> | undefined> => {
    const file = dataFolder === undefined ? undefined : join(dataFolder, name);
    return file !== undefined && existsSync(file) ? readNpy(file, { as: 'float64' }) : undefined;
  };
  const perUnit = <Data extends { readonly length: number }>(data: Data | undefined, name: string, width = 1) => {
    if (data === undefined || data.length === unitCount * width) return data;
    missing.push(
      `${name} is of ${data.length / width} units, not of the ${unitCount} of the clusters; it is left out.`,
    );
    return undefined;
  };
  const table = (array: NdArray<Float64Array> | undefined, name: string) =>
    array?.shape.length === 2 && perUnit({ length: array.shape[0]! }, name) ? array : undefined;

  const sessionsOfData = await fromData('session_index.npy');
  const sessions = perUnit(
    (await results.integers('sessions'))?.data ?? (sessionsOfData && Int32Array.from(sessionsOfData.data)),
    'The list of sessions',
  );
  const shanks = perUnit((await results.integers('unit_shanks'))?.data, 'unit_shanks.npy');
  const matches = await readMatches(results, missing);
  const groups = await readGroups(results, { record, settings, isProbabilistic: matches !== undefined });
  const sessionCount = sessions
    ? sessions.reduce((most, session) => Math.max(most, session), 0)
    : (groups[0]?.motion?.constantUm.length ?? 0);

  const data: StoredResult = {
    folder,
    dataFolder,
    unitCount,
    clusters,
    clusterCount: clusters.reduce((most, cluster) => Math.max(most, cluster), 0),
    clustersBeforeCuration: perUnit((await results.integers('clustersBeforeCuration'))?.data, 'The clustering'),
    sessions,
    sessionCount,
    origins: perUnit(await readOrigins(dataFolder, missing), 'units.csv'),
    sessionDays: sessionDays(await fromData('session_days.npy'), sessionCount, missing),
    leafOrder: perUnit((await results.integers('leafOrder'))?.data, 'The leaf order'),
    locationsUm: perUnit((await results.floats('locations'))?.data, 'locations.npy', 3),
    amplitudes: perUnit((await results.floats('amplitude'))?.data, 'amplitude.npy'),
    peakChannels: perUnit((await results.integers('peak_channels'))?.data, 'peak_channels.npy'),
    shanks,
    autoCorrelograms: table(await results.floats('auto_corr'), 'auto_corr.npy'),
    isiHistograms: withValues(table(await results.floats('isi'), 'isi.npy')),
    peth: withValues(table((await results.floats('peth')) ?? (await fromData('peth.npy')), 'peth.npy')),
    channelLocationsUm: (await fromData('channel_locations.npy'))?.data,
    settings,
    groups,
    nearbyPairs: (await results.integers('SimilarityPairs'))?.data,
    matches,
    curation: await readCuration(results),
    record,
    seconds: (await results.floats('RunTimeSec'))?.data[0],
    warnings: [...new Set(record?.warnings)],
    missing,
  };
  missing.push(...whatIsMissing(data, givenDataFolder), ...results.problems);
  return data;
}

async function readOrigins(dataFolder: string | undefined, missing: string[]): Promise<UnitOrigin[] | undefined> {
  try {
    return dataFolder === undefined ? undefined : await readUnitsTable(dataFolder);
  } catch (error) {
    if (!(error instanceof DantError)) throw error;
    missing.push(error.message);
    return undefined;
  }
}

/** (N) cluster of each unit. Rejects with DANT_DATA if the folder holds none. */
export async function readClusters(results: ResultSource): Promise<Int32Array> {
  const clusters = (await results.integers('IdxCluster'))?.data;
  if (clusters) return clusters;
  throw new DantError(
    'DANT_DATA',
    results.problems[0] ??
      `${results.path}: expected the results of a run but found neither IdxCluster.npy nor Output.npz. Give the folder that "dant run" wrote.`,
  );
}

function sessionDays(
  days: NdArray<Float64Array> | undefined,
  sessionCount: number,
  missing: string[],
): Float64Array | undefined {
  if (!days || (days.data.length === sessionCount && days.data.every(Number.isFinite))) return days?.data;
  missing.push(
    `session_days.npy: expected a number for each of the ${sessionCount} sessions but found ${days.data.length}, or some are not finite; it is left out.`,
  );
  return undefined;
}

function whatIsMissing(data: StoredResult, givenDataFolder: string | undefined): string[] {
  const text: [boolean, string][] = [
    [
      data.dataFolder === undefined,
      givenDataFolder === undefined
        ? 'The folder with the data was not found: waveforms before correction and the channels of the probe are not shown. "dant report RESULT --data FOLDER" tells where it is.'
        : `There is no data in ${givenDataFolder}: waveforms before correction and the channels of the probe are not shown.`,
    ],
    [data.sessions === undefined, 'The session of each unit is not known: what compares sessions is not shown.'],
    [data.locationsUm === undefined, 'locations.npy is missing: positions of units are not shown.'],
    [data.autoCorrelograms === undefined, 'auto_corr.npy is missing: autocorrelograms are not shown.'],
    [
      data.leafOrder === undefined,
      'The leaf order is missing: the distance matrix is sorted by cluster and depth instead.',
    ],
    [data.groups.every(({ motion }) => !motion), 'The motion is missing (motion_constant.npy).'],
    [
      data.record === undefined,
      'run.json is missing (this is not a folder of node-dant, or of an older version): warnings of the run and the steps of the motion estimate are not known.',
    ],
  ];
  return text.filter(([isMissing]) => isMissing).map(([, words]) => words);
}

async function readRecord(file: string, missing: string[]): Promise<RunRecord | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    const record = JSON.parse(await readFile(file, 'utf8')) as Partial<RunRecord>;
    if (Array.isArray(record.groups) && Array.isArray(record.warnings)) return record as RunRecord;
    missing.push(`${file} is of another kind than node-dant writes; it is left out.`);
    return undefined;
  } catch (error) {
    missing.push(`${file} cannot be read: ${(error as Error).message}.`);
    return undefined;
  }
}

function parseParams(text: string | undefined): StoredSettings | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as StoredSettings);
  } catch {
    return undefined;
  }
}

function findData(folder: string, given: string | undefined, settings: StoredSettings | undefined): string | undefined {
  // A relative path in the settings was relative to a folder that is not known here.
  const written = settings?.path_to_data;
  const places = [...(written !== undefined && isAbsolute(written) ? [written] : []), dirname(resolve(folder))];
  return (given === undefined ? places : [given]).find((place) => existsSync(join(place, 'waveform_all.npy')));
}

async function readSettings(dataFolder: string): Promise<StoredSettings | undefined> {
  return existsSync(join(dataFolder, 'settings.json'))
    ? loadSettings(dataFolder).then(
        ({ settings }) => settings,
        () => undefined,
      )
    : undefined;
}

const withValues = (array: NdArray<Float64Array> | undefined) =>
  array?.data.some((value) => !Number.isNaN(value)) ? array : undefined;

async function readCuration(results: ResultSource): Promise<CurationEvent[]> {
  const pairs = await results.integers('CurationPairs');
  const types = await results.integers('CurationTypes');
  if (!pairs || !types) return [];
  return Array.from(types.data, (type, i) => ({
    units: [pairs.data[2 * i]!, pairs.data[2 * i + 1]!] as [number, number],
    reason: type === 1 ? ('sameSession' as const) : ('lowSimilarity' as const),
  })).filter(({ units: [a, b] }) => a !== b);
}

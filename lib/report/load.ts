import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';

import type { NdArray } from '../arrays.js';
import type { Motion } from '../recording/motion.js';
import { DantError } from '../errors.js';
import { readNpy } from '../files/npy.js';
import { runRecordFile, type RunRecord } from '../results/run_record.js';
import { featureNames, loadSettings } from '../settings/index.js';
import { unitCurves, type SpikeStatistics } from './curves.js';
import { readMatches, readProfile } from '../results/read_matches.js';
import { similarityFiles, type DeepSettings, type ReportData, type TrackedGroup } from './report_data.js';
import type { ResultSource } from '../results/result_source.js';

/**
 * Reads what there is of a run: results of this package or of pyDANT, of any age, and the data beside them.
 * @param dataFolder The input files; by default where the settings of the run say, or the folder that holds the results.
 * Rejects with DANT_DATA if the folder holds no clusters.
 */
export async function loadReportData(
  results: ResultSource,
  { dataFolder: givenDataFolder }: { dataFolder?: string | undefined } = {},
): Promise<ReportData> {
  const folder = results.path;
  const clusters = (await results.integers('IdxCluster'))?.data;
  if (!clusters) {
    throw new DantError(
      'DANT_DATA',
      results.problems[0] ??
        `${folder}: expected the results of a run but found neither IdxCluster.npy nor Output.npz. Give the folder that "dant run" wrote.`,
    );
  }
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
  const groups = await readGroups(results, record, settings, shanks);
  const sessionCount = sessions
    ? sessions.reduce((most, session) => Math.max(most, session), 0)
    : (groups[0]?.motion?.constantUm.length ?? 0);

  const statistics = {
    autoCorrelograms: table(await results.floats('auto_corr'), 'auto_corr.npy'),
    isiHistograms: withValues(table(await results.floats('isi'), 'isi.npy')),
    peth: withValues(table((await results.floats('peth')) ?? (await fromData('peth.npy')), 'peth.npy')),
  };

  const data: ReportData = {
    folder,
    dataFolder,
    unitCount,
    clusters,
    clusterCount: clusters.reduce((most, cluster) => Math.max(most, cluster), 0),
    clustersBeforeCuration: perUnit((await results.integers('clustersBeforeCuration'))?.data, 'The clustering'),
    sessions,
    sessionCount,
    leafOrder: perUnit((await results.integers('leafOrder'))?.data, 'The leaf order'),
    locationsUm: perUnit((await results.floats('locations'))?.data, 'locations.npy', 3),
    amplitudes: perUnit((await results.floats('amplitude'))?.data, 'amplitude.npy'),
    peakChannels: perUnit((await results.integers('peak_channels'))?.data, 'peak_channels.npy'),
    shanks,
    curves: unitCurves(statistics, settings),
    channelLocationsUm: (await fromData('channel_locations.npy'))?.data,
    settings,
    groups,
    nearbyPairs: (await results.integers('SimilarityPairs'))?.data,
    matches: await readMatches(results, missing),
    curation: await readCuration(results),
    record,
    seconds: (await results.floats('RunTimeSec'))?.data[0],
    warnings: record?.warnings ?? [],
    missing,
  };
  missing.push(...whatIsMissing(data, statistics, givenDataFolder), ...results.problems);
  return data;
}

function whatIsMissing(
  data: ReportData,
  { autoCorrelograms }: SpikeStatistics,
  givenDataFolder: string | undefined,
): string[] {
  const text: [boolean, string][] = [
    [
      data.dataFolder === undefined,
      givenDataFolder === undefined
        ? 'The folder with the data was not found: waveforms before correction and the channels of the probe are not shown. "dant report RESULT --data FOLDER" tells where it is.'
        : `There is no data in ${givenDataFolder}: waveforms before correction and the channels of the probe are not shown.`,
    ],
    [data.sessions === undefined, 'The session of each unit is not known: what compares sessions is not shown.'],
    [data.locationsUm === undefined, 'locations.npy is missing: positions of units are not shown.'],
    [autoCorrelograms === undefined, 'auto_corr.npy is missing: autocorrelograms are not shown.'],
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

function parseParams(text: string | undefined): DeepSettings | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as DeepSettings);
  } catch {
    return undefined;
  }
}

function findData(folder: string, given: string | undefined, settings: DeepSettings | undefined): string | undefined {
  // A relative path in the settings was relative to a folder that is not known here.
  const written = settings?.path_to_data;
  const places = [...(written !== undefined && isAbsolute(written) ? [written] : []), dirname(resolve(folder))];
  return (given === undefined ? places : [given]).find((place) => existsSync(join(place, 'waveform_all.npy')));
}

async function readSettings(dataFolder: string): Promise<DeepSettings | undefined> {
  return existsSync(join(dataFolder, 'settings.json'))
    ? loadSettings(dataFolder).then(
        ({ settings }) => settings,
        () => undefined,
      )
    : undefined;
}

const withValues = (array: NdArray<Float64Array> | undefined) =>
  array?.data.some((value) => !Number.isNaN(value)) ? array : undefined;

async function readCuration(results: ResultSource): Promise<ReportData['curation']> {
  const pairs = await results.integers('CurationPairs');
  const types = await results.integers('CurationTypes');
  if (!pairs || !types) return [];
  return Array.from(types.data, (type, i) => ({
    units: [pairs.data[2 * i]!, pairs.data[2 * i + 1]!] as [number, number],
    reason: type === 1 ? ('sameSession' as const) : ('lowSimilarity' as const),
  })).filter(({ units: [a, b] }) => a !== b);
}

/** One group, or one per row of the motion of a run per shank. */
async function readGroups(
  results: ResultSource,
  record: RunRecord | undefined,
  settings: DeepSettings | undefined,
  shanks: Int32Array | undefined,
): Promise<TrackedGroup[]> {
  const weights = await results.floats('SimilarityWeights');
  const thresholds = await results.floats('SimilarityThreshold');
  const [constant, linear] = [await results.floats('motion_constant'), await results.floats('motion_linear')];
  const [constantInterval, linearInterval] = [
    await results.floats('motion_constant_interval'),
    await results.floats('motion_linear_interval'),
  ];
  const isPerShank = weights?.shape.length === 2 || constant?.shape.length === 2;
  const count = isPerShank ? (weights?.shape[0] ?? constant!.shape[0]!) : 1;
  const shankIds = [...new Set(shanks)].sort((a, b) => a - b);
  const featureCount = weights?.shape.at(-1) ?? 0;
  const names =
    record?.groups[0]?.features ?? settings?.clustering?.features ?? (await guessFeatures(results, featureCount));
  const row = (array: NdArray<Float64Array> | undefined, g: number) =>
    array?.data.slice((g * array.data.length) / count, ((g + 1) * array.data.length) / count);
  const shankOf = (g: number) => record?.groups[g]?.shank ?? (isPerShank ? (shankIds[g] ?? g + 1) : undefined);
  // Profiles of a run per shank are in the folders of the shanks.
  const profiles = await Promise.all(
    Array.from({ length: count }, (_, g) => readProfile(isPerShank ? results.ofShank(shankOf(g)!) : results)),
  );
  return Array.from({ length: count }, (_, g) => {
    const constantUm = row(constant, g);
    const profile = profiles[g];
    const motion = constantUm && {
      constantUm,
      linear: row(linear, g) ?? new Float64Array(constantUm.length),
      ...(profile?.shiftsUm.length === constantUm.length * (profile?.knotDepthsUm.length ?? NaN) && { profile }),
    };
    const bounds = row(constantInterval, g);
    const linearBounds = row(linearInterval, g);
    const threshold = row(thresholds, g)?.[0];
    return {
      shank: shankOf(g),
      features: Array.from(row(weights, g) ?? [], (weight, f) => ({ name: names[f] ?? `feature ${f + 1}`, weight })),
      threshold: threshold === undefined || Number.isNaN(threshold) ? undefined : threshold,
      motion,
      motionInterval: motion && bounds && intervalOf(bounds, linearBounds),
    };
  });
}

/** Each bound of (S, 2) tables; undefined where both are equal: nothing was estimated. */
function intervalOf(
  constant: Float64Array,
  linear: Float64Array | undefined,
): { low: Motion; high: Motion } | undefined {
  const side = (offset: number): Motion => ({
    constantUm: constant.filter((_, i) => i % 2 === offset),
    linear: linear?.filter((_, i) => i % 2 === offset) ?? new Float64Array(constant.length / 2),
  });
  const [low, high] = [side(0), side(1)];
  return low.constantUm.some((value, s) => value !== high.constantUm[s]) ? { low, high } : undefined;
}

/** The features whose matrices are not zero, if there are as many as weights. */
async function guessFeatures(results: ResultSource, count: number): Promise<string[]> {
  const used: string[] = [];
  for (const name of featureNames) {
    const row = await results.firstRow(similarityFiles[name]);
    if (row?.some((value, j) => j !== 0 && value !== 0)) used.push(name);
  }
  return used.length === count ? used : [];
}

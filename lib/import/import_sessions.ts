import { join } from 'node:path';

import { checkSteering, requireOptions, requireText } from '../arguments.js';
import { DantError } from '../errors.js';
import { makeNewFolder } from '../files/new_folder.js';
import type { RunOptions } from '../native/run.js';
import { importSession } from './import_session.js';
import {
  checkSources,
  completeImportOptions,
  type CompleteImportOptions,
  type ImportOptions,
  type SessionSource,
} from './options.js';
import { filesOfSessions } from './per_session.js';
import { shareEvents } from './peth.js';
import { planImport, type ImportPlan } from './plan.js';
import { sessionsByProbe } from './probes.js';
import type { DatasetOutline } from './write_dataset.js';
import { DatasetsWriter } from './write_datasets.js';

/** What was imported. */
export interface ImportSummary {
  units: number;
  /** Of the only data set; several: units of all */
  unitsPerSession: number[];
  channels: number;
  warnings: string[];
  dataSets: ImportedDataSet[];
}

/** A data folder that was made. */
export interface ImportedDataSet {
  /** Names of the probe and the region, where there are several */
  name: string | undefined;
  folder: string;
  units: number;
  unitsPerSession: number[];
  channels: number;
}

export interface ImportControl extends Omit<RunOptions, 'onProgress'> {
  /** Told the session (from 1) whose recording is read, and the share of all recordings that is done, 0 … 1. */
  onProgress?: ((event: { session: number; sessions: number; fraction: number }) => void) | undefined;
}

/**
 * Makes a data folder of the tracker from sorted sessions, in order of time, and their raw recordings: mean waveforms in µV,
 * sites that the sessions share, spike times, settings, `units.csv` (whose each unit is) and `import.json` (how it was made).
 * Sessions with several probes, and regions, make a data folder for each, in `output`.
 * @param output New or empty; appears whole or not at all.
 * @throws DANT_DATA if something is missing or contradicts something else; DANT_OUTPUT, DANT_ARGUMENT.
 */
export async function importSessions(
  sources: readonly SessionSource[],
  output: string,
  options?: ImportOptions,
  control?: ImportControl,
): Promise<ImportSummary> {
  checkSources(sources);
  requireText('output', output);
  const { onProgress, ...run }: ImportControl = requireOptions('control', control);
  checkSteering({ ...run, onProgress });
  const complete = completeImportOptions(options);
  const dataSets: ImportedDataSet[] = [];
  const warnings: string[] = [];
  await makeNewFolder(output, async (folder) => {
    const plans: { probe: string | undefined; plan: ImportPlan }[] = [];
    for (const { probe, sources: own, folders } of await sessionsByProbe(sources)) {
      const withFiles = withOptionFiles(own, folders, complete);
      plans.push({
        probe,
        plan: await ofProbe(probe, () => planImport(withFiles, complete, { probe, signal: run.signal })),
      });
    }
    const rows = plans.reduce((sum, { plan }) => sum + rowsOf(plan), 0);
    let done = 0;
    for (const { probe, plan } of plans) {
      const imported = await ofProbe(probe, () =>
        importPlan(join(folder, probe ?? ''), plan, complete, {
          ...run,
          onProgress: (session, rowsDone) =>
            onProgress?.({ session, sessions: plan.sessions.length, fraction: (done + rowsDone) / rows }),
        }),
      );
      done += rowsOf(plan);
      warnings.push(...plan.warnings.map((warning) => (probe === undefined ? warning : `${probe}: ${warning}`)));
      for (const { name: region, ...dataSet } of imported) {
        const names = [probe, region].filter((name) => name !== undefined);
        dataSets.push({ ...dataSet, name: names.join('/') || undefined, folder: join(output, ...names) });
      }
    }
  });
  return {
    units: dataSets.reduce((sum, { units }) => sum + units, 0),
    unitsPerSession: summed(dataSets.map(({ unitsPerSession }) => unitsPerSession)),
    channels: Math.max(...dataSets.map(({ channels }) => channels)),
    warnings,
    dataSets,
  };
}

/** The sessions with the files of labels and events that are named for all of them. */
function withOptionFiles(
  sources: readonly SessionSource[],
  folders: readonly (readonly string[])[],
  { labelTables, events }: CompleteImportOptions,
): SessionSource[] {
  const tables = labelTables.length > 0 ? filesOfSessions('--label-table', labelTables, folders) : [];
  const times = events.length > 0 ? filesOfSessions('--events', events, folders) : [];
  return sources.map((source, s) => ({
    ...source,
    labelTable: source.labelTable ?? tables[s],
    events: source.events ?? times[s],
  }));
}

/** Errors of a probe name it, if there are several. */
async function ofProbe<Result>(probe: string | undefined, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    if (probe === undefined || !(error instanceof DantError)) throw error;
    throw new DantError(error.code, `${probe}: ${error.message}`, { cause: error });
  }
}

const rowsOf = ({ sessions }: ImportPlan) => sessions.reduce((sum, { recording }) => sum + recording.rows, 0);

const summed = ([first = [], ...others]: readonly number[][]) =>
  first.map((count, s) => others.reduce((sum, list) => sum + (list[s] ?? 0), count));

/** Imports the sessions of a probe. */
async function importPlan(
  folder: string,
  plan: ImportPlan,
  options: CompleteImportOptions,
  { onProgress, ...run }: Omit<RunOptions, 'onProgress'> & { onProgress: (session: number, rowsDone: number) => void },
): Promise<Omit<ImportedDataSet, 'folder'>[]> {
  const writer = await DatasetsWriter.create(folder, outlineOf(plan, options), plan.regions);
  try {
    let done = 0;
    for (const [s, session] of plan.sessions.entries()) {
      const { rows } = session.recording;
      const units = await importSession(plan, s, options, {
        ...run,
        onProgress: (share) => {
          onProgress(s + 1, done + share * rows);
        },
      });
      await writer.add(
        s,
        units.filter(({ amplitudeUv }) => amplitudeUv >= options.minAmplitudeUv),
      );
      done += rows;
    }
    return await writer.finish();
  } finally {
    await writer.close();
  }
}

function outlineOf(
  { sessions, sites, geometry, peth, warnings }: ImportPlan,
  options: CompleteImportOptions,
): DatasetOutline {
  return {
    sites,
    geometry,
    warnings,
    options,
    halves: options.halves,
    peth: peth && {
      types: peth.types,
      bins: peth.bins,
      length: peth.length,
      isShared: shareEvents(sessions.map(({ events }) => events)),
    },
    sessions: sessions.map(({ folder, sorting, recording, labels, part, events, templates }) => ({
      folder,
      date: part ? undefined : recording.date,
      durationS: recording.rows / recording.sampleRateHz,
      record: {
        recording: recording.files,
        waveforms: templates ? 'templates of Kilosort 4' : 'means of the recording',
        firstRow: part?.begin ?? 0,
        rows: recording.rows,
        columns: recording.columns,
        sampleRateHz: recording.sampleRateHz,
        probe: recording.probe ?? null,
        serialNumber: recording.serialNumber ?? null,
        filteredBefore: recording.isFiltered,
        sortedChannels: sorting.channelMap.length,
        clustersByLabel: labels,
        events: Object.fromEntries([...(events ?? [])].map(([type, times]) => [type, times.length])),
      },
    })),
  };
}

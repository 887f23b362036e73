import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { DantError } from '../errors.js';
import { packageVersion } from '../native/package_folder.js';
import { systemOutputError } from '../files/file_error.js';
import { importSessions } from '../import/import_sessions.js';
import { datasetFiles } from '../import/write_dataset.js';
import { motionAt } from '../recording/motion.js';
import { runTracking, type RunOutcome } from '../run/run.js';
import { completeSettings, type Settings } from '../settings/index.js';
import { inputHash } from './inputs.js';
import { lockFolder, type Lock } from './lock.js';
import { describe } from './study_file.js';
import type { Study, StudyRecording } from './study.js';
import { placesOf, readState, writeState, type MadeFrom, type TaskFacts, type TaskState } from './task_state.js';

/** Whether a recording has something to be done, and why. */
export type Need = { kind: 'nothing' } | { kind: 'import'; why: string } | { kind: 'track'; why: string };

export interface TaskOptions {
  /** Threads, where the settings leave it open */
  threads?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Told what is done and how far it is, 0 … 1. */
  onProgress?: ((event: { step: string; fraction: number }) => void) | undefined;
}

/**
 * What has to be done to a recording: nothing if its result was made from these inputs and settings with this version.
 * @throws DANT_DATA if an input is missing
 */
export async function needOf(study: Study, recording: StudyRecording): Promise<Need> {
  const { folder, data, result } = placesOf(study, recording);
  const state = await readState(folder);
  const made = state?.madeFrom;
  const now = await madeFromNow(study, recording);
  if (recording.input.kind === 'sessions') {
    const had = state?.importedFrom;
    if (!had || !existsSync(join(data, 'import.json'))) return { kind: 'import', why: state ? 'not finished' : 'new' };
    if (had.inputs !== now.inputs) return { kind: 'import', why: 'the sessions or their files have changed' };
    if (had.version !== now.version) return { kind: 'import', why: `imported by version ${had.version}` };
  }
  if (!made) return { kind: 'track', why: state ? 'not finished' : 'new' };
  if (made.inputs !== now.inputs) return { kind: 'track', why: 'the data have changed' };
  if (made.version !== now.version) return { kind: 'track', why: `tracked by version ${made.version}` };
  if (made.settings !== now.settings) return { kind: 'track', why: 'the settings have changed' };
  if (!existsSync(join(result, 'run.json'))) return { kind: 'track', why: 'the result is gone' };
  return state.status === 'done' ? { kind: 'nothing' } : { kind: 'track', why: 'not finished' };
}

/**
 * Imports and tracks a recording as far as it is needed, and notes how that went in its folder.
 * @returns The state; undefined if there was nothing to be done.
 * @throws DANT_OUTPUT if another process is at it or the state cannot be written; the signal's reason when aborted
 */
export async function doTask(
  study: Study,
  recording: StudyRecording,
  options: TaskOptions = {},
): Promise<TaskState | undefined> {
  const places = placesOf(study, recording);
  const lock = await takeLock(places.folder, recording);
  try {
    const before = await readState(places.folder);
    refuseOther(study, before, places.folder);
    const state = begun(study, recording, before);
    return await attempt(study, recording, state, options);
  } finally {
    await lock.release();
  }
}

/**
 * Notes that the process which worked on a recording was killed.
 * @returns How often that has happened since its last success
 */
export async function noteKill(study: Study, recording: StudyRecording, why: string): Promise<number> {
  const { folder } = placesOf(study, recording);
  const lock = await takeLock(folder, recording);
  try {
    const before = await readState(folder);
    const state = begun(study, recording, before);
    const kills = state.kills + 1;
    const { started, ended } = { started: before?.started ?? state.started, ended: new Date().toISOString() };
    await writeState(folder, { ...state, status: 'failed', error: why, kills, started, ended });
    return kills;
  } finally {
    await lock.release();
  }
}

/** The state of a recording that is being worked on. */
function begun(study: Study, { animal, probe, region }: StudyRecording, before: TaskState | undefined): TaskState {
  return {
    status: 'running',
    study: study.file,
    animal,
    probe: probe ?? null,
    region: region ?? null,
    ...(before?.importedFrom && { importedFrom: before.importedFrom }),
    ...(before?.madeFrom && { madeFrom: before.madeFrom }),
    ...(before?.facts && { facts: before.facts }),
    kills: before?.kills ?? 0,
    started: new Date().toISOString(),
  };
}

async function takeLock(folder: string, recording: StudyRecording): Promise<Lock> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw systemOutputError(folder, error);
  }
  const lock = await lockFolder(folder);
  if ('release' in lock) return lock;
  throw new DantError(
    'DANT_OUTPUT',
    `${describe(recording)}: another batch is at work on it (process ${lock.pid} on ${lock.host || 'another computer'}).`,
  );
}

async function attempt(
  study: Study,
  recording: StudyRecording,
  state: TaskState,
  options: TaskOptions,
): Promise<TaskState | undefined> {
  const { folder } = placesOf(study, recording);
  const start = performance.now();
  const end = async (ended: Partial<TaskState>) => {
    const done = { ...state, ended: new Date().toISOString(), ...ended };
    await writeState(folder, done);
    return done;
  };
  try {
    const need = await needOf(study, recording);
    if (need.kind === 'nothing') return undefined;
    await writeState(folder, state);
    const warnings = need.kind === 'import' ? await importRecording(study, recording, options) : undefined;
    const madeFrom = await madeFromNow(study, recording);
    if (warnings) {
      state.importedFrom = { ...madeFrom, warnings };
      await writeState(folder, state);
    }
    const outcome = await trackRecording(study, recording, options);
    const seconds = (performance.now() - start) / 1000;
    return await end({
      status: 'done',
      madeFrom,
      kills: 0,
      facts: factsOf(outcome, [...(state.importedFrom?.warnings ?? []), ...outcome.warnings], seconds),
    });
  } catch (error) {
    if (options.signal?.aborted) {
      // As if it had not begun: the next batch goes on here.
      await end({ status: 'failed', error: 'stopped before it was done' });
      throw error;
    }
    const { message } = error as Error;
    const inside = error instanceof DantError ? message : `${message} (a mistake in node-dant; please report it)`;
    return end({ status: 'failed', error: inside });
  }
}

/** Imports into a new folder, which takes the place of the earlier one when it is whole. */
async function importRecording(
  study: Study,
  recording: StudyRecording,
  { signal, onProgress }: TaskOptions,
): Promise<string[]> {
  const { input } = recording;
  if (input.kind === 'data') return [];
  const { data } = placesOf(study, recording);
  const next = `${data}.next`;
  await rm(next, { recursive: true, force: true }); // left by a process that was killed
  const { warnings, dataSets } = await importSessions(input.sessions, next, input.options, {
    signal,
    onProgress: ({ session, fraction }) =>
      onProgress?.({ step: `importing session ${session} of ${input.sessions.length}`, fraction }),
  });
  if (dataSets.length > 1) {
    await rm(next, { recursive: true });
    throw new DantError(
      'DANT_DATA',
      `the sessions hold several probes (${dataSets.map(({ name }) => name).join(', ')}). Make each a recording of its own in the study, ` +
        'with the folders of that probe alone.',
    );
  }
  if (existsSync(data)) await retire(data);
  await rename(next, data);
  return warnings;
}

/** Removes an earlier import; if somebody has put something of his own there, it is kept beside. */
async function retire(data: string): Promise<void> {
  const isOurs = (await readdir(data)).every((name) => datasetFiles.has(name));
  if (isOurs) return rm(data, { recursive: true });
  for (let n = 1; ; n++) {
    const aside = `${data}.previous-${n}`;
    if (existsSync(aside)) continue;
    return rename(data, aside);
  }
}

function trackRecording(
  study: Study,
  recording: StudyRecording,
  { threads, signal, onProgress }: TaskOptions,
): Promise<RunOutcome> {
  const { data, result } = placesOf(study, recording);
  const { settings, warnings } = completeSettings(recording.settings);
  const complete: Settings = { ...settings, path_to_data: data, output_folder: result };
  if (recording.settings.n_jobs === undefined && threads !== undefined) complete.n_jobs = threads;
  return runTracking(complete, {
    overwrite: true,
    warnings,
    ...(signal && { signal }),
    onProgress: ({ stage, fraction }) => onProgress?.({ step: `tracking: ${stage}`, fraction }),
  });
}

function factsOf({ result }: RunOutcome, warnings: readonly string[], seconds: number): TaskFacts {
  const { clusters, clusterCount, groups, features } = result;
  const sessions = groups[0]?.motion.constantUm.length ?? 0;
  const followed = new Array<number>(sessions + 1).fill(0);
  const seen = Array.from({ length: clusterCount + 1 }, () => 0);
  for (const cluster of clusters) if (cluster > 0) seen[cluster]!++;
  for (const count of seen.slice(1)) followed[count] = (followed[count] ?? 0) + 1;
  const motions = groups.flatMap(({ motion, units }) => {
    const depths = Array.from(units, (unit) => features.locationsUm[3 * unit + 1]!);
    const middle = depths.sort((a, b) => a - b)[Math.floor(depths.length / 2)];
    return middle === undefined ? [] : Array.from(motion.constantUm, (_, s) => motionAt(motion, s + 1, middle));
  });
  const pairs = groups.flatMap((group) =>
    group.method === 'probabilistic' && !Number.isNaN(group.model.falsePositiveRate)
      ? [group.model.falsePositiveRate]
      : [],
  );
  return {
    units: clusters.length,
    sessions,
    neurons: clusterCount,
    matchedUnits: clusters.filter((cluster) => cluster > 0).length,
    followed,
    motionUm: motions.length === 0 ? null : [Math.min(...motions), Math.max(...motions)],
    falsePositiveRate: pairs.length === 0 ? null : Math.max(...pairs),
    warnings,
    seconds,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

async function madeFromNow(study: Study, recording: StudyRecording): Promise<MadeFrom> {
  return {
    inputs: await inputHash(recording.input, placesOf(study, recording).data),
    settings: settingsHash(recording),
    version: packageVersion,
  };
}

/** Of the settings as they are used; defaults that a version changes count too. */
function settingsHash({ settings }: StudyRecording): string {
  const { n_jobs: _, ...used } = completeSettings(settings).settings;
  return createHash('sha256').update(JSON.stringify(used)).digest('hex');
}

function refuseOther(study: Study, before: TaskState | undefined, folder: string): void {
  if (before === undefined || before.study === study.file || !existsSync(before.study)) return;
  throw new DantError(
    'DANT_OUTPUT',
    `${folder} belongs to another study, ${before.study}. Give each study an "output" of its own.`,
  );
}

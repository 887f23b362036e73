import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { DantError } from '../errors.js';
import { importFile } from '../import/units_table.js';
import { packageVersion } from '../native/package_folder.js';
import { completeSettings } from '../settings/index.js';
import { mostKills, neededMemory, tooLittle } from './estimate.js';
import { importRecording, removeLeftovers } from './import_recording.js';
import { inputHash } from './inputs.js';
import { takeLock } from './lock.js';
import { describe, type Study, type StudyRecording } from './study.js';
import { placesOf, readState, writeState, type MadeFrom, type TaskState } from './task_state.js';
import { trackRecording } from './track_recording.js';

/** Whether a recording has something to be done, and why. */
export type Need = { kind: 'nothing' } | { kind: 'import'; why: string } | { kind: 'track'; why: string };

export interface TaskOptions {
  /** What the process may take, bytes. Once it is known that tracking needs more, that is left to another try. */
  memoryBytes?: number | undefined;
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
  if (recording.source.folder === undefined) {
    const had = state?.importedFrom;
    if (!had || !existsSync(join(data, importFile))) return { kind: 'import', why: state ? 'not finished' : 'new' };
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
  const lock = await takeLock(places.folder, busy(recording));
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
 * @returns The state, which says whether it is to be tried again
 */
export async function noteKill(study: Study, recording: StudyRecording, why: string): Promise<TaskState> {
  const { folder } = placesOf(study, recording);
  const lock = await takeLock(folder, busy(recording));
  try {
    const before = await readState(folder);
    const state = begun(study, recording, before);
    const kills = state.kills + 1;
    const after: TaskState = {
      ...state,
      ...{ status: 'failed', error: why, kills },
      ...(kills <= mostKills && { retry: true }),
      ...{ started: before?.started ?? state.started, ended: new Date().toISOString() },
    };
    await writeState(folder, after);
    return after;
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

const busy = (recording: StudyRecording) => `${describe(recording)}: another batch is at work on it`;

async function attempt(
  study: Study,
  recording: StudyRecording,
  state: TaskState,
  { memoryBytes, threads, signal, onProgress }: TaskOptions,
): Promise<TaskState | undefined> {
  const { folder, data, result } = placesOf(study, recording);
  const { source } = recording;
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
    if (source.folder === undefined) await removeLeftovers(data);
    if (need.kind === 'import' && source.folder === undefined) {
      const warnings = await importRecording(source, recording, data, {
        signal,
        onProgress: ({ session, sessions, fraction }) =>
          onProgress?.({ step: `importing session ${session} of ${sessions}`, fraction }),
      });
      state.importedFrom = { ...(await madeFromNow(study, recording)), warnings };
      await writeState(folder, state);
    }
    const madeFrom = need.kind === 'import' ? state.importedFrom! : await madeFromNow(study, recording);
    const needed = await neededMemory(recording, data, { isImport: false, kills: state.kills });
    if (memoryBytes !== undefined && needed > memoryBytes) {
      return await end({ status: 'failed', error: tooLittle(needed, memoryBytes), retry: true });
    }
    const { warnings, ...facts } = await trackRecording(recording, data, result, { threads, signal, onProgress });
    const { inputs, settings, version } = madeFrom;
    return await end({
      status: 'done',
      madeFrom: { inputs, settings, version },
      kills: 0,
      facts: {
        ...facts,
        warnings: [...(state.importedFrom?.warnings ?? []), ...warnings],
        seconds: (performance.now() - start) / 1000,
        peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      },
    });
  } catch (error) {
    if (signal?.aborted) {
      // As if it had not begun: the next batch goes on here.
      await end({ status: 'failed', error: 'stopped before it was done' });
      throw error;
    }
    const { message } = error as Error;
    const inside = error instanceof DantError ? message : `${message} (a mistake in node-dant; please report it)`;
    return end({ status: 'failed', error: inside });
  }
}

async function madeFromNow(study: Study, recording: StudyRecording): Promise<MadeFrom> {
  return {
    inputs: await inputHash(recording, placesOf(study, recording).data),
    settings: settingsHash(recording),
    version: packageVersion,
  };
}

/** Of the settings as they are used; defaults that a version changes count too. */
function settingsHash({ settings, evidence }: StudyRecording): string {
  const { n_jobs: _, ...used } = completeSettings(settings).settings;
  return createHash('sha256')
    .update(JSON.stringify([used, evidence]))
    .digest('hex');
}

function refuseOther(study: Study, before: TaskState | undefined, folder: string): void {
  if (before === undefined || before.study === study.file || !existsSync(before.study)) return;
  throw new DantError(
    'DANT_OUTPUT',
    `${folder} belongs to another study, ${before.study}. Give each study an "output" of its own.`,
  );
}

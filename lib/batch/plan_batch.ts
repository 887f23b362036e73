import { existsSync } from 'node:fs';

import { DantError } from '../errors.js';
import { neededMemory } from './estimate.js';
import { isLocked } from './lock.js';
import type { Study, StudyRecording } from './study.js';
import { needOf } from './task.js';
import { placesOf, readState, type TaskState } from './task_state.js';

/** What will be done to a recording. */
export type Plan =
  | { kind: 'nothing' }
  | { kind: 'import' | 'track'; why: string; memoryBytes: number }
  /** It cannot be begun. */
  | { kind: 'impossible'; why: string };

/** What has to be done to each recording of a study, and what it needs. Nothing is changed. */
export async function planBatch(study: Study, only = study.recordings): Promise<Map<StudyRecording, Plan>> {
  const plans = new Map<StudyRecording, Plan>();
  for (const recording of only) plans.set(recording, await planOf(study, recording));
  return plans;
}

async function planOf(study: Study, recording: StudyRecording): Promise<Plan> {
  const places = placesOf(study, recording);
  try {
    const need = await needOf(study, recording);
    if (need.kind === 'nothing') return need;
    const kills = (await readState(places.folder))?.kills ?? 0;
    const isImport = need.kind === 'import';
    return { ...need, memoryBytes: await neededMemory(recording, places.data, { isImport, kills }) };
  } catch (error) {
    if (!(error instanceof DantError)) throw error;
    return { kind: 'impossible', why: error.message };
  }
}

/** How a study stands, without changing anything. */
export type Standing =
  | { kind: 'running'; state: TaskState | undefined }
  | { kind: 'waiting'; state: TaskState | undefined }
  | { kind: 'failed'; why: string; state: TaskState | undefined }
  | { kind: 'done'; state: TaskState };

/** How each recording of a study stands. */
export async function standings(study: Study): Promise<Map<StudyRecording, Standing>> {
  const result = new Map<StudyRecording, Standing>();
  for (const recording of study.recordings) result.set(recording, await standingOf(study, recording));
  return result;
}

async function standingOf(study: Study, recording: StudyRecording): Promise<Standing> {
  const { folder } = placesOf(study, recording);
  const state = await readState(folder);
  if (existsSync(folder) && (await isLocked(folder))) return { kind: 'running', state };
  const plan = await planOf(study, recording);
  if (plan.kind === 'nothing') return { kind: 'done', state: state! };
  if (plan.kind === 'impossible') return { kind: 'failed', why: plan.why, state };
  if (state?.status === 'failed' && state.error) return { kind: 'failed', why: state.error, state };
  return { kind: 'waiting', state };
}

import { availableParallelism, totalmem } from 'node:os';

import { abortError } from '../errors.js';
import { tooLittle } from './estimate.js';
import { clearAbandonedLock } from './lock.js';
import { planBatch, type Plan } from './plan_batch.js';
import type { Study, StudyRecording } from './study.js';
import { placesOf, type TaskState } from './task_state.js';
import { runWorker } from './worker_process.js';

export interface BatchOptions {
  /** The recordings to look at; default: all of the study */
  only?: StudyRecording[] | undefined;
  /** Recordings at once; default: one for each four processors */
  jobs?: number | undefined;
  /** Memory that all jobs may need together, bytes; default: four fifths of the computer's */
  memoryBytes?: number | undefined;
  signal?: AbortSignal | undefined;
  onEvent?: ((event: BatchEvent) => void) | undefined;
}

/** What happens in a batch. */
export type BatchEvent =
  | { kind: 'planned'; recording: StudyRecording; plan: Plan }
  | { kind: 'started'; recording: StudyRecording }
  | { kind: 'progress'; recording: StudyRecording; step: string; fraction: number }
  | { kind: 'ended'; recording: StudyRecording; outcome: Outcome; seconds: number };

export type Outcome =
  | { kind: 'unchanged' }
  | { kind: 'done'; state: TaskState }
  /** `isRetried`: with more memory it may go better. */
  | { kind: 'failed'; why: string; isRetried?: boolean | undefined };

/**
 * Imports and tracks the recordings of a study that are new or have changed, each in a process of its own. One that fails does
 * not stop the others; one that is killed is tried once more with twice the memory. Nothing is started that does not fit.
 * @returns How each recording ended
 * @throws The signal's reason when aborted, after all processes have ended; what was done is kept.
 */
export async function runBatch(study: Study, options: BatchOptions = {}): Promise<Map<StudyRecording, Outcome>> {
  const jobs = options.jobs ?? Math.max(1, Math.floor(availableParallelism() / 4));
  const memoryBytes = options.memoryBytes ?? 0.8 * totalMemory();
  const threads = Math.max(1, Math.floor(availableParallelism() / jobs));
  const { signal, onEvent } = options;
  const outcomes = new Map<StudyRecording, Outcome>();
  const waiting: Waiting[] = [];
  const end = (recording: StudyRecording, outcome: Outcome, seconds = 0) => {
    outcomes.set(recording, outcome);
    onEvent?.({ kind: 'ended', recording, outcome, seconds });
  };
  for (const [recording, plan] of await planBatch(study, options.only)) {
    onEvent?.({ kind: 'planned', recording, plan });
    if (plan.kind === 'nothing') {
      await clearAbandonedLock(placesOf(study, recording).folder);
      end(recording, { kind: 'unchanged' });
    } else if (plan.kind === 'impossible') end(recording, { kind: 'failed', why: plan.why });
    else waiting.push({ recording, memoryBytes: plan.memoryBytes });
  }
  // The large ones first: a small one may fill what is left, and none of them is last and alone.
  waiting.sort((a, b) => b.memoryBytes - a.memoryBytes);
  const running = new Map<Promise<void>, number>();
  while ((waiting.length > 0 && !signal?.aborted) || running.size > 0) {
    const free = memoryBytes - [...running.values()].reduce((sum, bytes) => sum + bytes, 0);
    const next = running.size < jobs && !signal?.aborted ? waiting.findIndex((task) => task.memoryBytes <= free) : -1;
    if (next >= 0) {
      const [task] = waiting.splice(next, 1) as [Waiting];
      const job: Promise<void> = work(task).finally(() => running.delete(job));
      running.set(job, task.memoryBytes);
    } else if (running.size > 0) await Promise.race(running.keys());
    else {
      for (const task of waiting.splice(0))
        end(task.recording, { kind: 'failed', why: `${tooLittle(task.memoryBytes, memoryBytes)} ${advice}` });
    }
  }
  if (signal?.aborted) throw abortError(signal);
  return outcomes;

  async function work(task: Waiting): Promise<void> {
    const { recording } = task;
    const start = performance.now();
    onEvent?.({ kind: 'started', recording });
    const outcome = await runWorker(study, recording, { threads, memoryBytes: task.memoryBytes, signal, onEvent });
    if (outcome.kind === 'failed' && outcome.isRetried && !signal?.aborted) {
      const plan = (await planBatch(study, [recording])).get(recording);
      if (plan && 'memoryBytes' in plan) {
        waiting.unshift({ recording, memoryBytes: plan.memoryBytes });
        return;
      }
    }
    end(recording, outcome, (performance.now() - start) / 1000);
  }
}

interface Waiting {
  recording: StudyRecording;
  memoryBytes: number;
}

/** Of the computer, or of the container that this runs in. */
function totalMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

const advice = 'Raise --memory, or use a larger computer.';

import { availableParallelism, totalmem } from 'node:os';

import { abortError } from '../errors.js';
import { mostKills, planBatch, type Plan } from './plan_batch.js';
import type { Study, StudyRecording } from './study.js';
import { noteKill } from './task.js';
import type { TaskState } from './task_state.js';
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

export type Outcome = { kind: 'unchanged' } | { kind: 'done'; state: TaskState } | { kind: 'failed'; why: string };

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
  const waiting: { recording: StudyRecording; memoryBytes: number }[] = [];
  const end = (recording: StudyRecording, outcome: Outcome, seconds = 0) => {
    outcomes.set(recording, outcome);
    onEvent?.({ kind: 'ended', recording, outcome, seconds });
  };
  for (const [recording, plan] of await planBatch(study, options.only)) {
    onEvent?.({ kind: 'planned', recording, plan });
    if (plan.kind === 'nothing') end(recording, { kind: 'unchanged' });
    else if (plan.kind === 'impossible') end(recording, { kind: 'failed', why: plan.why });
    else waiting.push({ recording, memoryBytes: plan.memoryBytes });
  }
  // The large ones first: a small one may fill what is left, and none of them is last and alone.
  waiting.sort((a, b) => b.memoryBytes - a.memoryBytes);
  const running = new Map<Promise<void>, number>();
  while ((waiting.length > 0 && !signal?.aborted) || running.size > 0) {
    const free = memoryBytes - [...running.values()].reduce((sum, bytes) => sum + bytes, 0);
    const next = running.size < jobs && !signal?.aborted ? waiting.findIndex((task) => task.memoryBytes <= free) : -1;
    if (next >= 0) {
      const [task] = waiting.splice(next, 1) as [(typeof waiting)[number]];
      const job: Promise<void> = work(task).finally(() => running.delete(job));
      running.set(job, task.memoryBytes);
    } else if (running.size > 0) await Promise.race(running.keys());
    else {
      for (const task of waiting.splice(0))
        end(task.recording, { kind: 'failed', why: tooLarge(task.memoryBytes, memoryBytes) });
    }
  }
  if (signal?.aborted) throw abortError(signal);
  return outcomes;

  async function work(task: (typeof waiting)[number]): Promise<void> {
    const { recording } = task;
    const start = performance.now();
    onEvent?.({ kind: 'started', recording });
    const outcome = await runWorker(study, recording, { threads, signal, onEvent });
    if (outcome.kind === 'killed') {
      const kills = await noteKill(study, recording, outcome.why);
      if (kills <= mostKills && !signal?.aborted) {
        waiting.unshift({ recording, memoryBytes: 2 * task.memoryBytes });
        return;
      }
      end(recording, { kind: 'failed', why: outcome.why }, (performance.now() - start) / 1000);
      return;
    }
    end(recording, outcome, (performance.now() - start) / 1000);
  }
}

/** Of the computer, or of the container that this runs in. */
function totalMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

const tooLarge = (needed: number, allowed: number) =>
  `needs about ${gb(needed)} of memory, more than the ${gb(allowed)} that the batch may use. Raise --memory, or use a larger computer.`;

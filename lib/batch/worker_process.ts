import { fork, type ChildProcess } from 'node:child_process';

import type { BatchOptions, Outcome } from './run_batch.js';
import type { Study, StudyRecording } from './study.js';
import { noteKill } from './task.js';
import type { TaskState } from './task_state.js';
import type { WorkerMessage } from './worker.js';

// Also from the bundle of the command, and from the sources in a test
const workerFile = new URL('../../dist/batch/worker.js', import.meta.url);

interface WorkerControl extends Pick<BatchOptions, 'signal' | 'onEvent'> {
  threads: number;
  /** What it may take; undefined: as it comes */
  memoryBytes: number | undefined;
}

/** Does one recording in a process of its own, and notes it if that is killed. */
export async function runWorker(study: Study, recording: StudyRecording, control: WorkerControl): Promise<Outcome> {
  const outcome = await fromProcess(study, recording, control);
  if (outcome.kind !== 'killed') return outcome;
  const { retry } = await noteKill(study, recording, outcome.why);
  return { kind: 'failed', why: outcome.why, isRetried: retry };
}

function fromProcess(
  study: Study,
  recording: StudyRecording,
  { threads, memoryBytes, signal, onEvent }: WorkerControl,
): Promise<Outcome | { kind: 'killed'; why: string }> {
  return new Promise((resolve) => {
    const args = [study.file, recording.id, String(threads), String(memoryBytes ?? '')];
    const child: ChildProcess = fork(workerFile, args, { execArgv: [] });
    let last: Outcome | undefined;
    const stop = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    child.on('message', (message: WorkerMessage) => {
      if (message.kind === 'progress') onEvent?.({ recording, ...message });
      else if (message.kind === 'error') last = { kind: 'failed', why: message.message };
      else last = outcomeOf(message.state);
    });
    child.on('error', (error) => {
      last = { kind: 'failed', why: `its process could not be started: ${error.message}` };
    });
    child.on('close', (code, endedBy) => {
      signal?.removeEventListener('abort', stop);
      if (last) resolve(last);
      else if (signal?.aborted) resolve({ kind: 'failed', why: 'stopped before it was done' });
      else if (endedBy === 'SIGKILL' || endedBy === 'SIGABRT') {
        resolve({ kind: 'killed', why: 'its process was killed, most likely because memory ran out' });
      } else resolve({ kind: 'failed', why: `its process ended without a word (${endedBy ?? `exit code ${code}`})` });
    });
  });
}

function outcomeOf(state: TaskState | undefined): Outcome {
  if (state === undefined) return { kind: 'unchanged' };
  if (state.status === 'done') return { kind: 'done', state };
  return { kind: 'failed', why: state.error ?? 'unknown', isRetried: state.retry };
}

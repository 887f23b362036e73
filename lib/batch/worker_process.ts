import type { BatchOptions, Outcome } from './run_batch.js';
import { runInProcess, withoutWord } from './run_in_process.js';
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

async function fromProcess(
  study: Study,
  recording: StudyRecording,
  { threads, memoryBytes, signal, onEvent }: WorkerControl,
): Promise<Outcome | { kind: 'killed'; why: string }> {
  let last: Outcome | undefined;
  const end = await runInProcess<WorkerMessage>(workerFile, {
    args: [study.file, recording.id, String(threads), String(memoryBytes ?? '')],
    signal,
    onMessage: (message) => {
      if (message.kind === 'progress') onEvent?.({ recording, ...message });
      else if (message.kind === 'error') last = { kind: 'failed', why: message.message };
      else last = outcomeOf(message.state);
    },
  });
  if (end.problem !== undefined) return { kind: 'failed', why: end.problem };
  if (last) return last;
  if (signal?.aborted) return { kind: 'failed', why: 'stopped before it was done' };
  if (end.endedBy === 'SIGKILL' || end.endedBy === 'SIGABRT') {
    return { kind: 'killed', why: 'its process was killed, most likely because memory ran out' };
  }
  return { kind: 'failed', why: withoutWord(end) };
}

function outcomeOf(state: TaskState | undefined): Outcome {
  if (state === undefined) return { kind: 'unchanged' };
  if (state.status === 'done') return { kind: 'done', state };
  return { kind: 'failed', why: state.error ?? 'unknown', isRetried: state.retry };
}

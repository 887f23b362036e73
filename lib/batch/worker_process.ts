import { fork, type ChildProcess } from 'node:child_process';

import type { BatchOptions, Outcome } from './run_batch.js';
import type { Study, StudyRecording } from './study.js';
import type { WorkerMessage } from './worker.js';

// Also from the bundle of the command, and from the sources in a test
const workerFile = new URL('../../dist/batch/worker.js', import.meta.url);

interface WorkerControl extends Pick<BatchOptions, 'signal' | 'onEvent'> {
  threads: number;
}

/** Does one recording in a process of its own. */
export function runWorker(
  study: Study,
  recording: StudyRecording,
  { threads, signal, onEvent }: WorkerControl,
): Promise<Outcome | { kind: 'killed'; why: string }> {
  return new Promise((resolve) => {
    const child: ChildProcess = fork(workerFile, [study.file, recording.id, String(threads)], {
      execArgv: [],
    });
    let last: Outcome | undefined;
    const stop = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    child.on('message', (message: WorkerMessage) => {
      if (message.kind === 'progress') onEvent?.({ recording, ...message });
      else if (message.kind === 'error') last = { kind: 'failed', why: message.message };
      else if (message.state === undefined) last = { kind: 'unchanged' };
      else if (message.state.status === 'done') last = { kind: 'done', state: message.state };
      else last = { kind: 'failed', why: message.state.error ?? 'unknown' };
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

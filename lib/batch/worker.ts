// A process of its own for one recording of a study: its memory is given back when it ends, and one that the system kills
// takes nothing else with it. Arguments: the file of the study, the id of the recording, the number of threads, the bytes
// of memory that it may take or nothing.
import { appendFileSync, mkdirSync } from 'node:fs';

import { asWorker, messageOf } from './as_worker.js';
import { readStudy } from './study_file.js';
import { doTask } from './task.js';
import { placesOf, type TaskState } from './task_state.js';

/** What a worker tells. */
export type WorkerMessage =
  | { kind: 'progress'; step: string; fraction: number }
  /** `state` undefined: there was nothing to be done */
  | { kind: 'end'; state: TaskState | undefined }
  | { kind: 'error'; message: string };

const [file, id, threads, memory] = process.argv.slice(2) as [string, string, string, string];
const { signal, send, end } = asWorker<WorkerMessage>();
let log = (_: string): void => undefined;
try {
  const study = await readStudy(file);
  const recording = study.recordings.find((one) => one.id === id);
  if (!recording) throw new Error(`${file} has no recording ${id} any more.`);
  const { folder, log: logFile } = placesOf(study, recording);
  mkdirSync(folder, { recursive: true });
  log = (text) => {
    try {
      appendFileSync(logFile, `${new Date().toISOString()} ${text}\n`);
    } catch {
      // The disk is full: that is told all the same.
    }
  };
  log('started');
  let last = '';
  const state = await doTask(study, recording, {
    threads: Number(threads),
    memoryBytes: memory === '' ? undefined : Number(memory),
    signal,
    onProgress: ({ step, fraction }) => {
      send({ kind: 'progress', step, fraction });
      if (step !== last) log(step);
      last = step;
    },
  });
  for (const warning of state?.facts?.warnings ?? []) log(`warning: ${warning}`);
  log(state === undefined ? 'nothing has changed' : state.status === 'done' ? 'done' : `failed: ${state.error}`);
  send({ kind: 'end', state });
} catch (error) {
  const message = messageOf(error, signal);
  log(`failed: ${message}`);
  send({ kind: 'error', message });
}
end();

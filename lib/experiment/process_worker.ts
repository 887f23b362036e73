// A process of its own for a session: is sent a `SessionJob`, and tells what it does.
import { asWorker, messageOf } from '../batch/as_worker.js';
import type { SessionJob, WorkerMessage } from './process.js';
import { processSession, type StepEvent } from './process_session.js';

const { signal, send, end } = asWorker<WorkerMessage>();

process.once('message', ({ session, steps, settings }: SessionJob) => {
  const onEvent = (event: StepEvent) => {
    send({ kind: 'event', event });
  };
  processSession(session, steps, settings, { signal, onEvent })
    .catch((error: unknown) => {
      send({ kind: 'error', message: messageOf(error, signal) });
    })
    .finally(end);
});

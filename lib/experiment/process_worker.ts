// A process of its own for a session: is sent a `SessionJob`, and tells what it does.
import { openExperiment, sessionByName } from './folders.js';
import type { SessionJob, WorkerMessage } from './process.js';
import { processSession } from './process_session.js';

const controller = new AbortController();
const stop = () => {
  controller.abort();
};
process.on('SIGINT', () => undefined); // Ctrl-C reaches all processes of a terminal; the parent decides.
process.on('SIGTERM', stop);
process.on('disconnect', stop); // the parent is gone

const send = (message: WorkerMessage) => {
  if (process.connected) process.send!(message);
};

process.once('message', (job: SessionJob) => {
  void work(job).finally(() => {
    if (process.connected) process.disconnect();
  });
});

async function work({ folder, session, options, steps, settings }: SessionJob): Promise<void> {
  try {
    const sessionPattern = options.sessionPattern === undefined ? undefined : new RegExp(options.sessionPattern);
    const experiment = await openExperiment(folder, { ...options, sessionPattern });
    await processSession(sessionByName(experiment, session), steps, settings, {
      signal: controller.signal,
      onEvent: (event) => {
        send({ kind: 'event', event });
      },
    });
  } catch (error) {
    send({
      kind: 'error',
      message: controller.signal.aborted ? 'stopped before it was done' : (error as Error).message,
    });
  }
}

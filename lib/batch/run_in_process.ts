import { fork, type Serializable } from 'node:child_process';

/** How a process of our own ended. */
export interface ProcessEnd {
  /** It could not be started, or not be told what to do */
  problem: string | undefined;
  code: number | null;
  endedBy: NodeJS.Signals | null;
}

export interface ProcessTask<Message> {
  args?: readonly string[];
  /** What it is sent at its start */
  job?: Serializable;
  signal: AbortSignal | undefined;
  onMessage: (message: Message) => void;
}

/**
 * Runs a file of this package in a process of its own, until that has ended. When aborted, the process is told to stop; see `asWorker`.
 * Regular expressions, undefined and objects that are in several places arrive as they are.
 */
export function runInProcess<Message>(
  file: URL,
  { args = [], job, signal, onMessage }: ProcessTask<Message>,
): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    const child = fork(file, args, { execArgv: [], serialization: 'advanced' });
    let problem: string | undefined;
    const stop = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    child.on('message', (message) => {
      onMessage(message as Message);
    });
    child.on('error', (error) => {
      problem = `its process could not be started: ${error.message}`;
    });
    child.on('close', (code, endedBy) => {
      signal?.removeEventListener('abort', stop);
      resolve({ problem, code, endedBy });
    });
    if (job === undefined) return;
    child.send(job, (error) => {
      if (error) problem ??= error.message;
    });
  });
}

export const withoutWord = ({ code, endedBy }: ProcessEnd) =>
  `its process ended without a word (${endedBy ?? `exit code ${code}`})`;

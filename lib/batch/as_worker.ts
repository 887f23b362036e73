/** What a process has that `runInProcess` has started. */
export interface Worker<Message> {
  /** Aborted when the process is told to stop, or the one that started it is gone */
  signal: AbortSignal;
  send: (message: Message) => void;
  /** To be called when everything is told: the process may end. */
  end: () => void;
}

export function asWorker<Message>(): Worker<Message> {
  const controller = new AbortController();
  const stop = () => {
    controller.abort();
  };
  process.on('SIGINT', () => undefined); // Ctrl-C reaches all processes of a terminal; the one that started this decides.
  process.on('SIGTERM', stop);
  process.on('disconnect', stop);
  return {
    signal: controller.signal,
    send: (message) => {
      if (process.connected) process.send!(message);
    },
    end: () => {
      if (process.connected) process.disconnect();
    },
  };
}

/** What is told of an error. */
export const messageOf = (error: unknown, signal: AbortSignal) =>
  signal.aborted ? 'stopped before it was done' : (error as Error).message;

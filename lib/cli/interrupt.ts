/** The reason of an abort by Ctrl-C or by a signal of the system. */
export class Interruption extends Error {
  override readonly name = 'Interruption';

  constructor(readonly exitCode: number) {
    super('interrupted.');
  }
}

/**
 * Cleans up and lets the signal end the process. `process.exit` would wait for reads that are under way, which on a dead
 * network drive never end.
 */
function endAtOnce(signal: string, exitCode: number): void {
  process.emit('exit', exitCode);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * An AbortSignal that Ctrl-C and SIGTERM trigger, with an `Interruption` as its reason. A second one ends the process
 * at once.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const [name, exitCode] of Object.entries(exitCodes)) {
    process.on(name, () => {
      if (controller.signal.aborted) endAtOnce(name, exitCode);
      console.error('dant: stopping; once more stops at once.');
      controller.abort(new Interruption(exitCode));
    });
  }
  return controller.signal;
}

import { checkSteering, requireOptions } from '../arguments.js';
import { DantError, abortError, isMemoryFailure, memoryError, type ErrorCode } from '../errors.js';
import { addon } from './addon.js';
import type { JobControl } from './native.js';

/** How a caller steers a computation. */
export interface RunOptions {
  /** Threads to use; −1 (default): all cores. The result does not depend on it. */
  threads?: number | undefined;
  /** Stops the computation within 100 ms; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called every 100 ms at most with the done share in [0, 1]. */
  onProgress?: ((fraction: number) => void) | undefined;
}

const progressIntervalMs = 100;

/**
 * Calls a native function: `call` gets the addon and the control fields to spread into its arguments.
 * Rejects with a `DantError`, or with the signal's reason when aborted.
 */
export async function runNative<Result>(
  call: (native: typeof addon, control: JobControl) => Promise<Result>,
  options: RunOptions = {},
): Promise<Result> {
  const { threads = -1, signal, onProgress } = requireOptions('options', options);
  checkSteering({ threads, signal, onProgress });
  if (signal?.aborted) throw abortError(signal);
  // The job and this thread both see it, and nobody can take it away.
  const control = new Int32Array(new SharedArrayBuffer(8));
  const abort = () => {
    control[0] = 1;
  };
  signal?.addEventListener('abort', abort, { once: true });
  const timer =
    onProgress &&
    setInterval(() => {
      onProgress(control[1]! / 1e6);
    }, progressIntervalMs);
  try {
    return await call(addon, { threads, control });
  } catch (error) {
    if ((error as { code?: string }).code === 'DANT_ABORTED') throw abortError(signal);
    throw dantError(error);
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** Calls native functions that answer at once. Throws `DantError`s. */
export function callNative<Result>(call: (native: typeof addon) => Result): Result {
  try {
    return call(addon);
  } catch (error) {
    throw dantError(error);
  }
}

function dantError(error: unknown): DantError {
  const { code, message } = error as Error & { code?: string };
  if (isMemoryFailure(error)) {
    return memoryError(code === 'DANT_MEMORY' ? message : 'There is not enough memory for this computation.', error);
  }
  return new DantError(code?.startsWith('DANT_') ? (code as ErrorCode) : 'DANT_INTERNAL', message, { cause: error });
}

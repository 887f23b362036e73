import { checkSteering } from '../arguments.js';
import type { RunOptions } from '../native/run.js';

/** The run of a part of a computation: its progress is that of the whole from `from` to `to`. Throws DANT_ARGUMENT. */
export function partOf(run: RunOptions, from: number, to: number): RunOptions {
  checkSteering(run);
  const { onProgress } = run;
  if (!onProgress) return run;
  return {
    ...run,
    onProgress: (share) => {
      onProgress(from + (to - from) * share);
    },
  };
}

import { expect } from 'vitest';

/** What a computation may still do after an abort: processor time, ms, of all threads of this process. */
const limitMs = 100;

/**
 * Processor time instead of the clock's: on a machine that does something else too, it still is the work that was done.
 * Call it at the abort; the function that it returns expects little work since then, and no long wait.
 */
export function sinceAbort(): (what?: string) => void {
  const [start, used] = [performance.now(), process.cpuUsage()];
  return (what) => {
    const { user, system } = process.cpuUsage(used);
    expect((user + system) / 1000, what).toBeLessThan(limitMs);
    expect(performance.now() - start, what).toBeLessThan(100 * limitMs);
  };
}

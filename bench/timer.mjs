// The timer of the benchmark and of the gate.
import { performance } from 'node:perf_hooks';

/**
 * Seconds that `calls` calls of `run` take, one after the other. By the clock: the shortest of many tries had the core to itself,
 * and processor time is a guess in virtual machines.
 */
export async function secondsOf(run, calls, threads = 1) {
  // What others left in the cache is not the kernel's fault.
  await run(threads);
  const start = performance.now();
  for (let i = 0; i < calls; ++i) await run(threads);
  return (performance.now() - start) / 1000;
}

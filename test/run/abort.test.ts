import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { simulate, track } from '../../lib/index.js';
import type { Stage } from '../../lib/tracking/progress.js';

// Large enough for the heavy stages to take much longer than the limit.
const recording = { neurons: 400, sessions: 10, channels: 96, samples: 48, durationS: 60 };
const untilAbortMs = 10;
const limitMs = 100;
const tries = 3;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dant-abort-'));
  await simulate(join(folder, 'data'), recording);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

type Method = 'reference' | 'probabilistic';

/** Aborts a run shortly after a stage has begun. Resolves to how long it then took to end, ms. */
async function delayOfAbort(method: Method, stage: Stage, isDrawn: boolean): Promise<number> {
  const stop = new AbortController();
  let aborted = 0;
  let seen = false;
  const run = track({
    data: join(folder, 'data'),
    settings: { method, n_jobs: 1, outputs: { figures: isDrawn, report: isDrawn } },
    output: join(folder, 'results'),
    signal: stop.signal,
    onProgress: (event) => {
      if (event.stage !== stage || seen) return;
      seen = true;
      setTimeout(() => {
        aborted = performance.now();
        stop.abort();
      }, untilAbortMs);
    },
  });
  await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  return performance.now() - aborted;
}

const common = ['read', 'features', 'similarity', 'motion', 'clustering', 'leafOrder', 'write'] as const;

const methods = ['reference', 'probabilistic'] as const;

it.each(
  methods.flatMap((method) => [
    ...common.map((stage) => [method, stage, false] as const),
    [method, 'write', true] as const,
    [method, 'report', true] as const,
  ]),
)(
  'a run by the %s method that is aborted in the stage %s ends within 100 ms (drawn: %s)',
  { timeout: 60_000 },
  async (...run) => {
    // The best of a few: other work on the machine can only add to it.
    let best = Infinity;
    for (let i = 0; i < tries && best > limitMs; ++i) best = Math.min(best, await delayOfAbort(...run));
    expect(best).toBeLessThan(limitMs);
    // What was written is removed afterwards.
    await vi.waitFor(async () => {
      expect(await readdir(folder)).toEqual(['data']);
    }, 5000);
  },
);

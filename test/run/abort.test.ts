import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { simulate, track } from '../../lib/index.js';
import type { Stage } from '../../lib/tracking/progress.js';
import { sinceAbort } from '../work.js';

// Large enough for the heavy stages to take much longer than an abort may.
const recording = { neurons: 250, sessions: 8, channels: 96, samples: 48, durationS: 60 };
const untilAbortMs = 10;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dant-abort-'));
  await simulate(join(folder, 'data'), recording);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Method = 'reference' | 'probabilistic';

/** Aborts a run shortly after a stage has begun, and expects little work from then to its end. */
async function abortIn(method: Method, stage: Stage, isDrawn: boolean): Promise<void> {
  const stop = new AbortController();
  let expectLittleWork: (() => void) | undefined;
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
        stop.abort();
        expectLittleWork = sinceAbort();
      }, untilAbortMs);
    },
  });
  await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  expectLittleWork!();
}

const common = ['read', 'features', 'similarity', 'motion', 'clustering', 'leafOrder', 'write'] as const;

const methods = ['reference', 'probabilistic'] as const;

it.each(
  methods.flatMap((method) => [
    ...common.map((stage) => [method, stage, false] as const),
    [method, 'write', true] as const,
    [method, 'report', true] as const,
  ]),
)('a run by the %s method that is aborted in the stage %s ends within 100 ms of work (drawn: %s)', async (...run) => {
  await abortIn(...run);
  // What was written is removed afterwards.
  await vi.waitFor(async () => {
    expect(await readdir(folder)).toEqual(['data']);
  }, 30_000);
});

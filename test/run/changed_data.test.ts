import { truncateSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, vi } from 'vitest';

import { simulate, track } from '../../lib/index.js';

// Elsewhere files are read.
it.runIf(process.platform !== 'win32').each(['reference', 'probabilistic'] as const)(
  'a run by the %s method whose waveforms are taken away says so and leaves nothing behind',
  async (method) => {
    const folder = await mkdtemp(join(tmpdir(), 'dant-changed-'));
    const data = join(folder, 'data');
    // Waveforms of 30 MB: not copied, but used where they are.
    await simulate(data, { neurons: 60, sessions: 6, channels: 384, samples: 64, durationS: 60 });
    let seen = false;
    const run = track({
      data,
      settings: { method, outputs: { figures: false, report: false } },
      output: join(folder, 'results'),
      onProgress: ({ stage }) => {
        if (stage !== 'similarity' || seen) return;
        seen = true;
        truncateSync(join(data, 'waveform_all.npy'), 1000);
      },
    });
    await expect(run).rejects.toMatchObject({
      code: 'DANT_DATA',
      message: expect.stringMatching(/waveform_all\.npy: the file changed while it was in use/) as string,
    });
    await vi.waitFor(async () => {
      expect(await readdir(folder)).toEqual(['data']);
    }, 30_000);
    await rm(folder, { recursive: true });
  },
);

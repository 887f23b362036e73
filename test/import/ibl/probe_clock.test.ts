import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { writeNpy } from '../../../lib/files/npy_writer.js';
import { openOneCache } from '../../../lib/import/ibl/one_cache.js';
import { loadProbeClock } from '../../../lib/import/ibl/probe_clock.js';
import { temporaryFolder } from '../../cli/folder.js';

const folder = temporaryFolder();

async function clockOf(points: number[][], meta?: string) {
  const raw = join(folder.path, 'M1/2024-06-03/001/raw_ephys_data/probe00');
  mkdirSync(raw, { recursive: true });
  const data = Float64Array.from(points.flat());
  const name = `_spikeglx_ephysData_g0_t0.imec0.timestamps.npy`;
  await writeNpy(join(raw, name), { data, shape: [points.length, points[0]!.length] });
  if (meta !== undefined) writeFileSync(join(raw, '_spikeglx_ephysData_g0_t0.imec0.ap.meta'), meta);
  const cache = await openOneCache(folder.path);
  return loadProbeClock(cache, cache.sessions[0]!, 'probe00');
}

it('puts samples and session times together: SciPy’s interp1d with fill_value="extrapolate"', async () => {
  const clock = await clockOf(
    [
      [0, 10.5],
      [30_000, 11.5001],
      [90_000, 13.5],
    ],
    'fileSizeBytes=3\nimSampRate=30000.24\n',
  );
  expect(clock.sampleRateHz).toBe(30_000.24);
  const samples = [-3000, 0, 15_000, 30_000, 60_000, 90_000, 120_000];
  const times = [10.39999, 10.5, 11.00005, 11.5001, 12.50005, 13.5, 14.49995];
  const found = clock.samplesToTimes(samples);
  found.forEach((time, i) => {
    expect(time).toBeCloseTo(times[i]!, 12);
  });
  clock.timesToSamples(found).forEach((sample, i) => {
    expect(sample).toBeCloseTo(samples[i]!, 6);
  });
  expect(() => clock.samplesToTimes([NaN])).toThrow(/NaN/);
});

it('assumes 30 kHz without a .meta file', async () => {
  expect(
    (
      await clockOf([
        [0, 0],
        [3, 1e-4],
      ])
    ).sampleRateHz,
  ).toBe(30_000);
});

it.each([
  [
    'does not ascend',
    [
      [0, 0],
      [5, 1],
      [5, 2],
    ],
    /row 2 does not follow row 1/,
  ],
  ['has one point', [[0, 0]], /found the shape \(1, 2\)/],
  [
    'has no two columns',
    [
      [0, 0, 0],
      [1, 1, 1],
    ],
    /found the shape \(2, 3\)/,
  ],
] as const)('refuses a file that %s', async (_, points, message) => {
  await expect(clockOf(points.map((point) => [...point]))).rejects.toThrow(message);
});

it('says what is missing', async () => {
  mkdirSync(join(folder.path, 'M1/2024-06-03/001'), { recursive: true });
  const cache = await openOneCache(folder.path);
  await expect(loadProbeClock(cache, cache.sessions[0]!, 'probe00')).rejects.toThrow(
    /raw_ephys_data\/probe00: there is no _spikeglx_\*\.timestamps\.npy/,
  );
});

import { setTimeout } from 'node:timers/promises';

import { expect, it } from 'vitest';

import { autoCorrelograms, crossCorrelogram } from '../../lib/features/correlograms.js';
import { gaussianFilter1d } from '../../lib/features/gaussian.js';
import { isiHistograms } from '../../lib/features/isi_histograms.js';
import { locateUnits } from '../../lib/features/locations.js';
import { joinSpikeTrains } from '../../lib/recording/spike_trains.js';
import type { RunOptions } from '../../lib/native/run.js';
import { sinceAbort } from '../work.js';
import { uniform } from './random.js';

const random = uniform(6);
const binning = { windowMs: 300, binWidthMs: 1, gaussianSigmaMs: 5 };
// Hours of work if they ran to the end, or seconds in a single sort.
const crowd = Float64Array.from({ length: 1e6 }, (_, i) => i / 1e4);
const unsorted = Float64Array.from({ length: 2e7 }, () => 1e9 * random());

const jobs: Record<string, (options: RunOptions) => Promise<unknown>> = {
  'an autocorrelogram of one giant train': (options) => autoCorrelograms(joinSpikeTrains([crowd]), binning, options),
  'a cross-correlogram of giant trains': (options) => crossCorrelogram(crowd, crowd, binning, options),
  'the sorting of one giant train': (options) => isiHistograms(joinSpikeTrains([unsorted]), binning, options),
  'the smoothing of one long row': (options) =>
    gaussianFilter1d({ data: new Float64Array(2e6), shape: [2e6] }, 1e5, options),
  'the location of many units': (options) => {
    const locations = Float64Array.from({ length: 200 }, (_, i) => 10 * i);
    const data = new Float32Array(100_000 * 100 * 2);
    const thousand = Float32Array.from({ length: 1000 * 100 * 2 }, random);
    for (let k = 0; k < 100; k++) data.set(thousand, k * thousand.length);
    return locateUnits(
      { waveforms: { data, shape: [100_000, 100, 2] }, channelLocationsUm: { data: locations, shape: [100, 2] } },
      options,
    );
  },
};

it.each(Object.entries(jobs))('%s stops within 100 ms of work', async (_, start) => {
  const stop = new AbortController();
  const job = start({ signal: stop.signal, threads: 1 });
  await Promise.race([setTimeout(150), job]);
  stop.abort();
  const expectLittleWork = sinceAbort();
  await expect(job).rejects.toMatchObject({ name: 'AbortError' });
  expectLittleWork();
});

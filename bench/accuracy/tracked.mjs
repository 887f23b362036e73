// Tracks a data folder with one of this package's methods, as "dant init" and "dant run" would, and nothing drawn.
import { performance } from 'node:perf_hooks';

import { track } from '../../dist/index.js';

export const ownMethods = ['probabilistic', 'reference'];

/** What units are compared by when spike times are to judge the matches. */
const withoutSpikeTimes = {
  probabilistic: { matching: { features: ['AlignedWaveform', 'Location', 'Amplitude'] } },
  reference: { motionEstimation: { features: [['Waveform']] }, clustering: { features: ['Waveform'] } },
};
const withSpikeTimes = { motionEstimation: { features: [['Waveform', 'AutoCorr']] } };

/** Resolves to the seconds it took. */
export async function trackFolder(data, output, method, { useSpikeTimes = true } = {}) {
  const start = performance.now();
  const settings = {
    method,
    ...(useSpikeTimes ? withSpikeTimes : withoutSpikeTimes[method]),
    save_intermediate_results: false,
    outputs: { figures: false, report: false },
  };
  await track({ data, output, settings });
  return (performance.now() - start) / 1000;
}

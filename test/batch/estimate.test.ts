import { expect, it } from 'vitest';

import { memoryOf } from '../../lib/batch/estimate.js';

// Largest resident memory (GB) of "dant batch task --threads 2", by either method, on simulated data: docs/batch.md says how.
it.each([
  { units: 160, channels: 96, samples: 48, spikes: 0.2e6, drawn: 0.38, bare: 0.12 },
  { units: 400, channels: 96, samples: 48, spikes: 64.6e6, drawn: 1.5, bare: 1.45 },
  { units: 1000, channels: 384, samples: 61, spikes: 1.5e6, drawn: 0.68, bare: 0.37 },
  { units: 1000, channels: 96, samples: 61, spikes: 1.5e6, drawn: 0.59, bare: 0.25 },
  { units: 2010, channels: 384, samples: 61, spikes: 3.1e6, drawn: 0.85, bare: 0.56 },
  { units: 2000, channels: 384, samples: 128, spikes: 2.9e6, drawn: 1.03, bare: 0.76 },
  { units: 4980, channels: 384, samples: 61, spikes: 7.6e6, drawn: 1.4, bare: 1.28 },
  { units: 4980, channels: 96, samples: 48, spikes: 7.6e6, drawn: 1.76, bare: 1.74 },
  { units: 15_000, channels: 384, samples: 61, spikes: 22.5e6, drawn: 6.23, bare: undefined },
])('the memory for $units units on $channels channels holds, and is at most twice what is needed', (row) => {
  const { drawn, bare, ...size } = row;
  expect(memoryOf(size) / 1e9).toBeGreaterThan(drawn);
  expect(memoryOf(size) / 1e9).toBeLessThan(2 * drawn);
  if (bare === undefined) return;
  expect(memoryOf(size, false) / 1e9).toBeGreaterThan(bare);
  expect(memoryOf(size, false) / 1e9).toBeLessThan(2 * bare);
});

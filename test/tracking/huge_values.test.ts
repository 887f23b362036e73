import { expect, it } from 'vitest';

import type { UnitFeatures } from '../../lib/features/unit_features.js';
import type { Dataset } from '../../lib/recording/dataset.js';
import { RunContext } from '../../lib/tracking/run_context.js';
import { warnOfSuspiciousUnits } from '../../lib/tracking/suspicious_units.js';

it('calls values that no probe measures what they are, not copies of each other', () => {
  const context = new RunContext({ threads: 1 });
  const features = {
    amplitudes: Float64Array.of(Infinity, Infinity, NaN, 3e38, 100),
    locationsUm: Float64Array.from({ length: 15 }, (_, i) => (i < 12 ? NaN : i)),
    waveforms: { data: Float32Array.from({ length: 20 }, (_, i) => 100 * (i % 2)), shape: [5, 2, 2] },
    peakChannels: new Int32Array(5),
  } as unknown as UnitFeatures;
  warnOfSuspiciousUnits({ channelLocationsUm: Float64Array.of(0, 0, 0, 20) } as Dataset, features, context);
  expect(context.warnings).toEqual([
    expect.stringContaining('Units 0, 1, 2 and 3: the waveform has values far beyond'),
  ]);
});

import { expect, it } from 'vitest';

import type { UnitFeatures } from '../../lib/features/unit_features.js';
import { RunContext } from '../../lib/tracking/run_context.js';
import { warnOfSuspiciousUnits } from '../../lib/tracking/suspicious_units.js';

it('calls values that no probe measures what they are, not copies of each other', () => {
  const context = new RunContext({ threads: 1 });
  const features = {
    amplitudes: Float64Array.of(Infinity, Infinity, NaN, 3e38, 100),
    locationsUm: Float64Array.from({ length: 15 }, (_, i) => (i < 12 ? NaN : i)),
  } as unknown as UnitFeatures;
  warnOfSuspiciousUnits(features, context);
  expect(context.warnings).toEqual([
    expect.stringContaining('Units 0, 1, 2 and 3: the waveform has values far beyond'),
  ]);
});

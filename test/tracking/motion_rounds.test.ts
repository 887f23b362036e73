import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { readNpy, simulate, track } from '../../lib/index.js';
import { writeNpy } from '../../lib/files/npy_writer.js';
import { temporaryFolder } from '../cli/folder.js';

const folder = temporaryFolder();

it('a round of the motion correction without matches is named, and the rounds after it estimate the motion', async () => {
  const data = join(folder.path, 'data');
  const driftUm = [0, 10, -10];
  await simulate(data, { neurons: 40, sessions: 3, channels: 64, driftUm, durationS: 30, seed: 4 });
  // Responses that say nothing: no unit is like another one.
  const { shape } = await readNpy(join(data, 'peth.npy'));
  rmSync(join(data, 'peth.npy'));
  await writeNpy(join(data, 'peth.npy'), { data: new Float64Array(shape[0]! * shape[1]!), shape });
  const settings = {
    method: 'reference' as const,
    motionEstimation: { features: [['PETH' as const], ['AutoCorr' as const, 'ISI' as const]] },
    outputs: { figures: false, report: false },
  };
  const { warnings, groups } = await track({ data, settings });
  expect(warnings.filter((warning) => warning.includes('motion'))).toEqual([
    'In round 1 of the motion correction no units of different sessions were matched; the probe motion is left as it was before that round.',
  ]);
  const { constantUm } = groups[0]!.motion;
  expect(constantUm[1]! - constantUm[2]!).toBeGreaterThan(15);
});

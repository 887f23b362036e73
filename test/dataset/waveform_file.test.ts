import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { Findings } from '../../lib/dataset/findings.js';
import { readWaveforms } from '../../lib/dataset/waveform_file.js';
import { writeNpy } from '../../lib/index.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dant-waveforms-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Reads waveforms (3, 4, 5), NaN where they are told to be. */
async function read(isMissing: (unit: number, channel: number) => boolean) {
  const path = join(folder, 'waveform_all.npy');
  const data = Float32Array.from({ length: 60 }, (_, i) =>
    isMissing(Math.floor(i / 20), Math.floor(i / 5) % 4) ? NaN : i,
  );
  rmSync(path, { force: true });
  await writeNpy(path, { data, shape: [3, 4, 5] });
  return readWaveforms(path, undefined, new Findings(folder), {});
}

it('names a channel that has no values in any unit', async () => {
  await expect(read((_, channel) => channel === 2)).rejects.toThrow(/Channel 2 is NaN or infinite in every unit/);
  await expect(read((_, channel) => channel > 1)).rejects.toThrow(/Channels 2 and 3 are NaN or infinite in every unit/);
});

it('names the units otherwise', async () => {
  await expect(read((unit, channel) => unit === 1 && channel === 2)).rejects.toThrow(/Unit 1 has NaN/);
  await expect(read(() => true)).rejects.toThrow(/Units 0, 1 and 2 have NaN/);
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readNpz } from '../../lib/files/npz.js';
import { findRecording, findSorterFolder } from '../../lib/import/find_recording.js';
import { hasWindow, meanWaveforms, type MeanWaveforms } from '../../lib/import/mean_waveforms.js';
import { describeRecording } from '../../lib/import/recording.js';
import { readSorting } from '../../lib/import/sorter_folder.js';
import { copyOf, haveFixtures, np1, np2, unpack } from './fixtures.js';

/** What expected.py asks of a spike that it averages. */
const before = 620;
const after = 641;

let temporary: string;
beforeAll(() => {
  temporary = mkdtempSync(join(tmpdir(), 'dant means '));
});
afterAll(() => {
  rmSync(temporary, { recursive: true });
});

/** Means of all clusters of a session, over the spikes that expected.npz has. */
async function meansOf(
  session: string,
  { threads = 2, filtered = false } = {},
): Promise<MeanWaveforms & { n: number[] }> {
  const folder = await findSorterFolder(session);
  const { params, channelMap, units } = await readSorting(folder);
  const { files } = await findRecording(session, folder, params);
  const recording = await describeRecording(files, params, undefined);
  const spikes = units.map((unit) => unit.spikes.filter((t) => t >= before && t + after <= recording.rows));
  const source = await recording.open();
  try {
    const means = await meanWaveforms(
      {
        source,
        channels: channelMap,
        uvPerBit: Float64Array.from(channelMap, (column) => recording.uvPerBit[column]!),
        sampleRateHz: recording.sampleRateHz,
        spikes,
        highPassHz: filtered ? 0 : 300,
      },
      { threads },
    );
    return { ...means, n: spikes.map(({ length }) => length) };
  } finally {
    await source.close();
  }
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
};

describe.skipIf(!haveFixtures).each([
  ['np1-three-days', np1, ['D1', 'D2', 'D3']],
  ['np2-four-shanks', np2, ['D1', 'D2']],
])('mean waveforms of %s', (name, root, days) => {
  it.each(days)('of %s are those of SciPy, filtered as a whole, within 0.01 µV', async (day) => {
    const expected = await readNpz(join(root, 'expected.npz'));
    const array = (key: string) => expected[`${day}_${key}`]!.data as Float32Array;
    const means = await meansOf(join(root, day));
    expect(means.n).toEqual(Array.from(array('n'), Number));
    expect(Array.from(means.shifts)).toEqual(Array.from(array('shift'), Number));
    expect(largestDifference(means.waveforms, array('aligned'))).toBeLessThan(0.001);
  });

  it('are the same bits from the .bin as from the .cbin, and with any number of threads', async () => {
    const copy = copyOf(join(root, 'D1'), join(temporary, name));
    const compressed = await meansOf(copy);
    unpack(join(copy, 'X_g0/X_g0_imec0/X_g0_t0.imec0.ap.cbin'));
    const flat = await meansOf(copy, { threads: 1 });
    expect(flat).toEqual(compressed);
  });
});

describe('hasWindow', () => {
  it('needs 330 samples before a spike and 351 from it on', () => {
    expect([329, 330, 649, 650].map((spike) => hasWindow(spike, 1000))).toEqual([false, true, true, false]);
  });
});

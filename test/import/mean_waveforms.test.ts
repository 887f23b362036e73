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
  { threads = 2, filtered = false, commonMedian = false, halves = false } = {},
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
        commonMedian,
        halves,
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

  it.each(days)('of %s are those of SciPy without the median over the channels, if that is wanted', async (day) => {
    const expected = await readNpz(join(root, 'expected.npz'));
    const median = expected[`${day}_hp_cmr`]!.data as Float32Array;
    const { waveforms, shifts } = await meansOf(join(root, day), { commonMedian: true });
    let compared = 0;
    let largest = 0;
    const size = waveforms.length / shifts.length;
    shifts.forEach((shift, unit) => {
      // Expected are the means around the sorter's spike time.
      for (let at = unit * size; at < (unit + 1) * size; at += 61) {
        for (let t = Math.max(0, -shift); t < Math.min(61, 61 - shift); t++, compared++) {
          largest = Math.max(largest, Math.abs(waveforms[at + t]! - median[at + t + shift]!));
        }
      }
    });
    expect(largest).toBeLessThan(0.002);
    expect(compared).toBeGreaterThan(0.7 * waveforms.length);
  });

  it('of both halves are, weighted by their spikes, that of the whole', async () => {
    const folder = await findSorterFolder(join(root, 'D1'));
    const { units } = await readSorting(folder);
    const { waveforms, halves, n, shifts } = await meansOf(join(root, 'D1'), { halves: true });
    expect({ waveforms, shifts }).toEqual(
      await meansOf(join(root, 'D1')).then((m) => ({ waveforms: m.waveforms, shifts: m.shifts })),
    );
    const size = waveforms.length / n.length;
    const middle = (name.startsWith('np1') ? 4 : 2) * 15_000;
    const weighted = new Float32Array(waveforms.length);
    n.forEach((count, unit) => {
      const first = units[unit]!.spikes.filter((t) => t >= before && t < middle).length;
      for (let i = 0; i < size; i++) {
        const [a, b] = [halves[2 * unit * size + i]!, halves[(2 * unit + 1) * size + i]!];
        weighted[unit * size + i] = (first * a + (count - first) * b) / count;
      }
    });
    expect(largestDifference(weighted, waveforms)).toBeLessThan(1e-3);
  });

  it('are the same bits from the .bin as from the .cbin, and with any number of threads', async () => {
    const copy = copyOf(join(root, 'D1'), join(temporary, name));
    const compressed = await meansOf(copy);
    unpack(join(copy, 'X_g0/X_g0_imec0/X_g0_t0.imec0.ap.cbin'));
    const flat = await meansOf(copy, { threads: 1 });
    expect(flat).toEqual(compressed);
  });
});

describe.skipIf(!haveFixtures)('troughs', () => {
  // SpikeInterface 0.105.3: read_spikeglx, highpass_filter (300 Hz, order 3, float32), templates of all spikes with 620 samples before
  // and 641 behind them; the row of the peak channel and its minimum within 10 samples of the spike time, µV.
  it.each([
    [
      'D1',
      [27, 21, 23, 24, 24, 3, 3, 12],
      [-165.241, -100.842, -200.238, -90.879, -172.997, -137.881, -138.145, -92.668],
    ],
    [
      'D3',
      [26, 4, 13, 21, 22, 25, 22, 25],
      [-170.96, -135.598, -89.444, -97.654, -174.244, -102.988, -169.86, -136.949],
    ],
  ])('of %s are those of SpikeInterface', async (day, peaks, minima) => {
    const { waveforms, peakChannels, shifts } = await meansOf(join(np1, day));
    const channels = waveforms.length / shifts.length / 61;
    // The second cluster is noise.
    const units = Array.from(shifts.keys()).filter((unit) => unit !== 1);
    expect(units.map((unit) => peakChannels[unit])).toEqual(peaks);
    const found = units.map((unit) => waveforms[(unit * channels + peakChannels[unit]!) * 61 + 20]!);
    expect(largestDifference(found, minima)).toBeLessThan(0.001);
  });
});

describe('hasWindow', () => {
  it('needs 330 samples before a spike and 351 from it on', () => {
    expect([329, 330, 649, 650].map((spike) => hasWindow(spike, 1000))).toEqual([false, true, true, false]);
  });
});

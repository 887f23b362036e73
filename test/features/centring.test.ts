import { expect, it } from 'vitest';

import { centreWaveforms } from '../../lib/features/centring.js';
import { deviation } from './deviation.js';
import { uniform } from './random.js';

/** The definition, sample by sample. */
function centre(waveform: number[][]): number[][] {
  const extents = waveform.map((trace) => Math.max(...trace) - Math.min(...trace));
  const peak = waveform[extents.indexOf(Math.max(...extents))]!;
  const samples = peak.length;
  const advance = peak.indexOf(Math.min(...peak)) - (Math.ceil(samples / 2) - 1);
  return waveform.map((trace) => trace.map((_, t) => trace[Math.min(Math.max(t + advance, 0), samples - 1)]!));
}

const random = uniform(5);

it.each([
  [40, 7, 31],
  [40, 7, 32],
  [20, 3, 2],
  [20, 3, 1],
  [20, 1, 9],
])('is the definition for %i units, %i channels, %i samples', async (units, channels, samples) => {
  const data = Float32Array.from({ length: units * channels * samples }, () => Math.floor(20 * random()));
  const before = data.slice();
  const found = await centreWaveforms({ data, shape: [units, channels, samples] });
  const waveforms = Array.from({ length: units }, (_, unit) =>
    Array.from({ length: channels }, (_, c) => [
      ...data.subarray((unit * channels + c) * samples, (unit * channels + c + 1) * samples),
    ]),
  );
  expect(found.data).toBeInstanceOf(Float32Array);
  expect(found.shape).toEqual([units, channels, samples]);
  expect(deviation(found.data, waveforms.map(centre).flat(2))).toBe(0);
  expect(deviation(data, before)).toBe(0);

  const doubles = await centreWaveforms({ data: Float64Array.from(data), shape: [units, channels, samples] });
  expect(doubles.data).toBeInstanceOf(Float64Array);
  expect(deviation(doubles.data, found.data)).toBe(0);
});

it('moves the first of several minima, and repeats the edges', async () => {
  const data = Float64Array.of(5, 1, 2, 1, 9, /* peak: */ 30, 0, 40, 0, 7);
  const { data: found } = await centreWaveforms({ data, shape: [1, 2, 5] });
  expect([...found]).toEqual([5, 5, 1, 2, 1, 30, 30, 0, 40, 0]);
});

it('refuses waveforms that are not finite, and other shapes', async () => {
  const data = Float64Array.of(1, 2, NaN, 4);
  await expect(centreWaveforms({ data, shape: [1, 2, 2] })).rejects.toMatchObject({ code: 'DANT_INPUT' });
  await expect(centreWaveforms({ data, shape: [2, 2] })).rejects.toMatchObject({ code: 'DANT_ARGUMENT' });
});

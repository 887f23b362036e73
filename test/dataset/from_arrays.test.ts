import { describe, expect, it } from 'vitest';

import { datasetFromArrays, type TrackingArrays } from '../../lib/index.js';

const arrays: TrackingArrays = {
  waveforms: { data: Float32Array.from({ length: 3 * 2 * 4 }, (_, i) => i), shape: [3, 2, 4] },
  channelLocationsUm: { data: Float64Array.of(0, 0, 0, 20), shape: [2, 2] },
  sessions: [1, 1, 2],
  spikeTimesMs: [[1, 2], [3], [4, 5]],
  peth: { data: Float64Array.of(1, NaN, 3, 4, 5, 6), shape: [3, 2] },
  channelShanks: [0, 1],
};

describe('datasetFromArrays', () => {
  it('takes numbers of any type', () => {
    const usual = datasetFromArrays(arrays);
    expect(
      datasetFromArrays({
        ...arrays,
        channelLocationsUm: { data: BigInt64Array.of(0n, 0n, 0n, 20n), shape: [2, 2] },
        sessions: BigInt64Array.of(1n, 1n, 2n),
        spikeTimesMs: [Float32Array.of(1, 2), BigInt64Array.of(3n) as unknown as number[], Int32Array.of(4, 5)],
        peth: { data: Float32Array.of(1, NaN, 3, 4, 5, 6), shape: [3, 2] },
        channelShanks: BigInt64Array.of(0n, 1n),
      }),
    ).toEqual(usual);
  });

  it.each<[string, unknown]>([
    ['waveforms', undefined],
    ['waveforms', [[[1]]]],
    ['channelLocationsUm', undefined],
    ['channelLocationsUm', { data: Float64Array.of(0, 0, 0), shape: [3] }],
    ['channelLocationsUm', { data: Float64Array.of(0, 0, 0, 20), shape: [4] }],
    [
      'channelLocationsUm',
      [
        [0, 0],
        [0, 20],
      ],
    ],
    ['sessions', undefined],
    ['sessions', [[1], [1], [2]]],
    ['sessions', [1, 1, 3]],
    ['sessions', [1, 1, 1.5]],
    ['spikeTimesMs', undefined],
    ['spikeTimesMs', [[[1]], [2], [3]]],
    ['spikeTimesMs', [1, 2, 3]],
    ['spikeTimesMs', [[1], [NaN], [3]]],
    ['peth', { data: Float64Array.of(1, Infinity, 3, 4, 5, 6), shape: [3, 2] }],
    ['peth', { data: Float64Array.of(1, 2, 3), shape: [3, 2] }],
    [
      'peth',
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    ['channelShanks', [0, 0.5]],
    ['channelShanks', [0]],
    ['motion', { constantUm: [0], linear: undefined }],
  ])('refuses %s %j by name', (name, value) => {
    const call = () => datasetFromArrays({ ...arrays, [name]: value });
    expect(call).toThrow(
      expect.objectContaining({ code: 'DANT_ARGUMENT', message: expect.stringContaining(name) as string }) as Error,
    );
  });

  it('refuses what is no object', () => {
    for (const value of [undefined, null, 7]) {
      expect(() => datasetFromArrays(value as unknown as TrackingArrays)).toThrow(/for data/);
    }
  });
});

// Mean waveforms from a raw recording, which is in memory already.
import { meanWaveforms } from '../../dist/import/mean_waveforms.js';
import { sharedArray } from '../../dist/native/memory.js';
import * as data from '../data.mjs';
import { native } from './kernel.mjs';

const sampleRateHz = 30_000;

/** @type {Record<string, import('./kernel.mjs').Kernel>} */
export const importKernels = {
  'mean waveforms': {
    unit: 'samples',
    yardstick: 'loop',
    sizes: [
      { channels: 384, rows: 60_000, units: 100, spikes: 40 },
      { channels: 384, rows: 60_000, units: 300, spikes: 40 },
    ],
    gate: { channels: 32, rows: 20_000, units: 10, spikes: 40 },
    small: { channels: 20, rows: 5_000, units: 5, spikes: 30 },
    exactTo: 1e-3,
    prepare: prepareMeans,
  },
};

function prepareMeans({ channels, rows, units, spikes }) {
  const random = data.uniform(6);
  // As the import itself holds them: other memory is copied for every call.
  const samples = sharedArray(Int16Array, rows * channels);
  for (let i = 0; i < samples.length; i++) samples[i] = 100 * (random() + random() + random() - 1.5);
  const source = {
    rows,
    columns: channels,
    read: (first, count, to, at, { threads }) =>
      native(
        threads,
        'takeSamples',
        { ...to, samples, rows, columns: channels, columnMajor: false, first, count, at },
        () => [],
      ),
  };
  const input = {
    source,
    channels: Int32Array.from({ length: channels }, (_, c) => c),
    uvPerBit: new Float64Array(channels).fill(2.34),
    sampleRateHz,
    spikes: Array.from({ length: units }, () =>
      Float64Array.from({ length: spikes }, () => 400 + Math.floor((rows - 800) * random())).sort(),
    ),
    highPassHz: 300,
  };
  return {
    work: rows * channels,
    bytes: samples.byteLength,
    run: async (threads) => {
      const { waveforms, shifts, peakChannels } = await meanWaveforms(input, { threads });
      return [waveforms, shifts, peakChannels];
    },
  };
}

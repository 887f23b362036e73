// Kriging and similarities.
import * as data from '../data.mjs';
import { native } from './kernel.mjs';

const nearestChannels = 38;

/** @type {Record<string, import('./kernel.mjs').Kernel>} */
export const similarityKernels = {
  'waveform similarity': {
    unit: 'pairs',
    yardstick: 'product',
    sizes: [
      { units: 500, sessions: 10, channels: 384, samples: 64, templates: 0 },
      { units: 1000, sessions: 10, channels: 384, samples: 64, templates: 0 },
      { units: 2000, sessions: 10, channels: 384, samples: 64, templates: 0 },
      { units: 5000, sessions: 30, channels: 384, samples: 64, templates: 0 },
      { units: 1000, sessions: 10, channels: 96, samples: 64, templates: 0 },
      { units: 1000, sessions: 10, channels: 384, samples: 32, templates: 0 },
    ],
    gate: { units: 80, sessions: 4, channels: 96, samples: 48, templates: 0 },
    small: { units: 90, sessions: 3, channels: 64, samples: 41, templates: 0 },
    prepare: prepareWaveforms,
  },
  'waveform similarity in 16 bits': {
    unit: 'pairs',
    yardstick: 'product',
    sizes: [
      { units: 1000, sessions: 10, channels: 384, samples: 64, templates: 0, quantised: true },
      { units: 2000, sessions: 10, channels: 384, samples: 64, templates: 0, quantised: true },
      { units: 5000, sessions: 30, channels: 384, samples: 64, templates: 0, quantised: true },
    ],
    gate: { units: 100, sessions: 5, channels: 96, samples: 48, templates: 0, quantised: true },
    small: { units: 90, sessions: 3, channels: 64, samples: 41, templates: 0, quantised: true },
    exactTo: 1e-5,
    prepare: prepareWaveforms,
  },
  'kriging + waveform similarity': {
    unit: 'pairs',
    yardstick: 'product',
    sizes: [
      { units: 500, sessions: 10, channels: 384, samples: 64, templates: 2 },
      { units: 1000, sessions: 10, channels: 384, samples: 64, templates: 2 },
      { units: 2000, sessions: 10, channels: 384, samples: 64, templates: 2 },
    ],
    gate: { units: 30, sessions: 3, channels: 96, samples: 48, templates: 2 },
    small: { units: 90, sessions: 3, channels: 64, samples: 41, templates: 2 },
    prepare: prepareWaveforms,
  },
  'kriging in double precision': {
    unit: 'units',
    yardstick: 'product',
    sizes: [
      { units: 100, sessions: 10, channels: 384, samples: 64, templates: 2 },
      { units: 500, sessions: 10, channels: 384, samples: 64, templates: 2 },
    ],
    gate: { units: 9, sessions: 3, channels: 96, samples: 64, templates: 2 },
    small: { units: 12, sessions: 3, channels: 64, samples: 41, templates: 2 },
    prepare: prepareKriging,
  },
  'row similarity': {
    unit: 'pairs',
    yardstick: 'product',
    sizes: [
      { units: 500, neurons: 50, length: 601 },
      { units: 2000, neurons: 200, length: 601 },
      { units: 2000, neurons: 200, length: 200 },
    ],
    gate: { units: 200, neurons: 20, length: 601 },
    small: { units: 70, neurons: 20, length: 101 },
    prepare(size) {
      const rows = data.rows(size);
      const out = new Float32Array(size.units ** 2);
      return {
        work: size.units ** 2 / 2,
        flops: size.units ** 2 * size.length,
        run: (threads) => native(threads, 'rowSimilarity', { rows, count: size.units, similarity: out }, () => [out]),
      };
    },
  },
};

function correctedWaveforms(size) {
  const { units: count, channels, samples, templates } = size;
  const { waveforms, locationsUm, driftOfUnitUm } = data.units(size);
  const shiftsUm = Float64Array.from({ length: templates * count }, (_, k) =>
    k < count ? driftOfUnitUm[k] + 15 : driftOfUnitUm[k - count] - 15,
  );
  return {
    waveforms,
    units: Int32Array.from({ length: count }, (_, i) => i),
    channels,
    samples,
    channelLocationsUm: locationsUm,
    shiftsUm: templates > 0 ? shiftsUm : undefined,
  };
}

function prepareWaveforms(size) {
  const params = correctedWaveforms(size);
  const { units: count, samples, templates, quantised = false } = size;
  const similarity = new Float32Array(count ** 2);
  const peakChannels = data.peakChannels(params.waveforms, size);
  const compared = Math.max(1, templates);
  return {
    work: (compared * count ** 2) / 2,
    // Each unit with every other one over its own neighbourhood of channels.
    flops: compared * 2 * count ** 2 * nearestChannels * samples,
    run: (threads) =>
      native(threads, 'waveformSimilarity', { ...params, peakChannels, nearestChannels, quantised, similarity }, () => [
        similarity,
      ]),
  };
}

function prepareKriging(size) {
  const params = correctedWaveforms(size);
  const corrected = new Float64Array(params.waveforms.length * size.templates);
  return {
    work: size.units * size.templates,
    bytes: params.waveforms.byteLength + corrected.byteLength,
    run: (threads) =>
      native(threads, 'correctWaveforms', { ...params, templates: size.templates, first: 0, corrected }, () => [
        corrected,
      ]),
  };
}

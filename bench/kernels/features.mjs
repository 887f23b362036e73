// Localisation, correlograms and ISI histograms.
import { autoCorrelograms, isiHistograms, locateUnits } from '../../dist/features/index.js';
import * as data from '../data.mjs';

const binning = { windowMs: 300, binWidthMs: 1, gaussianSigmaMs: 5 };

/** @type {Record<string, import('./kernel.mjs').Kernel>} */
export const featureKernels = {
  'monopolar localisation': {
    unit: 'units',
    yardstick: 'loop',
    sizes: [
      { units: 500, channels: 96, samples: 64 },
      { units: 500, channels: 384, samples: 64 },
      { units: 2000, channels: 384, samples: 64 },
    ],
    gate: { units: 30, channels: 96, samples: 64 },
    small: { units: 40, channels: 48, samples: 41 },
    prepare: prepareLocations,
  },
  autocorrelograms: {
    unit: 'spike pairs',
    yardstick: 'loop',
    sizes: [
      { units: 100, spikes: 5_000, rateHz: 5 },
      { units: 100, spikes: 20_000, rateHz: 5 },
      { units: 100, spikes: 20_000, rateHz: 40 },
    ],
    gate: { units: 4, spikes: 5_000, rateHz: 20 },
    small: { units: 9, spikes: 700, rateHz: 20 },
    prepare(size) {
      const trains = data.spikeTrains(size);
      return {
        work: data.closePairs(trains, binning.windowMs),
        run: async (threads) => [(await autoCorrelograms(trains, binning, { threads })).data],
      };
    },
  },
  'ISI histograms': {
    unit: 'spikes',
    yardstick: 'loop',
    sizes: [
      { units: 100, spikes: 5_000, rateHz: 5 },
      { units: 100, spikes: 50_000, rateHz: 5 },
    ],
    gate: { units: 5, spikes: 10_000, rateHz: 10 },
    small: { units: 9, spikes: 700, rateHz: 20 },
    prepare(size) {
      const trains = data.spikeTrains(size);
      return {
        work: trains.timesMs.length,
        bytes: trains.timesMs.byteLength,
        run: async (threads) => [
          (await isiHistograms(trains, { windowMs: 100, binWidthMs: 1, gaussianSigmaMs: 1 }, { threads })).data,
        ],
      };
    },
  },
};

function prepareLocations({ units, channels, samples }) {
  const { waveforms, locationsUm } = data.units({ units, sessions: 5, channels, samples });
  const params = {
    waveforms: { data: waveforms, shape: [units, channels, samples] },
    channelLocationsUm: { data: locationsUm, shape: [channels, 2] },
  };
  return {
    work: units,
    bytes: waveforms.byteLength,
    run: async (threads) => Object.values(await locateUnits(params, { threads })),
  };
}

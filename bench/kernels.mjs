// The kernels that are measured: what they compute on, how much work that is, and which limit of the machine they meet.
// Used by `npm run bench` (all sizes), by the gate (`gate`: about a millisecond, on what fits into the core's own cache, because
// the rest is shared with other programs) and by the tests that compare SIMD levels and numbers of threads (`small`).
import { hdbscan } from '../dist/clustering/hdbscan.js';
import { lda } from '../dist/clustering/lda.js';
import { autoCorrelograms, isiHistograms, locateUnits } from '../dist/features/index.js';
import { estimateMotion } from '../dist/motion/estimate.js';
import { runNative } from '../dist/native/run.js';
import * as data from './data.mjs';

/**
 * @typedef {object} Kernel
 * @property {string} unit what `work` counts
 * @property {'product' | 'loop' | 'minima'} yardstick what the gate compares it with (native/bench/yardstick.cpp)
 * @property {object[]} sizes for the table; they show growth
 * @property {object} gate
 * @property {object} small
 * @property {number} [exactTo] in Fisher z; 1e-6 if not told
 * @property {(size: object) => Prepared} prepare
 *
 * @typedef {object} Prepared
 * @property {(threads: number) => Promise<ArrayLike<number>[]>} run computes, and gives all results
 * @property {number | ((results: ArrayLike<number>[]) => number)} work
 * @property {number} [flops] floating-point operations that a plain matrix product would need for it
 * @property {number | ((results: ArrayLike<number>[]) => number)} [bytes] bytes that go through the memory at least
 */

const binning = { windowMs: 300, binWidthMs: 1, gaussianSigmaMs: 5 };
const nearestChannels = 38;

/** @type {Record<string, Kernel>} */
export const kernels = {
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
  'clustering + weight learning': {
    unit: 'pairs',
    yardstick: 'minima',
    sizes: [
      { units: 500, sessions: 10, features: 3 },
      { units: 2000, sessions: 10, features: 3 },
      { units: 4000, sessions: 20, features: 3 },
    ],
    gate: { units: 210, sessions: 7, features: 3 },
    small: { units: 120, sessions: 6, features: 3 },
    prepare: prepareClustering,
  },
  HDBSCAN: {
    unit: 'pairs',
    yardstick: 'minima',
    sizes: [
      { units: 500, sessions: 10 },
      { units: 2000, sessions: 10 },
      { units: 4000, sessions: 20 },
    ],
    gate: { units: 210, sessions: 7 },
    small: { units: 120, sessions: 6 },
    prepare: prepareHdbscan,
  },
  'linear discriminant': {
    unit: 'rows',
    yardstick: 'loop',
    sizes: [
      { pairs: 10_000, features: 3 },
      { pairs: 1_000_000, features: 3 },
      { pairs: 1_000_000, features: 10 },
    ],
    gate: { pairs: 5_000, features: 3 },
    small: { pairs: 20_000, features: 3 },
    prepare: prepareDiscriminant,
  },
  'leaf order': {
    unit: 'pairs',
    yardstick: 'minima',
    sizes: [
      { units: 500, sessions: 10 },
      { units: 2000, sessions: 10 },
    ],
    gate: { units: 210, sessions: 7 },
    small: { units: 120, sessions: 6 },
    prepare(size) {
      const combined = combinedSimilarity({ ...size, features: 2 });
      return {
        work: size.units ** 2 / 2,
        run: (threads) => native(threads, 'leafOrderOfSimilarity', combined, (order) => [order]),
      };
    },
  },
  'distance matrix': {
    unit: 'pairs',
    yardstick: 'minima',
    sizes: [
      { units: 500, sessions: 10 },
      { units: 2000, sessions: 10 },
    ],
    gate: { units: 280, sessions: 7 },
    small: { units: 121, sessions: 6 },
    prepare: prepareDistances,
  },
  'motion + bootstrap': {
    unit: 'pairs × resamples',
    yardstick: 'loop',
    sizes: [
      { pairs: 10_000, sessions: 15, linear: false },
      { pairs: 100_000, sessions: 15, linear: false },
      { pairs: 100_000, sessions: 60, linear: true },
    ],
    gate: { pairs: 1_000, sessions: 8, linear: true },
    small: { pairs: 500, sessions: 5, linear: true },
    prepare: prepareMotion,
  },
};

/** Calls a native function; `results` picks the arrays out of what it returns. */
async function native(threads, name, params, results) {
  return results(await runNative((addon, control) => addon[name]({ ...control, ...params }), { threads }));
}

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

function combinedSimilarity({ units, sessions, features }) {
  const neurons = Math.ceil(units / sessions);
  return {
    units,
    features: Array.from({ length: features }, (_, f) => data.similarity({ units, neurons, seed: 5 + f })),
    weights: new Float64Array(features).fill(1 / features),
  };
}

/** Every row, of a single group of units. */
function prepareDistances(size) {
  const combined = combinedSimilarity({ ...size, features: 2 });
  const all = Int32Array.from({ length: size.units }, (_, i) => i);
  const out = new Float64Array(size.units ** 2);
  const params = { ...combined, kind: 'distance', rows: all, outRows: all, columns: all, width: size.units, out };
  return {
    work: size.units ** 2,
    bytes: 2 * 4 * size.units ** 2 + out.byteLength,
    run: (threads) => native(threads, 'matrixRows', params, () => [out]),
  };
}

function prepareClustering(size) {
  const { units, sessions, features } = size;
  const neurons = Math.ceil(units / sessions);
  const params = {
    ...combinedSimilarity(size),
    depthsUm: Float64Array.from({ length: units }, (_, i) => 15 * (i % neurons)),
    sessions: Int32Array.from({ length: units }, (_, i) => 1 + Math.floor(i / neurons)),
    maxDistanceUm: 100,
    maxClusterSize: sessions,
    iterations: 10,
    tolerance: 1e-8,
  };
  const iterations = ([found]) => found[0];
  return {
    work: (results) => (iterations(results) * units ** 2) / 2,
    // Each clustering reads every matrix once.
    bytes: (results) => iterations(results) * features * units ** 2 * 4,
    run: (threads) =>
      native(threads, 'clusterAndLearnWeights', params, (found) => [
        [found.iterations],
        found.labels,
        found.weights,
        [found.threshold],
        found.nearbyPairs,
        found.goodPairs,
      ]),
  };
}

function prepareHdbscan({ units, sessions }) {
  const z = data.similarity({ units, neurons: Math.ceil(units / sessions), seed: 5 });
  const distances = { data: Float64Array.from(z, (value) => 1 / (1 + Math.tanh(value))), shape: [units, units] };
  const options = { distances, minClusterSize: 2, minSamples: 1, maxClusterSize: sessions };
  return {
    work: units ** 2 / 2,
    bytes: distances.data.byteLength,
    run: async (threads) => {
      const { linkage, ...found } = await hdbscan(options, { threads });
      return [linkage.data, ...Object.values(found)];
    },
  };
}

function prepareDiscriminant({ pairs, features }) {
  const random = data.uniform(6);
  const classes = Uint8Array.from({ length: pairs }, () => (random() < 0.1 ? 1 : 0));
  const rows = {
    data: Float32Array.from({ length: pairs * features }, (_, k) => random() + classes[Math.floor(k / features)]),
    shape: [pairs, features],
  };
  return {
    work: pairs,
    bytes: rows.data.byteLength,
    run: async (threads) => {
      const { coefficients, intercept } = await lda({ rows, classes }, { threads });
      return [coefficients, [intercept]];
    },
  };
}

function prepareMotion({ pairs, sessions, linear }) {
  const random = data.uniform(4);
  const session = () => Int32Array.from({ length: pairs }, () => 1 + Math.floor(sessions * random()));
  const depth = () => Float64Array.from({ length: pairs }, () => 3000 + 1000 * random());
  const depthAUm = depth();
  const matched = {
    sessionA: session(),
    sessionB: session(),
    depthAUm,
    depthBUm: depthAUm.map((um) => um + 20 * random()),
  };
  const resamples = 100;
  return {
    work: pairs * resamples,
    run: async (threads) => {
      const found = await estimateMotion(matched, { sessionCount: sessions, linear, resamples }, { threads });
      return [found, found.low, found.high].flatMap((motion) => [motion.linear, motion.constantUm]);
    },
  };
}

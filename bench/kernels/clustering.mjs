// Clustering, weights, leaf order and distances.
import { hdbscan } from '../../dist/clustering/hdbscan.js';
import { lda } from '../../dist/clustering/lda.js';
import * as data from '../data.mjs';
import { native } from './kernel.mjs';

/** @type {Record<string, import('./kernel.mjs').Kernel>} */
export const clusteringKernels = {
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
};

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

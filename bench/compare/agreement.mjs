// Whether two folders of results say the same.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { readNpy } from '../../dist/files/npy.js';

/** Rows of [what, value] about the folders `a` and `b`. */
export async function agreement(a, b) {
  const both = (file) => Promise.all([a, b].map((folder) => readNpy(join(folder, file), { as: 'float64' })));
  const [clustersA, clustersB] = (await both('IdxCluster.npy')).map(({ data }) => data);
  const numbersEqual = clustersA.length === clustersB.length && clustersA.every((id, unit) => id === clustersB[unit]);
  const [pairsA, pairsB] = [clustersA, clustersB].map(pairsOf);
  const shared = [...pairsA].filter((pair) => pairsB.has(pair)).length;
  const union = pairsA.size + pairsB.size - shared;
  const rows = [
    ['clusters equal, numbers included', numbersEqual ? 'yes' : 'no'],
    ['matched pairs (pyDANT, node-dant)', `${pairsA.size}, ${pairsB.size}`],
    ['matched pairs in both', `${union === 0 ? 100 : ((100 * shared) / union).toFixed(2)} %`],
  ];
  for (const [file, what] of compared) {
    if ([a, b].some((folder) => !existsSync(join(folder, file)))) continue;
    const [{ data: valuesA }, { data: valuesB }] = await both(file);
    rows.push([what, largestDifference(valuesA, valuesB).toExponential(1)]);
  }
  return rows;
}

const compared = [
  ['motion_constant.npy', 'motion, largest difference (µm)'],
  ['motion_linear.npy', 'motion with depth, largest difference (µm/mm)'],
  ['auto_corr.npy', 'autocorrelograms, largest difference'],
  ['waveform_similarity_matrix.npy', 'waveform similarity (z), largest difference'],
  ['AutoCorr_similarity_matrix.npy', 'autocorrelogram similarity (z), largest difference'],
  ['PETH_similarity_matrix.npy', 'PETH similarity (z), largest difference'],
  ['SimilarityMatrix.npy', 'combined similarity, largest difference'],
];

function pairsOf(clusters) {
  const members = new Map();
  clusters.forEach((cluster, unit) => members.set(cluster, [...(members.get(cluster) ?? []), unit]));
  const pairs = new Set();
  for (const [cluster, units] of members) {
    if (cluster < 1) continue;
    units.forEach((i, k) => {
      for (const j of units.slice(k + 1)) pairs.add(i * clusters.length + j);
    });
  }
  return pairs;
}

function largestDifference(a, b) {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let k = 0; k < a.length; ++k) {
    if (Number.isNaN(a[k]) && Number.isNaN(b[k])) continue;
    const difference = Math.abs(a[k] - b[k]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

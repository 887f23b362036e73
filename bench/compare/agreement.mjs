// Whether two folders of results say the same.
import { ResultFolder } from '../../dist/results/result_folder.js';

/** Rows of [what, value] about the folders `a` and `b`. */
export async function agreement(a, b) {
  const results = [a, b].map((folder) => new ResultFolder(folder));
  const both = (name) => Promise.all(results.map(async (result) => (await result.floats(name))?.data));
  const [clustersA, clustersB] = await both('IdxCluster');
  if (!clustersA || !clustersB) throw new Error(`No clusters in ${clustersA ? b : a}.`);
  const numbersEqual = clustersA.length === clustersB.length && clustersA.every((id, unit) => id === clustersB[unit]);
  const [pairsA, pairsB] = [clustersA, clustersB].map(pairsOf);
  const shared = [...pairsA].filter((pair) => pairsB.has(pair)).length;
  const union = pairsA.size + pairsB.size - shared;
  const rows = [
    ['clusters equal, numbers included', numbersEqual ? 'yes' : 'no'],
    ['matched pairs (pyDANT, node-dant)', `${pairsA.size}, ${pairsB.size}`],
    ['matched pairs in both', `${union === 0 ? 100 : ((100 * shared) / union).toFixed(2)} %`],
  ];
  for (const [name, what] of compared) {
    const [valuesA, valuesB] = await both(name);
    if (!valuesA || !valuesB) continue;
    rows.push([what, largestDifference(valuesA, valuesB).toExponential(1)]);
  }
  return rows;
}

const compared = [
  ['motion_constant', 'motion, largest difference (µm)'],
  ['motion_linear', 'motion with depth, largest difference (µm/mm)'],
  ['auto_corr', 'autocorrelograms, largest difference'],
  ['waveform_similarity_matrix', 'waveform similarity (z), largest difference'],
  ['AutoCorr_similarity_matrix', 'autocorrelogram similarity (z), largest difference'],
  ['PETH_similarity_matrix', 'PETH similarity (z), largest difference'],
  ['SimilarityMatrix', 'combined similarity, largest difference'],
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

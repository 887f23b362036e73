import { curationTypeNames } from '../curation/curate.js';
import { pairsWithin } from '../clustering/members.js';
import type { Blocks, Space, WritableArray } from '../files/write_elements.js';
import type { RunOptions } from '../native/run.js';
import type { FeatureName, Settings } from '../settings/index.js';
import type { GroupResult } from '../tracking/result.js';
import { clusteringColumns } from './clustering_columns.js';
import { matchModelFiles } from './match_model_files.js';
import {
  combinedBlocks,
  featureBlocks,
  goodMatchBlocks,
  pairSimilarityBlocks,
  sameClusterBlocks,
} from './matrix_blocks.js';
import { motionFiles, perGroup } from './motion_files.js';
import { ids, pairs, scalar, textScalar, type ResultArray, type ResultArrays } from './result_array.js';
import { similarityFiles, type ResultName } from './schema.js';
import { largest, scopeIndices, scopeLabels, type Scope } from './scope.js';
import { rowsOf, spikeFeatureFiles, waveformFiles } from './unit_files.js';

/** One folder's files (docs/reference-method.md, section 11): .npy files by name, and the members of the two archives. */
export interface ResultFiles {
  files: Partial<Record<ResultName, ResultArray>>;
  clusteringResults: ResultArrays;
  output: ResultArrays;
}

/** Everything that a folder holds. With `large`, also what grows with units × units or units × channels × samples. */
export function resultFiles(scope: Scope, settings: Settings, large: boolean): ResultFiles {
  const { dataset, merged } = scope;
  const n = scope.units.length;
  const groups = scope.groups.map(({ group }) => group);
  const labels = scopeLabels(scope, 'labels');
  const before = scopeLabels(scope, 'labelsBeforeCuration');

  const matched = pairs(scopeIndices(scope, (group) => pairsWithin(group.labels)));
  const curation = curationFiles(scope);
  const nearby = pairs(scopeIndices(scope, (group) => group.nearbyPairs));
  const weights = perGroup(groups, merged, (group) => clusteringColumns(group).weights);
  const threshold = perGroup(groups, merged, (group) => clusteringColumns(group).threshold ?? NaN);
  // As pyDANT: int32 from a single run, int64 where shanks are merged.
  const leafOrder = { ...ids(scopeIndices(scope, (group) => group.leafOrder)), dtype: merged ? '<i8' : '<i4' };
  const { names } = clusteringColumns(groups[0]!);
  const motion = motionFiles(groups, merged);
  const locations: WritableArray = rowsOf(scope, scope.result.features.locationsUm, 3);
  const shanks = ids(scope.units.map((unit) => scope.result.features.shanks[unit]!));

  const square = (dtype: string, blocks: (space: Space, options: RunOptions) => Blocks): ResultArray => ({
    dtype,
    shape: [n, n],
    blocks,
  });
  const similarity = square('<f8', (space, options) => combinedBlocks(scope, 'similarity', space, options));
  const distance = square('<f8', (space, options) => combinedBlocks(scope, 'distance', space, options));
  const goodMatches = square('|b1', (space, options) => goodMatchBlocks(scope, space, options));
  const clusters = square('|b1', (space, options) => sameClusterBlocks(scope, 'labels', space, options));
  const hdbscan = square('|b1', (space, options) => sameClusterBlocks(scope, 'labelsBeforeCuration', space, options));
  const pairSimilarities: ResultArray = {
    dtype: '<f8',
    shape: [nearby.shape[0]!, names.length],
    blocks: (space, options) => pairSimilarityBlocks(groups, space, options),
  };

  return {
    files: {
      locations,
      amplitude: rowsOf(scope, scope.result.features.amplitudes),
      peak_channels: ids(scope.units.map((unit) => scope.result.features.peakChannels[unit]!)),
      unit_shanks: shanks,
      ...(scope.groups.length === 1 &&
        groups[0]!.shank !== undefined &&
        !merged && { original_unit_indices: ids(scope.units) }),
      ...spikeFeatureFiles(scope, settings),
      SimilarityWeights: weights,
      SimilarityThreshold: threshold,
      IdxCluster: ids(labels),
      MatchedPairs: matched,
      ...curation,
      ...motion,
      ...matchModelFiles(scope),
      ...(large && {
        ...waveformFiles(scope, settings),
        ...featureMatrices(scope),
        SimilarityMatrix: similarity,
        DistanceMatrix: distance,
        ClusterMatrix: clusters,
        SimilarityPairs: nearby,
      }),
    },
    clusteringResults: {
      weights,
      thres: threshold,
      leafOrder,
      idx_cluster_hdbscan: ids(before),
      n_cluster: scalar(largest(before), '<i8'),
      ...(large && {
        similarity_all: pairSimilarities,
        idx_unit_pairs: nearby,
        good_matches_matrix: goodMatches,
        similarity_matrix: similarity,
        distance_matrix: distance,
        hdbscan_matrix: hdbscan,
      }),
    },
    output: {
      NumClusters: scalar(largest(labels), '<i8'),
      NumUnits: scalar(n, '<i8'),
      NumSession: scalar(dataset.sessionCount, '<i8'),
      Sessions: ids(scope.units.map((unit) => dataset.sessions[unit]!)),
      IdxSort: leafOrder,
      IdxCluster: ids(labels),
      MatchedPairs: matched,
      Params: textScalar(JSON.stringify(settings)),
      ...(large && { SimilarityMatrix: similarity, GoodMatchesMatrix: goodMatches, ClusterMatrix: clusters }),
      ...(merged && {
        IdxUnit: ids(scope.units),
        IdxShank: shanks,
        Locations: locations,
        SimilarityNames: { data: [...names], shape: [names.length] },
        SimilarityWeights: weights,
        SimilarityThreshold: threshold,
        ...curation,
        ...motion,
        ...(large && { SimilarityAll: pairSimilarities, SimilarityPairs: nearby }),
      }),
    },
  };
}

/** Pairs of the folder's units that curation took apart, and why. */
export function curationFiles(scope: Scope) {
  const groups = scope.groups.map(({ group }) => group);
  return {
    CurationPairs: pairs(sortedPairs(scopeIndices(scope, (group) => curationOf(group).pairs))),
    CurationTypes: ids(Int32Array.from(groups.flatMap((group) => [...curationOf(group).types]))),
    CurationTypeNames: { data: [...curationTypeNames], shape: [2], dtype: '<U21' } satisfies WritableArray,
  };
}

/** Pairs that curation took apart, and why; the probabilistic method has no such step. */
function curationOf(group: GroupResult): { pairs: Int32Array; types: Int32Array } {
  if (group.method === 'reference') return { pairs: group.curationPairs, types: group.curationTypes };
  return { pairs: new Int32Array(0), types: new Int32Array(0) };
}

/** All-zero for features that the final clustering does not use. */
function featureMatrices(scope: Scope): ResultArrays {
  const { names } = clusteringColumns(scope.groups[0]!.group);
  const shape = [scope.units.length, scope.units.length];
  return Object.fromEntries(
    Object.entries(similarityFiles).map(([feature, file]): [string, ResultArray] => {
      const f = names.indexOf(feature as FeatureName);
      if (f < 0) return [file, { dtype: '<f8', shape, zero: true }];
      return [
        file,
        {
          dtype: '<f8',
          shape,
          blocks: (space, options) =>
            featureBlocks(scope, (group) => clusteringColumns(group).features[f]!, space, options),
        },
      ];
    }),
  );
}

/** Each pair with the smaller index first. */
function sortedPairs(found: Int32Array): Int32Array {
  const pairs = found.slice();
  for (let p = 0; p < pairs.length; p += 2) pairs.subarray(p, p + 2).sort();
  return pairs;
}

import type { WritableArray, Blocks, NpyLayout, Space } from '../files/write_elements.js';
import { motionLinearScale } from '../recording/motion.js';
import type { RunOptions } from '../native/run.js';
import { probabilityOf } from '../matching/confidence.js';
import type { GroupResult } from '../tracking/reference/track_by_reference.js';
import type { MatchModel } from '../tracking/probabilistic/track_by_probability.js';
import { pairsWithin } from '../clustering/members.js';
import type { FeatureName, Settings } from '../settings/index.js';
import { correctedWaveforms, correctedWaveformsFile } from './corrected_waveforms.js';
import {
  combinedBlocks,
  featureBlocks,
  goodMatchBlocks,
  pairSimilarityBlocks,
  sameClusterBlocks,
} from './matrix_blocks.js';
import { largest, scopeIndices, scopeLabels, type Scope } from './scope.js';

/** An array of a result file: at hand, made block by block while it is written, or zero everywhere. */
export type ResultArray =
  | WritableArray
  | (NpyLayout & { blocks: (space: Space, options: RunOptions) => Blocks })
  | (NpyLayout & { zero: true });

export type ResultArrays = Record<string, ResultArray>;

/** One folder's files (specification, section 11): .npy files by name, and the members of the two archives. */
export interface ResultFiles {
  files: ResultArrays;
  clusteringResults: ResultArrays;
  output: ResultArrays;
}

const similarityFiles: Record<FeatureName, string> = {
  Waveform: 'waveform_similarity_matrix',
  ISI: 'ISI_similarity_matrix',
  AutoCorr: 'AutoCorr_similarity_matrix',
  PETH: 'PETH_similarity_matrix',
};

const curationTypeNames = ['Removal_SameSession', 'Removal_LowSimilarity'];

/** Everything that a folder holds. With `large`, also what grows with units × units or units × channels × samples. */
export function resultFiles(scope: Scope, settings: Settings, large: boolean): ResultFiles {
  const { dataset, merged } = scope;
  const n = scope.units.length;
  const groups = scope.groups.map(({ group }) => group);
  const labels = scopeLabels(scope, 'labels');
  const before = scopeLabels(scope, 'labelsBeforeCuration');
  const ids = (data: Int32Array, shape = [data.length]): WritableArray => ({ data, shape, dtype: '<i8' });
  const pairs = (data: Int32Array) => ids(data, [data.length / 2, 2]);
  const scalar = (value: number, dtype?: string): WritableArray => ({ data: [value], shape: [], dtype });

  const matched = pairs(scopeIndices(scope, (group) => pairsWithin(group.labels)));
  const curationPairs = pairs(sortedPairs(scopeIndices(scope, (group) => group.curationPairs)));
  const curationTypes = ids(Int32Array.from(groups.flatMap((group) => [...group.curationTypes])));
  const typeNames: WritableArray = { data: curationTypeNames, shape: [2], dtype: '<U21' };
  const nearby = pairs(scopeIndices(scope, (group) => group.nearbyPairs));
  const weights = perGroup(groups, merged, (group) => group.weights);
  const threshold = perGroup(groups, merged, (group) => group.threshold ?? NaN);
  // As the reference: int32 from a single run, int64 where shanks are merged.
  const leafOrder = { ...ids(scopeIndices(scope, (group) => group.leafOrder)), dtype: merged ? '<i8' : '<i4' };
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
    shape: [nearby.shape[0]!, groups[0]!.features.length],
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
      CurationPairs: curationPairs,
      CurationTypes: curationTypes,
      CurationTypeNames: typeNames,
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
        SimilarityNames: { data: [...groups[0]!.features], shape: [groups[0]!.features.length] },
        SimilarityWeights: weights,
        SimilarityThreshold: threshold,
        CurationPairs: curationPairs,
        CurationTypes: curationTypes,
        CurationTypeNames: typeNames,
        ...motion,
        ...(large && { SimilarityAll: pairSimilarities, SimilarityPairs: nearby }),
      }),
    },
  };
}

/** One value or list: of the only group, or one row per shank. */
function perGroup(
  groups: GroupResult[],
  merged: boolean,
  of: (group: GroupResult) => number | ArrayLike<number>,
): WritableArray {
  const rows = groups.map((group) => of(group));
  const lengths = typeof rows[0] === 'number' ? [] : [rows[0]!.length];
  const data = Float64Array.from(rows.flatMap((row) => (typeof row === 'number' ? [row] : Array.from(row))));
  return { data, shape: merged ? [groups.length, ...lengths] : lengths };
}

function motionFiles(groups: GroupResult[], merged: boolean): Record<string, WritableArray> {
  const bounds = (part: 'linear' | 'constantUm'): WritableArray => {
    const { data, shape } = perGroup(groups, merged, ({ motion, motionInterval }) =>
      Array.from(motion[part], (value, s) => [
        motionInterval?.low[part][s] ?? value,
        motionInterval?.high[part][s] ?? value,
      ]).flat(),
    );
    return { data, shape: [...shape.slice(0, -1), shape.at(-1)! / 2, 2] };
  };
  return {
    motion_linear_scale: perGroup(groups, merged, () => motionLinearScale),
    motion_linear: perGroup(groups, merged, ({ motion }) => motion.linear),
    motion_constant: perGroup(groups, merged, ({ motion }) => motion.constantUm),
    motion_linear_interval: bounds('linear'),
    motion_constant_interval: bounds('constantUm'),
  };
}

/**
 * What the probabilistic method says beyond the clusters: `MatchProbabilityPairs` (P, 2) nearby units and `MatchProbability`
 * (P) judged by the two and their rivals; `MatchedProbability` (M) of the `MatchedPairs` given all units; `ClusterConfidence` (clusters,
 * by id from 1), `FalsePositiveRate`, `SplitCandidates` (Q, 2), `MixedUnits` (R, 2), and the motion at
 * `motion_profile_depths` (K) as `motion_profile` (sessions, K), in the folder of one shank.
 */
function matchModelFiles(scope: Scope): ResultArrays {
  const models = scope.groups.map(({ group }) => group.model);
  if (models.some((model) => model === undefined)) return {};
  const known = models as MatchModel[];
  const pairs = (of: (group: GroupResult) => Int32Array): WritableArray => {
    const data = scopeIndices(scope, of);
    return { data, shape: [data.length / 2, 2], dtype: '<i8' };
  };
  const list = (parts: Iterable<number>[]): WritableArray => {
    const data = Float64Array.from(parts.flatMap((part) => [...part]));
    return { data, shape: [data.length] };
  };
  const probabilities = (of: (model: MatchModel) => Float32Array): ResultArray => ({
    dtype: '<f8',
    shape: [known.reduce((sum, model) => sum + of(model).length, 0)],
    *blocks() {
      for (const model of known) {
        // A loop: `from` with a function takes ten times as long, and there are millions.
        const logOdds = of(model);
        const block = new Float64Array(logOdds.length);
        for (let p = 0; p < block.length; ++p) block[p] = probabilityOf(logOdds[p]!);
        yield block;
      }
    },
  });
  const rates = Float64Array.from(known, ({ falsePositiveRate }) => falsePositiveRate);
  return {
    MatchProbabilityPairs: pairs((group) => group.nearbyPairs),
    MatchProbability: probabilities((model) => model.logOdds),
    MatchedProbability: probabilities((model) => model.matchLogOdds),
    ClusterConfidence: list(known.map(({ clusters }) => clusters.subarray(1))),
    FalsePositiveRate: { data: rates, shape: scope.merged ? [rates.length] : [] },
    SplitCandidates: pairs((group) => group.model!.splitCandidates),
    MixedUnits: pairs((group) => group.model!.mixedUnits),
    ...(scope.groups.length === 1 && profileFiles(scope.groups[0]!.group)),
  };
}

function profileFiles({ motion: { profile } }: GroupResult): ResultArrays {
  if (profile === undefined) return {};
  const knots = profile.knotDepthsUm.length;
  return {
    motion_profile_depths: { data: profile.knotDepthsUm, shape: [knots] },
    motion_profile: { data: profile.shiftsUm, shape: [profile.shiftsUm.length / knots, knots] },
  };
}

/** The rows of the folder's units out of a table of all units. */
function rowsOf({ units, dataset }: Scope, table: Float64Array, length?: number): WritableArray {
  const shape = length === undefined ? [units.length] : [units.length, length];
  const width = length ?? 1;
  if (units.length === dataset.sessions.length) return { data: table, shape };
  const data = new Float64Array(units.length * width);
  units.forEach((unit, i) => {
    data.set(table.subarray(unit * width, (unit + 1) * width), i * width);
  });
  return { data, shape };
}

function spikeFeatureFiles(scope: Scope, settings: Settings): ResultArrays {
  const { autoCorrelograms, isiHistograms } = scope.result.features;
  const { peth } = scope.dataset;
  const isiBins = Math.ceil(settings.ISI.window / settings.ISI.binwidth);
  return {
    auto_corr: rowsOf(scope, autoCorrelograms.data, autoCorrelograms.shape[1]),
    isi: isiHistograms
      ? rowsOf(scope, isiHistograms.data, isiHistograms.shape[1])
      : { data: new Float64Array(scope.units.length * isiBins).fill(NaN), shape: [scope.units.length, isiBins] },
    ...(peth && { peth: rowsOf(scope, peth.data, peth.shape[1]) }),
  };
}

function waveformFiles(scope: Scope, settings: Settings): ResultArrays {
  const { waveforms } = scope.result.features;
  const [, channels, samples] = waveforms.shape as [number, number, number];
  const shape = [scope.units.length, channels, samples];
  const size = channels * samples;
  function* centred() {
    for (const unit of scope.units) yield waveforms.data.subarray(unit * size, (unit + 1) * size);
  }
  return {
    ...(settings.centering_waveforms && { waveforms_centered: { dtype: '<f8', shape, blocks: centred } }),
    [correctedWaveformsFile]: correctedWaveforms({
      waveforms,
      channelLocationsUm: scope.dataset.channelLocationsUm,
      units: scope.units,
      groups: scope.groups.map(({ group: { correction }, places }) => ({ correction, places })),
    }),
  };
}

/** All-zero for features that the final clustering does not use. */
function featureMatrices(scope: Scope): ResultArrays {
  const { features } = scope.groups[0]!.group;
  const shape = [scope.units.length, scope.units.length];
  return Object.fromEntries(
    Object.entries(similarityFiles).map(([feature, file]): [string, ResultArray] => {
      const f = features.indexOf(feature as FeatureName);
      if (f < 0) return [file, { dtype: '<f8', shape, zero: true }];
      return [
        file,
        {
          dtype: '<f8',
          shape,
          blocks: (space, options) => featureBlocks(scope, (group) => group.matrices[f]!, space, options),
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

function textScalar(text: string): WritableArray {
  return { data: [text], shape: [] };
}

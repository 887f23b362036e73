import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { correctWaveforms } from '../correction/krige.js';
import { blockBytes } from '../files/output_file.js';
import type { Space } from '../files/write_elements.js';
import type { RunOptions } from '../native/run.js';
import type { Dataset } from '../recording/dataset.js';
import { motionAt } from '../recording/motion.js';
import type { Settings } from '../settings/index.js';
import type { TrackResult } from '../tracking/result.js';
import { sameClusterBlocks } from './matrix_blocks.js';
import { perGroup } from './motion_files.js';
import { ids, scalar, type ResultArray, type ResultArrays } from './result_array.js';
import { curationFiles } from './result_files.js';
import { largest, rootScope, scopeLabels, type Scope } from './scope.js';
import { writeArchive, writeFile } from './write_file.js';

/** In the folder of the results: the files of pyKilomatch, which pyDANT was called before, that are of other names or shapes now. */
export const kilomatchFolder = 'Kilomatch';

/**
 * Writes `waveforms.npy` (N, K, T), the waveforms as they were on the K channels nearest to the peak channel, `waveforms_corrected.npy`, the same
 * corrected for motion to the position 0, `waveform_channels.npy` (N, K), `motion.npy` (S, or a row per shank; µm, in the middle of the probe) and
 * `CurationResults.npz`. K is `waveformCorrection.n_nearest_channels`, at most all. Rejects with DANT_OUTPUT.
 */
export async function writeKilomatchFiles(
  path: string,
  dataset: Dataset,
  result: TrackResult,
  settings: Settings,
  options: RunOptions,
): Promise<void> {
  const folder = join(path, kilomatchFolder);
  await mkdir(folder);
  const scope = rootScope(dataset, result);
  const { files, curation } = kilomatchFiles(scope, settings);
  for (const [name, array] of Object.entries(files)) await writeFile(folder, name, array, options, undefined);
  await writeArchive(join(folder, 'CurationResults.npz'), curation, options);
}

function kilomatchFiles(scope: Scope, settings: Settings): { files: ResultArrays; curation: ResultArrays } {
  const { dataset, units, merged } = scope;
  const { waveforms } = scope.result.features;
  const [, channels, samples] = waveforms.shape as [number, number, number];
  const width = Math.min(settings.waveformCorrection.n_nearest_channels, channels);
  const nearest = nearestChannels(scope, width);
  const shape = [units.length, width, samples];
  const labels = scopeLabels(scope, 'labels');
  const depths = dataset.channelLocationsUm.filter((_, i) => i % 2 === 1);
  const middleUm = (depths.reduce((a, b) => Math.min(a, b)) + depths.reduce((a, b) => Math.max(a, b))) / 2;
  const groups = scope.groups.map(({ group }) => group);
  const curation = curationFiles(scope);
  return {
    files: {
      waveforms: { dtype: '<f8', shape, blocks: (space) => ownBlocks(scope, nearest, width, space) },
      waveforms_corrected: {
        dtype: '<f8',
        shape,
        blocks: (space, options) => correctedBlocks(scope, nearest, width, space, options),
      },
      waveform_channels: ids(nearest, [units.length, width]),
      motion: perGroup(groups, merged, ({ motion }) =>
        Array.from(motion.constantUm, (_, s) => motionAt(motion, s + 1, middleUm)),
      ),
    },
    curation: {
      idx_cluster_hdbscan_curated: ids(labels),
      hdbscan_matrix_curated: sameCluster(scope),
      n_cluster: scalar(largest(labels), '<i8'),
      curation_pairs: curation.CurationPairs,
      curation_types: curation.CurationTypes,
      curation_type_names: curation.CurationTypeNames,
    },
  };
}

const sameCluster = (scope: Scope): ResultArray => ({
  dtype: '|b1',
  shape: [scope.units.length, scope.units.length],
  blocks: (space, options) => sameClusterBlocks(scope, 'labels', space, options),
});

/** (N, K) by distance from each unit's peak channel; equal distances in the order of the channels. */
function nearestChannels({ dataset, result, units }: Scope, width: number): Int32Array {
  const { channelLocationsUm: at } = dataset;
  const byPeak = new Map<number, number[]>();
  const ofPeak = (peak: number) => {
    let order = byPeak.get(peak);
    if (order === undefined) {
      const squared = (c: number) => (at[2 * c]! - at[2 * peak]!) ** 2 + (at[2 * c + 1]! - at[2 * peak + 1]!) ** 2;
      order = Array.from({ length: at.length / 2 }, (_, c) => c)
        .sort((a, b) => squared(a) - squared(b) || a - b)
        .slice(0, width);
      byPeak.set(peak, order);
    }
    return order;
  };
  const nearest = new Int32Array(units.length * width);
  units.forEach((unit, i) => {
    nearest.set(ofPeak(result.features.peakChannels[unit]!), i * width);
  });
  return nearest;
}

/** Units whose waveforms on all channels make a block. */
const unitsPerBlock = (channels: number, samples: number) =>
  Math.max(1, Math.floor(blockBytes / (Float64Array.BYTES_PER_ELEMENT * channels * samples)));

async function* ownBlocks({ result, units }: Scope, nearest: Int32Array, width: number, space: Space) {
  const { data, shape } = result.features.waveforms;
  const [, channels, samples] = shape as [number, number, number];
  const step = unitsPerBlock(width, samples);
  for (let first = 0; first < units.length; first += step) {
    const count = Math.min(step, units.length - first);
    const block = await space(Float64Array, count * width * samples);
    for (let row = 0; row < count * width; row++) {
      const begin = (units[first + Math.floor(row / width)]! * channels + nearest[first * width + row]!) * samples;
      block.set(data.subarray(begin, begin + samples), row * samples);
    }
    yield block;
  }
}

async function* correctedBlocks(scope: Scope, nearest: Int32Array, width: number, space: Space, options: RunOptions) {
  const { dataset, result, units } = scope;
  const { data: waveforms, shape } = result.features.waveforms;
  const [, channels, samples] = shape as [number, number, number];
  const { channelLocationsUm } = dataset;
  const shiftsUm = shiftsToZero(scope);
  const step = Math.min(units.length, unitsPerBlock(channels, samples));
  const all = new Float64Array(step * channels * samples);
  for (let first = 0; first < units.length; first += step) {
    const count = Math.min(step, units.length - first);
    const corrected = all.subarray(0, count * channels * samples);
    await correctWaveforms(
      { waveforms, units, channels, samples, channelLocationsUm, shiftsUm, templates: 1 },
      { first, corrected },
      options,
    );
    const block = await space(Float64Array, count * width * samples);
    for (let row = 0; row < count * width; row++) {
      const begin = (Math.floor(row / width) * channels + nearest[first * width + row]!) * samples;
      block.set(corrected.subarray(begin, begin + samples), row * samples);
    }
    yield block;
  }
}

/** (N) how far each unit is moved to where it would be without motion, µm: as to any template, and back by where that stands. */
function shiftsToZero({ units, groups }: Scope): Float64Array {
  const shiftsUm = new Float64Array(units.length);
  for (const { group, places } of groups) {
    const { templatesUm, shiftsUm: own } = group.correction;
    places.forEach((place, i) => {
      shiftsUm[place] = own[i]! + templatesUm[0]!;
    });
  }
  return shiftsUm;
}

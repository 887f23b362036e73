import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { listed } from '../dataset/findings.js';
import { readNumeric, readVector } from '../dataset/numeric_file.js';
import { toFloat64, toInt32 } from '../files/convert.js';
import { fileError } from '../files/file_error.js';
import { shapeText } from '../files/npy_header.js';
import { troughSample, waveformSamples } from './mean_waveforms.js';
import type { Sorting } from './sorter_folder.js';

/** Files that no other Kilosort writes */
const filesOfKilosort4 = ['kept_spikes.npy', 'spike_detection_templates.npy', 'spike_positions.npy'];
/** Of norms that are all 1 */
const tolerance = 1e-3;

/**
 * Mean waveforms from the templates of Kilosort 4, (C, 61) µV for each unit: whitening is undone as phy does it, template ·
 * whitening_mat_inv. A unit that was merged has the mean of its templates, weighted by its spikes; parts of a unit that was split have
 * the same. Rejects with DANT_DATA where that does not give µV.
 */
export async function readSorterTemplates(
  { folder, channelMap, units }: Sorting,
  uvPerBit: number | undefined,
  signal?: AbortSignal,
): Promise<Map<number, Float32Array>> {
  const channels = channelMap.length;
  if (!filesOfKilosort4.some((name) => existsSync(join(folder, name)))) {
    throw fileError(
      folder,
      `expected the folder of Kilosort 4, whose templates --templates kilosort4 takes, but found none of ${filesOfKilosort4.join(', ')}. ` +
        'The whitening of Kilosort 2.5 and 3 cannot be undone. Give the raw recording.',
    );
  }
  if (uvPerBit === undefined) {
    throw fileError(
      join(folder, 'templates.npy'),
      'nothing says how many µV a count is. Say it: "uv_per_bit" in a file of sessions.',
    );
  }
  const inverse = await readInverse(join(folder, 'whitening_mat_inv.npy'), channels, signal);
  const path = join(folder, 'templates.npy');
  const { data, shape } = await readNumeric(path, signal);
  const [count = 0, samples = 0, width = 0] = shape;
  if (shape.length !== 3 || samples < waveformSamples || width !== channels) {
    throw fileError(
      path,
      `expected shape (templates, ${waveformSamples} or more samples, ${channels} channels) but found ${shapeText(shape)}.`,
    );
  }
  const values = toFloat64(path, data);
  refuseNormalised(path, values, count);
  // Kilosort 4 keeps the trough at this share of the window.
  const begin = Math.floor((troughSample * samples) / waveformSamples) - troughSample;
  const unwhitened = (template: number) => {
    const first = (template * samples + begin) * channels;
    const whitened = values.subarray(first, first + waveformSamples * channels);
    if (whitened.some((value) => !Number.isFinite(value))) {
      throw fileError(path, `template ${template} holds NaN or infinity.`);
    }
    return unwhiten(whitened, inverse, channels, uvPerBit);
  };

  const clusters = await spikeVector(folder, 'spike_clusters.npy', signal);
  const templates = await spikeVector(folder, 'spike_templates.npy', signal);
  if (clusters.length !== templates.length) {
    throw fileError(
      join(folder, 'spike_clusters.npy'),
      `holds ${clusters.length} spikes but spike_templates.npy ${templates.length}. Are both of one sorting?`,
    );
  }
  const beyond = new Set(templates.filter((template) => template < 0 || template >= count));
  if (beyond.size > 0) {
    throw fileError(
      join(folder, 'spike_templates.npy'),
      `names template ${listed([...beyond])}, but templates.npy has ${count}.`,
    );
  }
  const spikesOf = new Map<number, Map<number, number>>(units.map(({ id }) => [id, new Map<number, number>()]));
  clusters.forEach((cluster, i) => {
    const counts = spikesOf.get(cluster)!;
    counts.set(templates[i]!, (counts.get(templates[i]!) ?? 0) + 1);
  });
  const known = new Map([...new Set(templates)].map((template) => [template, unwhitened(template)]));
  return new Map([...spikesOf].map(([id, counts]) => [id, weightedMean(counts, known)]));
}

/** (C, C) */
async function readInverse(path: string, channels: number, signal?: AbortSignal): Promise<Float64Array> {
  const { data, shape } = await readNumeric(path, signal);
  if (shape.length !== 2 || shape[0] !== channels || shape[1] !== channels) {
    throw fileError(path, `expected shape (${channels}, ${channels}) but found ${shapeText(shape)}.`);
  }
  const inverse = toFloat64(path, data);
  if (inverse.some((value) => !Number.isFinite(value))) throw fileError(path, 'holds NaN or infinity.');
  const isScalar = inverse.every(
    (value, i) => Math.abs(value - (i % (channels + 1) === 0 ? inverse[0]! : 0)) <= 1e-6 * Math.abs(inverse[0]!),
  );
  if (isScalar && channels > 1) {
    throw fileError(
      path,
      'is a multiple of the identity, which does not undo the whitening of the templates; early versions of Kilosort 4 wrote that. ' +
        'Give the raw recording, or sort anew.',
    );
  }
  return inverse;
}

function refuseNormalised(path: string, values: Float64Array, count: number): void {
  const size = values.length / count;
  const norms = Array.from({ length: count }, (_, k) =>
    Math.sqrt(values.subarray(k * size, (k + 1) * size).reduce((sum, value) => sum + value * value, 0)),
  ).filter((norm) => norm > 0);
  if (norms.length > 0 && norms.every((norm) => Math.abs(norm - 1) < tolerance)) {
    throw fileError(
      path,
      'its templates are scaled to a norm of 1, as some versions of Kilosort 4 did, and have no µV. Give the raw recording.',
    );
  }
}

/** (61, C) counts to (C, 61) µV. Channels on which the sorter did not fit it stay 0. */
function unwhiten(whitened: Float64Array, inverse: Float64Array, channels: number, uvPerBit: number): Float64Array {
  const waveform = new Float64Array(channels * waveformSamples);
  const used = Array.from({ length: channels }, (_, c) => c).filter((c) =>
    Array.from({ length: waveformSamples }, (_, t) => whitened[t * channels + c]!).some((value) => value !== 0),
  );
  for (const c of used) {
    for (let t = 0; t < waveformSamples; t++) {
      let sum = 0;
      for (const from of used) sum += whitened[t * channels + from]! * inverse[from * channels + c]!;
      waveform[c * waveformSamples + t] = uvPerBit * sum;
    }
  }
  return waveform;
}

function weightedMean(counts: ReadonlyMap<number, number>, templates: ReadonlyMap<number, Float64Array>): Float32Array {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const sums = new Float64Array([...templates.values()][0]!.length);
  for (const [template, count] of counts) {
    templates.get(template)!.forEach((value, i) => {
      sums[i]! += count * value;
    });
  }
  return Float32Array.from(sums, (sum) => sum / all);
}

/** Of Kilosort 4, whose spike_templates.npy are the clusters before phy. */
async function spikeVector(folder: string, name: string, signal?: AbortSignal): Promise<Int32Array> {
  const path = join(folder, name);
  return toInt32(path, await readVector(path, signal));
}

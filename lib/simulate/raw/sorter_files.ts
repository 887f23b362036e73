import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { withOutputErrors, writeNpy } from '../../files/npy_writer.js';
import { Random } from '../../random.js';
import { addSpike } from '../field.js';
import type { PlannedUnit } from '../plan.js';
import type { Recording } from '../recording.js';
import { stream } from '../streams.js';
import { sortedSpikes } from '../unit.js';

/** A cluster that the sorter found. */
export interface SortedCluster {
  id: number;
  label: 'good' | 'mua';
  /** Undefined: noise */
  unit: PlannedUnit | undefined;
  /** Samples, ascending */
  spikes: Float64Array;
}

/** Samples of templates.npy */
const templateSamples = 61;

/**
 * The clusters of a session (from 0): its units, and one of noise, mua. Ids have gaps. Spike times are those of the troughs, off by the
 * same up to three samples for all spikes of a unit, as sorters are.
 */
export function sortedClusters(recording: Recording, units: readonly PlannedUnit[], session: number): SortedCluster[] {
  const { seed, sampleRateHz, durationS } = recording.parameters;
  const rows = Math.round(durationS * sampleRateHz);
  const clusters = units.map((unit, k): SortedCluster => {
    const random = new Random(seed, stream.sortedTimes, unit.neuron, session, unit.part);
    const offset = random.index(7) - 3;
    const samples = sortedSpikes(recording, unit).spikeTimes.map(
      (timeMs) => Math.round((timeMs * sampleRateHz) / 1000) + offset,
    );
    return { id: 2 * k, label: 'good', unit, spikes: samples.filter((sample) => sample >= 0 && sample < rows) };
  });
  const random = new Random(seed, stream.noiseCluster, session);
  const spikes = Float64Array.from({ length: Math.ceil(2 * durationS) }, () => random.index(rows)).sort();
  return [...clusters, { id: 2 * units.length, label: 'mua', unit: undefined, spikes }];
}

/** Writes what Kilosort 4 leaves for phy. `binary`: the recording, as seen from the folder. */
export async function writeSorterFolder(
  folder: string,
  recording: Recording,
  clusters: readonly SortedCluster[],
  binary: string,
): Promise<void> {
  const { parameters, probe } = recording;
  const { channels, sampleRateHz } = parameters;
  await mkdir(folder);
  const spikes = clusters
    .flatMap(({ spikes: own }, k) => Array.from(own, (sample) => ({ sample, k })))
    .sort((a, b) => a.sample - b.sample || a.k - b.k);
  const count = spikes.length;
  const file = (name: string) => join(folder, name);
  const ids = Int32Array.from(spikes, ({ k }) => clusters[k]!.id);
  const templates = clusters.at(-1)!.id + 1;
  const integers = (data: Int32Array) => ({ data, shape: [data.length], dtype: '<i4' });
  await writeNpy(file('spike_times.npy'), {
    data: Float64Array.from(spikes, ({ sample }) => sample),
    shape: [count],
    dtype: '<i8',
  });
  await writeNpy(file('spike_clusters.npy'), integers(ids));
  await writeNpy(file('spike_templates.npy'), integers(ids));
  await writeNpy(file('amplitudes.npy'), { data: new Float64Array(count).fill(1), shape: [count] });
  await writeNpy(file('channel_map.npy'), integers(Int32Array.from({ length: channels }, (_, c) => c)));
  await writeNpy(file('channel_positions.npy'), {
    data: Float64Array.from({ length: 2 * channels }, (_, i) => (i % 2 === 0 ? probe.xUm : probe.yUm)[i >> 1]!),
    shape: [channels, 2],
  });
  await writeNpy(file('channel_shanks.npy'), {
    data: Float64Array.from(probe.shank, (shank) => shank - 1),
    shape: [channels],
  });
  await writeNpy(file('templates.npy'), {
    data: templatesOf(recording, clusters, templates),
    shape: [templates, templateSamples, channels],
    dtype: '<f4',
  });
  await writeNpy(file('similar_templates.npy'), identity(templates));
  await writeNpy(file('whitening_mat.npy'), identity(channels));
  await writeNpy(file('whitening_mat_inv.npy'), identity(channels));
  const table = (column: string) =>
    [`cluster_id\t${column}\n`, ...clusters.map(({ id, label }) => `${id}\t${label}\n`)].join('');
  await withOutputErrors(folder, async () => {
    await writeFile(file('cluster_KSLabel.tsv'), table('KSLabel'));
    await writeFile(file('cluster_group.tsv'), table('KSLabel'));
    await writeFile(
      file('params.py'),
      `dat_path = ['${binary}']\nn_channels_dat = ${channels + 1}\noffset = 0\nsample_rate = ${sampleRateHz}\ndtype = 'int16'\nhp_filtered = False\n`,
    );
  });
}

/** (templates, 61, channels) largest value 1; the noise cluster, and ids without a cluster, have none. */
function templatesOf(recording: Recording, clusters: readonly SortedCluster[], count: number): Float32Array {
  const { parameters, probe } = recording;
  const { channels } = parameters;
  const size = templateSamples * channels;
  const all = new Float32Array(count * size);
  const timing = { samples: templateSamples, sampleRateHz: parameters.sampleRateHz };
  for (const { id, unit } of clusters) {
    if (unit === undefined) continue;
    const waveform = new Float64Array(size);
    for (const { neuron, weight } of sortedSpikes(recording, unit).shares) {
      addSpike(waveform, weight, neuron, probe, timing);
    }
    const largest = waveform.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (let i = 0; i < size; i++) {
      all[id * size + i] = waveform[(i % channels) * templateSamples + Math.floor(i / channels)]! / largest;
    }
  }
  return all;
}

function identity(size: number) {
  return {
    data: Float64Array.from({ length: size ** 2 }, (_, i) => (i % (size + 1) === 0 ? 1 : 0)),
    shape: [size, size],
  };
}

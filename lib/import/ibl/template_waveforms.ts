import { join } from 'node:path';

import { fileError } from '../../files/file_error.js';
import { peakOf } from '../place_waveform.js';
import { troughSample, waveformSamples } from '../mean_waveforms.js';
import { isTable, numbersOf } from './alf_object.js';
import { chooseFiles } from './choose_files.js';
import { loadObject } from './load_object.js';
import type { SessionFiles } from './session_files.js';

/** Mean waveforms of clusters, as files or a recording give them. */
export interface WaveformSource {
  /** What they were made from, for import.json */
  from: string[];
  /** Channels that each is of */
  width: number;
  /** (channels of the probe, 61) µV, trough at sample 20; and how many spikes it is the mean of, if that is known. Undefined: none */
  of(cluster: number): { waveform: Float32Array; averaged: number | undefined } | undefined;
}

/** Where the extraction of the International Brain Laboratory puts the spike in its waveforms. */
const fileTrough = 42;
/** By how many samples the trough of a peak channel may be off. */
const maxShift = 10;
/** More is no spike in volts. */
const largestV = 0.02;

/**
 * The waveforms in a sorting's files: `waveforms.templates` (clusters, k, samples), V, at the k channels around each cluster, which
 * `waveforms.channels` and `waveforms.table` name. Undefined: there are no templates. Rejects with DANT_DATA if they contradict each other or
 * the sorting, or cannot be in volts.
 * @param clusters Number of rows of the sorting's clusters
 * @param rowOf Channel of the probe by column of the recording
 * @param peakOfCluster (clusters) column of the recording of each cluster's channel
 */
export async function templateWaveforms(
  session: SessionFiles,
  { collection, revision }: { collection: string; revision: string | undefined },
  { clusters, rowOf, peakOfCluster }: { clusters: number; rowOf: ReadonlyMap<number, number>; peakOfCluster: number[] },
  warnings: string[],
  signal?: AbortSignal,
): Promise<WaveformSource | undefined> {
  const attributes = ['templates', 'channels', 'table'];
  const files = chooseFiles(session, { collection, object: 'waveforms', attributes, revision }, warnings);
  const templateFile = files.find(({ attribute }) => attribute === 'templates');
  if (templateFile === undefined) return undefined;
  const { folder } = session.session;
  const path = join(folder, templateFile.path);
  const load = (...wanted: string[]) =>
    loadObject(
      folder,
      files.filter(({ attribute }) => wanted.includes(attribute)),
      [],
      signal,
    );
  const { templates } = await load('templates');
  if (templates === undefined || isTable(templates) || Array.isArray(templates.data) || templates.shape.length !== 3) {
    throw fileError(path, 'expected numbers of the shape (clusters, channels, samples).');
  }
  const [rows, width, samples] = templates.shape as [number, number, number];
  if (samples < fileTrough + maxShift + waveformSamples - troughSample) {
    throw fileError(
      path,
      `has ${samples} samples; expected 128, with the trough near the ${fileTrough}nd, as the International Brain Laboratory extracts them.`,
    );
  }
  const table = files.some(({ attribute }) => attribute === 'table') ? await load('table') : {};
  const { channels } = files.some(({ attribute }) => attribute === 'channels') ? await load('channels') : {};
  const spikeClusters = numbersOf(table, 'cluster') ?? new Float64Array();
  const present = [...new Set(spikeClusters)].sort((a, b) => a - b);
  if (rows !== clusters && rows !== present.length) {
    throw fileError(
      path,
      `has ${rows} waveforms but the sorting ${clusters} clusters${present.length > 0 ? `, ${present.length} of them in waveforms.table` : ''}. Are they of one sorting?`,
    );
  }
  const neighbours = neighbourChannels({
    channels,
    spikeClusters,
    peaks: numbersOf(table, 'peak_channel'),
    width,
    rowOf,
  });
  const data = templates.data as Float32Array;
  const largest = data.reduce((most, value) => (Math.abs(value) > most ? Math.abs(value) : most), 0);
  if (largest > largestV) {
    throw fileError(
      path,
      `holds values up to ${largest.toPrecision(3)}; expected volts, of which a spike has less than ${largestV}. Are they µV?`,
    );
  }
  const counts = new Map<number, number>();
  for (const cluster of spikeClusters) counts.set(cluster, (counts.get(cluster) ?? 0) + 1);

  return {
    from: files.map((file) => file.path).sort(),
    width,
    of(cluster) {
      const row = rows === clusters ? cluster : present.indexOf(cluster);
      const columns = row < 0 ? undefined : neighbours(cluster, peakOfCluster[cluster]!);
      if (columns === undefined) return undefined;
      const own = data.subarray(row * width * samples, (row + 1) * width * samples);
      const waveform = placed(own, columns, samples, rowOf);
      return waveform && { waveform, averaged: counts.get(cluster) };
    },
  };
}

interface Neighbours {
  channels: Awaited<ReturnType<typeof loadObject>>[string] | undefined;
  spikeClusters: ArrayLike<number>;
  peaks: ArrayLike<number> | undefined;
  width: number;
  rowOf: ReadonlyMap<number, number>;
}

/** Columns of the recording that a cluster's waveform is of: those of its spikes, or of others with its peak channel. */
function neighbourChannels({ channels, spikeClusters, peaks, width, rowOf }: Neighbours) {
  const byCluster = new Map<number, ArrayLike<number>>();
  const byPeak = new Map<number, ArrayLike<number>>();
  if (channels !== undefined && !isTable(channels) && !Array.isArray(channels.data) && channels.shape[1] === width) {
    for (let i = 0; i < Math.min(channels.shape[0]!, spikeClusters.length); i++) {
      const columns = channels.data.subarray(i * width, (i + 1) * width);
      if (!byCluster.has(spikeClusters[i]!)) byCluster.set(spikeClusters[i]!, columns);
      if (peaks && !byPeak.has(peaks[i]!)) byPeak.set(peaks[i]!, columns);
    }
  }
  // A probe that has no more channels than a waveform: they are in order.
  const all = rowOf.size === width ? [...rowOf.keys()].sort((a, b) => a - b) : undefined;
  return (cluster: number, peak: number) => byCluster.get(cluster) ?? byPeak.get(peak) ?? all;
}

/** At all channels of the probe, µV, zero where it was not taken. Undefined: it is empty. */
function placed(
  own: Float32Array,
  columns: ArrayLike<number>,
  samples: number,
  rowOf: ReadonlyMap<number, number>,
): Float32Array | undefined {
  const known = Array.from(columns, (column, c) => ({ c, row: rowOf.get(column) })).filter(
    (place): place is { c: number; row: number } =>
      place.row !== undefined && !Number.isNaN(own[place.c * samples + fileTrough]),
  );
  const cut = (start: number) => {
    const waveform = new Float32Array(rowOf.size * waveformSamples);
    for (const { c, row } of known) {
      for (let t = 0; t < waveformSamples; t++) {
        waveform[row * waveformSamples + t] = 1e6 * own[c * samples + start + t]!;
      }
    }
    return waveform;
  };
  const { peakChannel, amplitudeUv } = peakOf(cut(fileTrough - troughSample));
  const peak = known.find(({ row }) => row === peakChannel);
  if (peak === undefined || !(amplitudeUv > 0)) return undefined;
  let trough = fileTrough - maxShift;
  for (let t = trough; t <= fileTrough + maxShift; t++) {
    if (own[peak.c * samples + t]! < own[peak.c * samples + trough]!) trough = t;
  }
  return cut(trough - troughSample);
}

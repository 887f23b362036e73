import { join } from 'node:path';

import { DantError } from '../../errors.js';
import { fileError } from '../../files/file_error.js';
import { unsorted } from '../labels.js';
import type { CompleteImportOptions } from '../options.js';
import { strayShare, type Recording } from '../recording.js';
import { shanksByPosition, type Site } from '../sites.js';
import { doubles, numbersOf, type AlfObject } from './alf_object.js';
import { requireSorter } from './choose_files.js';
import { loadSpikeSorting, type SpikeSorting } from './load_spike_sorting.js';
import { mergeClusters } from './merge_clusters.js';
import type { OneCache, OneSession } from './one_cache.js';
import { probeClock } from './probe_clock.js';
import { findRawRecording } from './raw_waveforms.js';
import { probesOf, sessionFiles } from './session_files.js';
import { templateWaveforms, type WaveformSource } from './template_waveforms.js';

/** A cluster that will be imported. */
export interface PlannedCluster {
  cluster: number;
  label: string;
  /** Session time, ms, ascending */
  timesMs: Float64Array;
  /** Samples of the recording; only where waveforms come from it */
  samples: Float64Array | undefined;
}

/** A session that will be imported. */
export interface IblSessionPlan {
  sorting: SpikeSorting;
  folder: string;
  /** (channels of the probe) */
  sites: Site[];
  /** (channels of the probe) column of the recording */
  columns: Int32Array;
  durationS: number;
  clusters: PlannedCluster[];
  /** Clusters with spikes, by label */
  labels: Record<string, number>;
  /** Undefined: to be taken from the recording */
  waveforms: WaveformSource | undefined;
  recording: Recording | undefined;
  warnings: string[];
}

export interface IblChoice {
  sorter?: string | undefined;
  revision?: string | undefined;
  namespace?: string | undefined;
}

/** Looks at a session's sorting. A text says why the session cannot be imported. Rejects with DANT_DATA for files that are wrong. */
export async function planIblSession(
  cache: OneCache,
  session: OneSession,
  probe: string,
  choice: IblChoice,
  options: CompleteImportOptions,
  signal?: AbortSignal,
): Promise<IblSessionPlan | string> {
  const files = await sessionFiles(cache, session);
  const found = probesOf(files).find(({ name }) => name === probe);
  if (found === undefined) return `there are no sorted spikes of ${probe}`;
  requireSorter(files, found, choice.sorter);
  const sorting = await loadSpikeSorting(cache, session, probe, {
    ...choice,
    datasetTypes: ['spikes.samples'],
    signal,
  });
  const collection = sorting.collection!;
  const folder = join(session.folder, collection);
  const warnings = [...sorting.warnings];
  const { sites, columns } = channelsOf(folder, sorting.channels);
  const clusterChannels = numbersOf(sorting.clusters, 'channels');
  if (clusterChannels === undefined) throw fileError(folder, 'there is no clusters.channels file.');
  const rowOf = new Map(Array.from(columns, (column, row) => [column, row]));
  const peakOfCluster = Array.from(clusterChannels, (row) => columns[row]!);
  const where = { collection, revision: choice.revision };
  const waveforms = await templateWaveforms(
    files,
    where,
    { clusters: clusterChannels.length, rowOf, peakOfCluster },
    warnings,
    signal,
  );
  const recording = waveforms ? undefined : await findRawRecording(files, probe);
  if (!waveforms && !recording) {
    return `there are neither ${collection}/waveforms.templates.npy nor a recording raw_ephys_data/${probe}/*.ap.cbin`;
  }
  warnings.push(...(recording?.warnings ?? []));
  if (waveforms && waveforms.width < sites.length) {
    warnings.push(
      `${folder}: the waveforms are of ${waveforms.width} of ${sites.length} channels around each unit; at the others they are zero.`,
    );
  }
  const samples = recording ? await samplesOf(files, probe, sorting.spikes) : undefined;
  if (recording && samples) checkSamples(folder, recording, samples, warnings);
  const units = unitsOf(folder, sorting, clusterChannels.length, samples, warnings);
  const labels: Record<string, number> = {};
  for (const { label } of units) labels[label] = (labels[label] ?? 0) + 1;
  const times = numbersOf(sorting.spikes, 'times')!;
  const durationS = recording ? recording.rows / recording.sampleRateHz : times[times.length - 1]! - times[0]!;
  const wanted = new Set(options.labels.map((label) => label.toLowerCase()));
  const clusters = units.filter(
    ({ label, timesMs }) =>
      wanted.has(label) &&
      timesMs.length >= Math.max(1, options.minSpikes) &&
      timesMs.length / durationS >= options.minRateHz,
  );
  if (clusters.length === 0) {
    const summary = Object.entries(labels).map(([label, count]) => `${count} ${label}`);
    return (
      `no unit is left: the clusters are ${summary.join(', ')}, and those that are ${options.labels.join(' or ')} with at least ` +
      `${options.minSpikes} spikes were asked for (--labels, --min-spikes)`
    );
  }
  return { sorting, folder, sites, columns, durationS, clusters, labels, waveforms, recording, warnings };
}

function channelsOf(folder: string, channels: AlfObject): { sites: Site[]; columns: Int32Array } {
  const pairs = numbersOf(channels, 'localCoordinates');
  const x = pairs ? Array.from(pairs).filter((_, i) => i % 2 === 0) : numbersOf(channels, 'lateral_um');
  const y = pairs ? Array.from(pairs).filter((_, i) => i % 2 === 1) : numbersOf(channels, 'axial_um');
  if (x === undefined || y === undefined) throw fileError(folder, 'there is no channels.localCoordinates file.');
  const across = Array.from(x);
  const shanks = shanksByPosition(across);
  const sites = across.map((value, c) => ({ shank: shanks[c]!, x: value, y: y[c]! }));
  const columns = numbersOf(channels, 'rawInd') ?? sites.map((_, c) => c);
  return { sites, columns: Int32Array.from(columns) };
}

/** The spikes in samples of the probe's recording: never times · 30,000, as its clock is not the session's. */
async function samplesOf(
  files: Awaited<ReturnType<typeof sessionFiles>>,
  probe: string,
  spikes: AlfObject,
): Promise<Float64Array> {
  const samples = numbersOf(spikes, 'samples');
  if (samples !== undefined) return doubles(samples);
  const clock = await probeClock(files, probe);
  return clock.timesToSamples(numbersOf(spikes, 'times')!).map(Math.round);
}

/** Refuses a recording that ends before many of the spikes. */
function checkSamples(folder: string, { rows, files }: Recording, samples: Float64Array, warnings: string[]): void {
  const stray = samples.filter((sample) => !(sample >= 0 && sample < rows)).length;
  const what = `${stray} of ${samples.length} spikes are beyond the ${rows} samples of ${files.join(', ')}`;
  if (stray > strayShare * samples.length) {
    throw fileError(folder, `${what}. Is it the recording that was sorted, and whole?`);
  }
  if (stray > 0) warnings.push(`${folder}: ${what}; they are in no mean waveform.`);
}

/** All clusters with spikes. */
function unitsOf(
  folder: string,
  sorting: SpikeSorting,
  count: number,
  samples: Float64Array | undefined,
  warnings: string[],
): PlannedCluster[] {
  const { spikes } = sorting;
  const times = numbersOf(spikes, 'times');
  const clusters = numbersOf(spikes, 'clusters');
  if (times === undefined || clusters === undefined || times.length === 0) {
    throw fileError(folder, 'expected spikes.times and spikes.clusters with spikes in them.');
  }
  if (clusters.length !== times.length || (samples && samples.length !== times.length)) {
    throw fileError(
      folder,
      `spikes has ${times.length} times, ${clusters.length} clusters${samples ? ` and ${samples.length} samples` : ''}. Are they of one sorting and revision?`,
    );
  }
  const indices = Array.from({ length: count }, (): number[] => []);
  clusters.forEach((cluster, i) => {
    const list = indices[cluster];
    if (list === undefined) {
      throw fileError(folder, `spike ${i} is of cluster ${cluster}, but clusters.channels has only ${count}.`);
    }
    list.push(i);
  });
  const labelOf = labelsOf(sorting, warnings);
  return indices.flatMap((list, cluster) => {
    if (list.length === 0) return [];
    return {
      cluster,
      label: labelOf(cluster),
      timesMs: Float64Array.from(list, (i) => 1000 * times[i]!).sort(),
      samples: samples && Float64Array.from(list, (i) => samples[i]!).sort(),
    };
  });
}

/** "good" passes all tests of quality, others are "2/3", "1/3", "0/3"; "unsorted": nothing tells. */
function labelsOf(sorting: SpikeSorting, warnings: string[]): (cluster: number) => string {
  try {
    const { label } = mergeClusters(sorting);
    const shares = label?.data;
    return (cluster) => {
      const share = shares?.[cluster];
      if (typeof share !== 'number' || Number.isNaN(share)) return unsorted;
      return share === 1 ? 'good' : `${Math.round(3 * share)}/3`;
    };
  } catch (error) {
    if (!(error instanceof DantError) || error.code !== 'DANT_INPUT') throw error;
    warnings.push(`Nothing tells how good the units are; all are "unsorted". ${error.message}`);
    return () => unsorted;
  }
}

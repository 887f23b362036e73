import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { readChannelLocations } from '../dataset/channel_files.js';
import { Findings, listed } from '../dataset/findings.js';
import { readVector } from '../dataset/numeric_file.js';
import { toFloat64, toInt32 } from '../files/convert.js';
import { fileError } from '../files/file_error.js';
import { readTextIfThere } from '../files/text_file.js';
import { readLabels } from './labels.js';
import { parsePhyParams, type PhyParams } from './params_py.js';
import { shanksByPosition, type Site } from './sites.js';

/** A unit that a spike sorter found. */
export interface SortedUnit {
  /** The sorter's (or phy's) number */
  id: number;
  label: string;
  /** Spike times in ascending order, samples from the start of the recording */
  spikes: Float64Array;
}

/** What lies in a folder of Kilosort or phy. */
export interface Sorting {
  folder: string;
  params: PhyParams;
  /** (C) column of each channel in the recording */
  channelMap: Int32Array;
  /** (C) */
  sites: Site[];
  /** All units, in the order of their ids. */
  units: SortedUnit[];
  warnings: string[];
}

/**
 * Reads a folder of Kilosort 2 to 4, with or without phy. No spike is left out; templates are not read, as they are whitened.
 * Rejects with DANT_DATA.
 */
export async function readSorting(folder: string, signal?: AbortSignal): Promise<Sorting> {
  const findings = new Findings(folder);
  const params = await readPhyParams(folder);
  const channelMap = toInt32(
    join(folder, 'channel_map.npy'),
    await readVector(join(folder, 'channel_map.npy'), signal),
  );
  const sites = await readSites(folder, channelMap.length, findings, signal);
  checkChannelMap(join(folder, 'channel_map.npy'), channelMap, params.columns);
  return {
    folder,
    params,
    channelMap,
    sites,
    units: await readUnits(folder, findings.warnings, signal),
    warnings: findings.warnings,
  };
}

/** Reads the params.py of a sorter's folder. Rejects with DANT_DATA. */
export async function readPhyParams(folder: string): Promise<PhyParams> {
  const path = join(folder, 'params.py');
  const text = await readTextIfThere(path);
  if (text === undefined) {
    throw fileError(
      path,
      'there is no such file. Kilosort writes it beside spike_times.npy; write one with the lines dat_path = "…", n_channels_dat = …, ' +
        'dtype = "int16", offset = 0, sample_rate = … and hp_filtered = False.',
    );
  }
  return parsePhyParams(path, text);
}

async function readSites(folder: string, channels: number, findings: Findings, signal?: AbortSignal): Promise<Site[]> {
  const path = join(folder, 'channel_positions.npy');
  const positions = await readChannelLocations(path, findings, signal);
  if (positions.length !== 2 * channels) {
    throw fileError(
      path,
      `expected a position for each of the ${channels} channels but found ${positions.length / 2}.`,
    );
  }
  const x = Array.from({ length: channels }, (_, c) => positions[2 * c]!);
  const shankPath = join(folder, 'channel_shanks.npy');
  let shanks = existsSync(shankPath)
    ? [...toInt32(shankPath, await readVector(shankPath, signal))]
    : new Array<number>(channels).fill(0);
  if (shanks.length !== channels) {
    throw fileError(shankPath, `expected a shank for each of the ${channels} channels but found ${shanks.length}.`);
  }
  if (new Set(shanks).size === 1) shanks = shanksByPosition(x);
  // Some count shanks from 1.
  const least = Math.min(...shanks);
  return x.map((value, c) => ({ shank: shanks[c]! - least, x: value, y: positions[2 * c + 1]! }));
}

function checkChannelMap(path: string, channelMap: Int32Array, columns = Infinity): void {
  const wrong = [...channelMap].filter((column) => column < 0 || column >= columns);
  if (wrong.length > 0) {
    throw fileError(path, `names column ${listed(wrong)} of the recording, but params.py says that it has ${columns}.`);
  }
  if (new Set(channelMap).size < channelMap.length) throw fileError(path, 'names a column of the recording twice.');
}

async function readUnits(folder: string, warnings: string[], signal?: AbortSignal): Promise<SortedUnit[]> {
  const timesPath = join(folder, 'spike_times.npy');
  const times = toFloat64(timesPath, await readVector(timesPath, signal));
  const clustersPath = [join(folder, 'spike_clusters.npy'), join(folder, 'spike_templates.npy')].find((path) =>
    existsSync(path),
  );
  if (clustersPath === undefined)
    throw fileError(folder, 'there is neither spike_clusters.npy nor spike_templates.npy.');
  const clusters = toInt32(clustersPath, await readVector(clustersPath, signal));
  if (clusters.length !== times.length) {
    throw fileError(
      clustersPath,
      `holds ${clusters.length} spikes but spike_times.npy ${times.length}. Are both of one sorting?`,
    );
  }
  if (times.length === 0) throw fileError(timesPath, 'there are no spikes.');
  if (times.some((time) => !Number.isInteger(time))) {
    throw fileError(
      timesPath,
      'expected whole numbers, the samples of the recording at which there are spikes, but found fractions. Are these times in seconds or ms?',
    );
  }
  const isSorted = times.every((time, i) => i === 0 || times[i - 1]! <= time);
  if (!isSorted) warnings.push('The spike times are not in order; they were sorted.');

  const counts = new Map<number, number>();
  for (const cluster of clusters) counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
  const label = await readLabels(folder);
  const units = [...counts]
    .sort(([a], [b]) => a - b)
    .map(([id, count]) => ({ id, label: label(id), spikes: new Float64Array(count) }));
  const placeOf = new Map(units.map((unit) => [unit.id, { spikes: unit.spikes, next: 0 }]));
  clusters.forEach((cluster, i) => {
    const place = placeOf.get(cluster)!;
    place.spikes[place.next++] = times[i]!;
  });
  if (!isSorted) for (const { spikes } of units) spikes.sort();
  return units;
}

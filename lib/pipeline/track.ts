import type { Dataset } from '../dataset/types.js';
import { abortError } from '../errors.js';
import type { RunOptions } from '../native/run.js';
import type { Settings } from '../settings/index.js';
import type { ProgressEvent, Stage } from './progress.js';
import { trackGroup, type GroupResult } from './track_group.js';
import { TrackedUnits } from './tracked_units.js';
import { computeUnitFeatures, type UnitFeatures } from './unit_features.js';

export interface TrackOptions {
  /** Stops the run within 100 ms; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  onProgress?: (event: ProgressEvent) => void;
  /** Threads; −1: all cores. Default: the setting `n_jobs`. The result does not depend on it. */
  threads?: number;
}

/** Which units of different days are the same neuron, and how that was found. */
export interface TrackResult {
  /** (N) cluster of each unit, 1 … K; −1: unmatched */
  clusters: Int32Array;
  /** K */
  clusterCount: number;
  /** (M, 2) pairs of units in the same cluster, the smaller index first */
  matchedPairs: Int32Array;
  features: UnitFeatures;
  /** One entry per shank in shank order, or a single one for a run of all units together. */
  groups: GroupResult[];
  warnings: string[];
}

/** Tracks the units of a data set (specification, sections 2 to 10). */
export async function trackDataset(
  dataset: Dataset,
  settings: Settings,
  options: TrackOptions = {},
): Promise<TrackResult> {
  const { signal, onProgress, threads = settings.n_jobs } = options;
  const features = await computeUnitFeatures(dataset, settings, {
    threads,
    ...(signal && { signal }),
    onProgress: (fraction) => onProgress?.({ stage: 'features', fraction }),
  });
  return trackUnits(dataset, features, settings, options);
}

/** Tracks units whose features are known (specification, sections 3 to 10). */
export async function trackUnits(
  dataset: Dataset,
  features: UnitFeatures,
  settings: Settings,
  { signal, onProgress, threads = settings.n_jobs }: TrackOptions = {},
): Promise<TrackResult> {
  const warnings = [...dataset.warnings];
  const stage = (name: Stage, shank?: number): RunOptions => ({
    threads,
    ...(signal && { signal }),
    ...(onProgress && {
      onProgress: (fraction) => {
        onProgress({ stage: name, fraction, ...(shank !== undefined && { shank }) });
      },
    }),
  });
  if (dataset.sessionCount === 1) {
    warnings.push('All units are of one session: there is nothing to match, and every unit stays unmatched.');
  }

  const unitCount = dataset.sessions.length;
  const allUnits = Int32Array.from({ length: unitCount }, (_, unit) => unit);
  const shanks = [...new Set(dataset.channelShanks)].sort((a, b) => a - b);
  const separate = settings.shanks === 'separate' && shanks.length > 1;
  warnFewChannels(dataset, settings, warnings);

  const groups: GroupResult[] = [];
  for (const shank of separate ? shanks : [undefined]) {
    const indices = allUnits.filter((unit) => shank === undefined || features.shanks[unit] === shank);
    if (indices.length === 0) continue;
    if (signal?.aborted) throw abortError(signal);
    const prefix = shank === undefined ? '' : `Shank ${shank}: `;
    const units = new TrackedUnits(dataset, features, indices);
    groups.push(
      await trackGroup(units, shank, dataset.motion, settings, {
        ...stage('similarity', shank),
        stage: (name) => stage(name, shank),
        warn: (message) => {
          if (!warnings.includes(prefix + message)) warnings.push(prefix + message);
        },
        onIteration: ({ features: names, matchedPairs }) =>
          onProgress?.({
            stage: 'motion',
            fraction: 1,
            ...(shank !== undefined && { shank }),
            message: `${matchedPairs} pairs matched by ${names.join(', ')}`,
          }),
      }),
    );
  }

  const clusters = new Int32Array(unitCount).fill(-1);
  let clusterCount = 0;
  for (const { units, labels } of groups) {
    const offset = clusterCount;
    units.forEach((unit, i) => {
      if (labels[i]! < 1) return;
      clusters[unit] = offset + labels[i]!;
      clusterCount = Math.max(clusterCount, clusters[unit]);
    });
  }
  return {
    clusters,
    clusterCount,
    matchedPairs: concatenate(groups.map(({ labels, units }) => mapUnits(pairsWithin(labels), units))),
    features,
    groups,
    warnings,
  };
}

/** (M, 2) pairs of equal labels ≥ 1, in row order. */
export function pairsWithin(labels: Int32Array): Int32Array {
  const members = new Map<number, number[]>();
  labels.forEach((label, unit) => {
    if (label < 1) return;
    const cluster = members.get(label);
    if (cluster) cluster.push(unit);
    else members.set(label, [unit]);
  });
  const pairs: number[] = [];
  labels.forEach((label, unit) => {
    for (const other of members.get(label) ?? []) if (other > unit) pairs.push(unit, other);
  });
  return Int32Array.from(pairs);
}

/** Group indices → indices in the data set. */
export function mapUnits(local: Int32Array, units: Int32Array): Int32Array {
  return local.map((unit) => units[unit]!);
}

export function concatenate(parts: Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

function warnFewChannels(dataset: Dataset, settings: Settings, warnings: string[]): void {
  const wanted = settings.waveformCorrection.n_nearest_channels;
  const counts = new Map<number, number>();
  for (let c = 0; c < dataset.channelLocationsUm.length / 2; ++c) {
    const shank = dataset.channelShanks?.[c] ?? 1;
    counts.set(shank, (counts.get(shank) ?? 0) + 1);
  }
  for (const [shank, count] of counts) {
    if (count >= wanted) continue;
    const where = counts.size > 1 ? `Shank ${shank}` : 'The probe';
    warnings.push(
      `${where} has ${count} channels, fewer than waveformCorrection.n_nearest_channels (${wanted}); ` +
        'waveforms are compared over all of them.',
    );
  }
}

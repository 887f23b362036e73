import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import type { Dataset } from '../recording/dataset.js';
import { addon } from '../native/addon.js';
import type { GroupResult, TrackResult } from '../tracking/result.js';
import { clusteringColumns } from './clustering_columns.js';
import type { Settings } from '../settings/index.js';
import { packageVersion } from '../native/package_folder.js';
import { runRecordFile } from './schema.js';

/** What `run.json` says about a run: with what it was made, where its time went, and how it came to its result. */
export interface RunRecord {
  versions: { 'node-dant': string; node: string };
  platform: string;
  simd: string;
  threads: number;
  /** From the start until everything was written. */
  seconds: number;
  /** Seconds per stage. Stages take turns, and writing overlaps with computing what is written. */
  stages: Record<string, number>;
  /** Largest resident memory of the process so far, bytes. */
  peakMemoryBytes: number;
  data: { units: number; sessions: number; channels: number; samples: number; spikes: number };
  clusters: number;
  /** One per shank, or a single one */
  groups: GroupRecord[];
  warnings: readonly string[];
  settings: Settings;
}

export interface GroupRecord {
  /** Absent: all units were tracked together. */
  shank?: number;
  units: number;
  motionIterations: MotionRecord[];
  stoppedBecause: string;
  /** Of the final clustering, with their weights */
  features: readonly string[];
  weights: number[];
  /** null: it could not be learned */
  threshold: number | null;
}

/** One round of the motion estimate. */
export interface MotionRecord {
  features: readonly string[];
  weights: number[];
  threshold: number | null;
  matchedPairs: number;
  /** (S) motion that the round worked with */
  motionConstantUm: number[];
  motionLinear: number[];
  /** How many of the nearby pairs have a similarity in each bin; `start` is the lower edge of the first one. */
  similarity: { start: number; binWidth: number; matched: number[]; unmatched: number[] };
}

export function runRecord(
  dataset: Dataset,
  result: TrackResult,
  settings: Settings,
  { threads, seconds }: { threads: number; seconds: number },
): RunRecord {
  const [units, channels, samples] = dataset.waveforms.shape as [number, number, number];
  return {
    versions: { 'node-dant': packageVersion, node: process.versions.node },
    platform: `${process.platform}-${process.arch}`,
    simd: addon.simdLevels().inUse,
    threads: threads < 1 ? availableParallelism() : threads,
    seconds: rounded(seconds),
    stages: Object.fromEntries([...result.seconds].map(([stage, time]) => [stage, rounded(time)])),
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    data: { units, sessions: dataset.sessionCount, channels, samples, spikes: dataset.spikeTrains.timesMs.length },
    clusters: result.clusterCount,
    groups: result.groups.map(groupRecord),
    warnings: result.warnings,
    settings,
  };
}

function groupRecord(group: GroupResult): GroupRecord {
  const { names, weights, threshold } = clusteringColumns(group);
  const [rounds, stoppedBecause] =
    group.method === 'reference'
      ? [group.motionIterations, group.stoppedBecause]
      : [[], 'all iterations done' as const];
  return {
    ...(group.shank !== undefined && { shank: group.shank }),
    units: group.units.length,
    motionIterations: rounds.map((round) => ({
      features: round.features,
      weights: Array.from(round.weights),
      threshold: round.threshold ?? null,
      matchedPairs: round.matchedPairs,
      motionConstantUm: Array.from(round.motionUsed.constantUm),
      motionLinear: Array.from(round.motionUsed.linear),
      similarity: {
        ...round.similarity,
        matched: Array.from(round.similarity.matched),
        unmatched: Array.from(round.similarity.unmatched),
      },
    })),
    stoppedBecause,
    features: names,
    weights: Array.from(weights),
    threshold: threshold ?? null,
  };
}

export function writeRunRecord(folder: string, record: RunRecord): Promise<void> {
  return writeFile(join(folder, runRecordFile), `${JSON.stringify(record, null, 2)}\n`);
}

const rounded = (seconds: number) => Math.round(seconds * 1e4) / 1e4;

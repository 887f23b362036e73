import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { readNpyShape } from '../files/npy.js';
import { findSorterFolder, recordingOf } from '../import/find_recording.js';
import { labelsIn, readLabelTables } from '../import/labels.js';
import { waveformSamples } from '../import/mean_waveforms.js';
import { importDefaults } from '../import/options.js';
import { readClusterTable } from '../import/tables.js';
import type { RecordingInput } from './study.js';

/** What a recording amounts to. */
export interface RecordingSize {
  units: number;
  channels: number;
  samples: number;
  spikes: number;
}

const float32 = 4;

/**
 * Memory that a recording needs, bytes: Node and the report, the waveforms about as often as they are copied (read, corrected,
 * projected), matrices of all pairs of units, spike times. Measured on 50 to 4,890 units, to be above what either method took.
 */
export function memoryOf({ units, channels, samples, spikes }: RecordingSize): number {
  const waveforms = float32 * units * channels * samples;
  const matrix = float32 * units ** 2;
  return 400e6 + 4.5 * waveforms + 8 * matrix + 24 * spikes;
}

/** An import reads blocks of the recording, whatever its length. */
const importBytes = 1.2e9;

/** Units of a sorting that no table labels. */
const unknownUnits = 500;

/** The memory that the whole work on a recording needs. Rejects with DANT_DATA if an input is missing. */
export async function estimateMemory(input: RecordingInput, dataFolder: string): Promise<number> {
  if (input.kind === 'data') return memoryOf(await sizeOfData(dataFolder));
  const size = { units: 0, channels: 0, samples: waveformSamples, spikes: 0 };
  for (const { folder, labelTable } of input.sessions) {
    const sorter = await findSorterFolder(folder);
    const [channels = 0] = await readNpyShape(join(sorter, 'channel_map.npy'));
    const [spikes = 0] = await readNpyShape(join(sorter, 'spike_times.npy'));
    size.channels = Math.max(size.channels, channels);
    size.spikes += spikes;
    size.units += await labelledUnits(sorter, labelTable, input.options.labels ?? importDefaults.labels);
  }
  return Math.max(memoryOf(size), importBytes + 24 * size.spikes);
}

/** What reading a recording on a slow network drive and tracking on a slow node take, bytes per minute; others end sooner. */
const rawBytesPerMinute = 2e9;
const leastMinutes = 30;

/** A limit of time for the work on a recording, minutes: generous, as what exceeds it is lost. */
export async function estimateMinutes(input: RecordingInput): Promise<number> {
  if (input.kind === 'data') return 2 * leastMinutes;
  let bytes = 0;
  for (const { folder, recording } of input.sessions) {
    const sorter = await findSorterFolder(folder);
    const files = recording ?? (await recordingOf(sorter)) ?? [];
    for (const file of files)
      bytes += await stat(file).then(
        ({ size }) => size,
        () => 0,
      );
  }
  return Math.ceil(2 * leastMinutes + bytes / rawBytesPerMinute);
}

async function sizeOfData(folder: string): Promise<RecordingSize> {
  const [units = 0, channels = 0, samples = 0] = await readNpyShape(join(folder, 'waveform_all.npy'));
  // Spike trains are files of their own, thousands of them; those of a busy unit of a long session.
  const trains = await readdir(join(folder, 'spike_times')).catch(() => []);
  return { units, channels, samples, spikes: 10_000 * trains.length };
}

async function labelledUnits(
  sorter: string,
  labelTable: string | undefined,
  labels: readonly string[],
): Promise<number> {
  const table = labelTable === undefined ? undefined : await readClusterTable(labelTable);
  const tables = table ? [table] : await readLabelTables(sorter);
  const ids = new Set(tables.flatMap(({ rows }) => [...rows.keys()]));
  if (ids.size === 0) return unknownUnits;
  if (table) return ids.size;
  const labelOf = labelsIn(tables);
  return [...ids].filter((id) => labels.includes(labelOf(id))).length;
}

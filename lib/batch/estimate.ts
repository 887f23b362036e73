import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { readNpyShape } from '../files/npy.js';
import { completeSettings } from '../settings/index.js';
import type { RecordingSize } from './sources/source.js';
import type { StudyRecording } from './study.js';

const float32 = 4;

/**
 * Memory that tracking needs, bytes: Node; what draws figures and report; the waveforms twice; matrices of all pairs of units;
 * what is kept of pairs that are near each other, a larger share of all on shorter probes; spike times. Fitted to the largest
 * resident memory of either method, with two threads, on 160 to 15,000 units, to be 1.2 to 1.7 times that (docs/batch.md).
 */
export function memoryOf({ units, channels, samples, spikes }: RecordingSize, isDrawn = true): number {
  const waveforms = float32 * units * channels * samples;
  const matrix = float32 * units ** 2;
  const nearby = matrix * Math.min(1, 128 / channels);
  return 1.1 * (150e6 + (isDrawn ? 350e6 : 0) + 2 * waveforms + 0.4 * matrix + 13 * nearby) + 24 * spikes;
}

/** An import reads blocks of the recording, whatever its length. */
const importBytes = 1.2e9;

/** How often a recording is tried again with more memory after the system has killed it. */
export const mostKills = 1;

/**
 * The memory that the next step of the work on a recording needs, bytes: the import, and the tracking as far as it can be told
 * before; or the tracking alone. Twice as much once it was killed. Rejects with DANT_DATA if an input is missing.
 * @param dataFolder Where it was imported to, or is
 */
export async function neededMemory(
  { source, importOptions, settings }: StudyRecording,
  dataFolder: string,
  { isImport, kills }: { isImport: boolean; kills: number },
): Promise<number> {
  const more = 2 ** Math.min(kills, mostKills);
  const { figures, report } = completeSettings(settings).settings.outputs;
  const tracking = (size: RecordingSize) => memoryOf(size, figures || report);
  if (source.folder !== undefined || !isImport) return more * tracking(await sizeOfData(dataFolder));
  const size = await source.size?.(importOptions);
  return more * (size ? Math.max(tracking(size), importBytes + 24 * size.spikes) : importBytes);
}

const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

export const tooLittle = (needed: number, allowed: number) =>
  `needs about ${gb(needed)} of memory, more than the ${gb(allowed)} that it may take.`;

/** Reading a recording on a slow network drive and tracking on a slow node, bytes per minute; others end sooner. */
const rawBytesPerMinute = 2e9;
const leastMinutes = 60;

/** A limit of time for the work on a recording, minutes: generous, as what exceeds it is lost. */
export async function estimateMinutes({ source }: StudyRecording): Promise<number> {
  const bytes = source.folder === undefined ? await source.rawBytes?.() : undefined;
  return Math.ceil(leastMinutes + (bytes ?? 0) / rawBytesPerMinute);
}

async function sizeOfData(folder: string): Promise<RecordingSize> {
  const [units = 0, channels = 0, samples = 0] = await readNpyShape(join(folder, 'waveform_all.npy'));
  const trains = join(folder, 'spike_times');
  let bytes = 0;
  for (const name of await readdir(trains).catch(() => [])) bytes += (await stat(join(trains, name))).size;
  return { units, channels, samples, spikes: bytes / 8 };
}

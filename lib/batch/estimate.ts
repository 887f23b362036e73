import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { readNpyShape } from '../files/npy.js';
import type { RecordingSize } from './sources/source.js';
import type { StudyRecording } from './study.js';

const float32 = 4;

/**
 * Memory that tracking needs, bytes: Node and what draws, the waveforms about as often as they are copied (read, corrected,
 * projected), matrices of all pairs of units, spike times. Measured on 50 to 15,000 units, to be above what either method took.
 */
export function memoryOf({ units, channels, samples, spikes }: RecordingSize): number {
  const waveforms = float32 * units * channels * samples;
  const matrix = float32 * units ** 2;
  return 400e6 + 4.5 * waveforms + 8 * matrix + 24 * spikes;
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
  { source, importOptions }: StudyRecording,
  dataFolder: string,
  { isImport, kills }: { isImport: boolean; kills: number },
): Promise<number> {
  const more = 2 ** Math.min(kills, mostKills);
  if (source.folder !== undefined || !isImport) return more * memoryOf(await sizeOfData(dataFolder));
  const size = await source.size?.(importOptions);
  return more * (size ? Math.max(memoryOf(size), importBytes + 24 * size.spikes) : importBytes);
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

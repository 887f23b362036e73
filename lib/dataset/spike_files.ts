import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { abortError } from '../errors.js';
import type { SpikeTrains } from '../recording/spike_trains.js';
import { toFloat64 } from '../files/convert.js';
import { sharedArray } from '../native/memory.js';
import { runNative, type RunOptions } from '../native/run.js';
import { listed, unitsListed, type Findings } from './findings.js';
import { readVectorFile as readTimes } from './numeric_file.js';
import { checkSpikeTrains } from './check_spike_trains.js';

const folderName = 'spike_times';
// Thousands of small files are read by the hundred: opening them one by one from here would cost more than reading them.
const smallFileBytes = 2 ** 20;
const batchBytes = 4 * 2 ** 20;
/** One is read while another one is made numbers of. */
const batchesAtOnce = 2;
const spikesPerTurn = 2e6;
const none = new Float64Array();

/** Reads the spike times of units 0 … N − 1, ms; undefined if one cannot be used. */
export async function readSpikeTrains(
  folder: string,
  unitCount: number,
  findings: Findings,
  { onProgress, ...options }: RunOptions,
): Promise<SpikeTrains | undefined> {
  const { signal } = options;
  const found = await unitFiles(join(folder, folderName));
  if (!found) {
    findings.problems.push(`${folderName}: there is no such folder, or it cannot be read.`);
    return undefined;
  }
  const missing = Array.from({ length: unitCount }, (_, unit) => unit).filter((unit) => !found.has(unit));
  const extra = [...found].filter((unit) => unit >= unitCount).sort((a, b) => a - b);
  if (missing.length > 0) {
    const hint = missing[0] === 0 && extra[0] === unitCount ? ' The first unit is number 0, not 1.' : '';
    findings.problems.push(
      `${folderName}: expected a file for each of the ${unitCount} units but ${names(missing)} ` +
        `${missing.length === 1 ? 'is' : 'are'} missing.${hint}`,
    );
    return undefined;
  }
  if (extra.length > 0) {
    findings.warnings.push(`${folderName}: there are ${unitCount} units; ${names(extra)} will not be used.`);
  }

  const unreadable: string[] = [];
  const half: number[] = [];
  const trains = new Array<Float64Array>(unitCount).fill(none);
  const paths = Array.from({ length: unitCount }, (_, unit) => join(folder, folderName, `Unit${unit}.npy`));
  const sizes = new Float64Array(unitCount);
  await runNative((native, control) => native.fileSizes({ ...control, paths, sizes }), options);
  const waiting = batches(sizes);
  let done = 0;
  const worker = async () => {
    for (const batch of waiting) {
      const contents = await readBatch(paths, sizes, batch, options);
      for (let unit = batch.first; unit < batch.end; ++unit) {
        if (signal?.aborted) throw abortError(signal);
        const path = paths[unit]!;
        try {
          const { data, dtype } = await readTimes(path, signal, contents[unit - batch.first]);
          trains[unit] = toFloat64(path, data);
          if (dtype.endsWith('f2')) half.push(unit);
        } catch (error) {
          unreadable.push(findings.messageOf(error));
        }
        onProgress?.(++done / unitCount);
      }
    }
  };
  await Promise.all(Array.from({ length: batchesAtOnce }, worker));
  if (unreadable.length > 0) {
    findings.problems.push(...unreadable.sort().slice(0, 5));
    if (unreadable.length > 5) findings.problems.push(`${folderName}: ${unreadable.length - 5} more files like these.`);
    return undefined;
  }
  if (half.length > 0) {
    findings.warnings.push(
      `${folderName}: ${unitsListed(half)}: the spike times are half-precision floats (float16), which end at 65504 ms and ` +
        'are wrong by up to 16 ms before. Save them as float64.',
    );
  }
  const joined = await joinInTurns(trains, signal);
  return (await checkSpikeTrains(joined, findings, options)) ? joined : undefined;
}

/** Consecutive units whose files are read together. */
interface Batch {
  first: number;
  end: number;
}

/** A file that is large, or whose size is not known, is alone. */
function* batches(sizes: Float64Array): Generator<Batch> {
  const isSmall = (unit: number) => sizes[unit]! >= 0 && sizes[unit]! <= smallFileBytes;
  for (let first = 0, end = 1; first < sizes.length; first = end++) {
    let bytes = sizes[first]!;
    while (isSmall(first) && end < sizes.length && isSmall(end) && bytes < batchBytes) bytes += sizes[end++]!;
    yield { first, end };
  }
}

/** The content of the batch's files; undefined for one that is large, or cannot be read at one go for whatever reason. */
async function readBatch(
  allPaths: readonly string[],
  allSizes: Float64Array,
  { first, end }: Batch,
  options: RunOptions,
): Promise<(Uint8Array | undefined)[]> {
  const sizes = allSizes.subarray(first, end);
  if (!(sizes[0]! >= 0 && sizes[0]! <= smallFileBytes)) return [undefined];
  const paths = allPaths.slice(first, end);
  const bytes = sharedArray(
    Uint8Array,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  const wasRead = new Uint8Array(paths.length);
  await runNative((native, control) => native.readFiles({ ...control, paths, sizes, bytes, wasRead }), options);
  let at = 0;
  return Array.from(sizes, (size, i) => {
    const content = bytes.subarray(at, at + size);
    at += size;
    return wasRead[i] ? content : undefined;
  });
}

/** Puts the spike times of all units one after the other, in turns short enough to be stopped between them. */
async function joinInTurns(trains: readonly Float64Array[], signal: AbortSignal | undefined): Promise<SpikeTrains> {
  const offsets = new Float64Array(trains.length + 1);
  for (const [unit, times] of trains.entries()) offsets[unit + 1] = offsets[unit]! + times.length;
  const timesMs = sharedArray(Float64Array, offsets[trains.length]!);
  let turnEnd = spikesPerTurn;
  for (const [unit, times] of trains.entries()) {
    timesMs.set(times, offsets[unit]);
    if (offsets[unit + 1]! < turnEnd) continue;
    turnEnd = offsets[unit + 1]! + spikesPerTurn;
    await setImmediate();
    if (signal?.aborted) throw abortError(signal);
  }
  return { timesMs, offsets };
}

/** Numbers of the Unit<k>.npy files in a folder. */
async function unitFiles(folder: string): Promise<Set<number> | undefined> {
  const entries = await readdir(folder).catch(() => undefined);
  if (!entries) return undefined;
  const numbers = entries.map((entry) => /^Unit(0|[1-9]\d{0,8})\.npy$/.exec(entry)?.[1]);
  return new Set(numbers.filter((number) => number !== undefined).map(Number));
}

function names(units: readonly number[]): string {
  return listed(units.map((unit) => `Unit${unit}.npy`));
}

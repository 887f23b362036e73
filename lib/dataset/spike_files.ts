import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { abortError } from '../errors.js';
import type { SpikeTrains } from '../features/spike_trains.js';
import { toFloat64 } from '../files/convert.js';
import type { RunOptions } from '../native/run.js';
import { listed, type Findings } from './findings.js';
import { readVector } from './numeric_file.js';
import { SpikeJudgement } from './spike_judgement.js';

const folderName = 'spike_times';
const filesAtOnce = 16;
const spikesPerTurn = 2e6;
const none = new Float64Array();

/** Reads the spike times of units 0 … N − 1, ms; undefined if one cannot be used. */
export async function readSpikeTrains(
  folder: string,
  unitCount: number,
  findings: Findings,
  { signal, onProgress }: RunOptions,
): Promise<SpikeTrains | undefined> {
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
  const judgement = new SpikeJudgement();
  const trains = new Array<Float64Array>(unitCount).fill(none);
  let next = 0;
  let done = 0;
  const readFiles = async () => {
    while (next < unitCount) {
      if (signal?.aborted) throw abortError(signal);
      const unit = next++;
      const path = join(folder, folderName, `Unit${unit}.npy`);
      try {
        const times = toFloat64(path, await readVector(path, signal));
        judgement.add(unit, times);
        trains[unit] = times;
      } catch (error) {
        unreadable.push(findings.messageOf(error));
      }
      onProgress?.(++done / unitCount);
    }
  };
  const worker = () =>
    readFiles().catch((error: unknown) => {
      next = unitCount; // the others need not go on
      throw error;
    });
  await Promise.all(Array.from({ length: filesAtOnce }, worker));
  if (unreadable.length > 0) {
    findings.problems.push(...unreadable.sort().slice(0, 5));
    if (unreadable.length > 5) findings.problems.push(`${folderName}: ${unreadable.length - 5} more files like these.`);
    return undefined;
  }
  return judgement.report(unitCount, findings) ? joinInTurns(trains, signal) : undefined;
}

/** Puts the spike times of all units one after the other, in turns short enough to be stopped between them. */
async function joinInTurns(trains: readonly Float64Array[], signal: AbortSignal | undefined): Promise<SpikeTrains> {
  const offsets = new Float64Array(trains.length + 1);
  for (const [unit, times] of trains.entries()) offsets[unit + 1] = offsets[unit]! + times.length;
  const timesMs = new Float64Array(offsets[trains.length]!);
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

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { abortError } from '../errors.js';
import { joinSpikeTrains, type SpikeTrains } from '../features/spike_trains.js';
import { toFloat64 } from '../files/convert.js';
import type { RunOptions } from '../native/run.js';
import { listed, unitsListed, type Findings } from './findings.js';
import { readVector } from './numeric_file.js';

const folderName = 'spike_times';
const filesAtOnce = 16;
const none = new Float64Array();

/** Reads the spike times of units 0 … N − 1, ms; undefined if one cannot be used. */
export async function readSpikeTrains(
  folder: string,
  unitCount: number,
  findings: Findings,
  { signal, onProgress }: RunOptions,
): Promise<SpikeTrains | undefined> {
  const found = await unitFiles(join(folder, folderName));
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
  const trains = new Array<Float64Array>(unitCount).fill(none);
  let next = 0;
  let done = 0;
  const readFiles = async () => {
    while (next < unitCount) {
      if (signal?.aborted) throw abortError(signal);
      const unit = next++;
      const path = join(folder, folderName, `Unit${unit}.npy`);
      try {
        trains[unit] = toFloat64(path, await readVector(path, signal));
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
  return judge(trains, findings) ? joinSpikeTrains(trains) : undefined;
}

/** Numbers of the Unit<k>.npy files in a folder. */
async function unitFiles(folder: string): Promise<Set<number>> {
  const entries = await readdir(folder).catch(() => []);
  const numbers = entries.map((entry) => /^Unit(0|[1-9]\d{0,8})\.npy$/.exec(entry)?.[1]);
  return new Set(numbers.filter((number) => number !== undefined).map(Number));
}

/** Whether the spike times can be used; says what is wrong or odd about them. */
function judge(trains: readonly Float64Array[], { problems, warnings }: Findings): boolean {
  const empty: number[] = [];
  const negative: number[] = [];
  const notFinite: number[] = [];
  let fast = 0;
  trains.forEach((times, unit) => {
    let sum = 0;
    let smallest = Infinity;
    let largest = -Infinity;
    for (const time of times) {
      sum += time - time;
      if (time < smallest) smallest = time;
      if (time > largest) largest = time;
    }
    if (times.length === 0) empty.push(unit);
    else if (sum !== 0) notFinite.push(unit);
    else if (smallest < 0) negative.push(unit);
    if (times.length > 100 && times.length > largest - smallest) fast++;
  });
  if (notFinite.length > 0) {
    problems.push(`${folderName}: ${unitsListed(notFinite)}: NaN or infinite spike times. Remove these spikes.`);
  }
  if (empty.length > 0) {
    const have = empty.length === 1 ? 'has' : 'have';
    warnings.push(`${unitsListed(empty)} ${have} no spikes, hence no autocorrelogram and no ISI histogram to compare.`);
  }
  if (negative.length > 0) {
    const have = negative.length === 1 ? 'has' : 'have';
    warnings.push(`${unitsListed(negative)} ${have} negative spike times; times count from each unit's first spike.`);
  }
  if (fast > trains.length / 2) {
    warnings.push('Most units have more than one spike per ms: the spike times must be in ms; are these in seconds?');
  }
  return notFinite.length === 0;
}

function names(units: readonly number[]): string {
  return listed(units.map((unit) => `Unit${unit}.npy`));
}

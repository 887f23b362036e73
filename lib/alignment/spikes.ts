import { requireNumber, steeringOf } from '../arguments.js';
import { firstAbove } from '../arrays.js';
import { rowMs, type ClockLine } from '../experiment/sync_files.js';
import { argumentError } from '../errors.js';
import { sharedArray } from '../native/memory.js';
import { runNative, type RunOptions } from '../native/run.js';
import { AlignedTable } from './aligned_table.js';
import { requireTrials, unitsOf } from './arguments.js';
import { partOf } from '../processing/run_part.js';
import type { Trial } from './trials.js';

/** Spikes of a unit, by recording: unique times in ascending order, ms of the action labels. */
export interface UnitSpikes {
  id: number;
  /** (recordings) */
  timesMs: readonly Float64Array[];
}

/** Cut off on each side of smoothed rates */
const marginMs = 1000;

/** A recording's place in what was sorted in one go, and in the time of the behaviour. */
export interface SortedPart {
  /** Rows of the recording */
  rows: number;
  /** Lag of the probe as in lag.json; undefined: there is no behaviour */
  startMs: number | undefined;
  /** The clock of the behaviour by the probe's, where the lag alone is not to be taken */
  clock?: ClockLine | undefined;
}

/**
 * Spikes of a unit as times of each recording, ms; 0 is the first row of the recording's action labels. Double counts are dropped.
 * @param samples Ascending, of the recordings in sequence
 */
export function timesByRecording(
  samples: Float64Array,
  recordings: readonly SortedPart[],
  sampleRateHz: number,
): Float64Array[] {
  let begin = 0;
  return recordings.map(({ rows, startMs = 0, clock }) => {
    const own = samples.filter((sample, i) => sample >= begin && sample < begin + rows && sample !== samples[i - 1]);
    // What the probe recorded before the behaviour began is before 0; a probe that began later begins at 0.
    const times = own.map((sample) => rowMs((1000 * (sample - begin)) / sampleRateHz, startMs, clock));
    begin += rows;
    return times;
  });
}

/**
 * Spike times around events, ms: columns `unit`, `trial` (number of the action), as many rows as the fullest has spikes. A spike at
 * event − half is left out, one at event + half is in.
 */
export function alignSpikeTimes(
  units: readonly UnitSpikes[],
  trials: readonly Trial[],
  durationS: number,
): AlignedTable {
  const halfMs = checkDuration(durationS) / 2;
  units = unitsOf(units);
  requireTrials('trials', trials);
  const columns = units.flatMap(({ timesMs }) =>
    trials.map(({ recording, eventMs }) => {
      const times = timesMs[recording] ?? new Float64Array();
      const first = firstAbove(times, eventMs - halfMs);
      const last = firstAbove(times, eventMs + halfMs);
      return times.slice(first, last).map((time) => time - eventMs);
    }),
  );
  const rows = columns.reduce((most, { length }) => Math.max(most, length), 0);
  const data = new Float64Array(columns.length * rows).fill(NaN);
  columns.forEach((times, k) => {
    data.set(times, k * rows);
  });
  const index = { name: 'spike', values: Int32Array.from({ length: rows }, (_, i) => i) };
  return new AlignedTable(unitsAndTrials(units, trials), index, data);
}

/**
 * Firing rates around events, spikes/s, in bins of 1 ms: columns `unit`, `trial`, rows `time` in s. The Gaussian of `sigmaMs` sees one more
 * second on each side.
 */
export async function alignSpikeRates(
  units: readonly UnitSpikes[],
  trials: readonly Trial[],
  durationS: number,
  sigmaMs = 50,
  run: RunOptions = {},
): Promise<AlignedTable> {
  const durationMs = checkDuration(durationS);
  units = unitsOf(units);
  requireTrials('trials', trials);
  requireNumber('sigmaMs', sigmaMs, 0);
  return ratesAround(units, trials, durationMs, sigmaMs, steeringOf('run', run));
}

/** The same of arguments that were checked. */
export async function ratesAround(
  units: readonly UnitSpikes[],
  trials: readonly Trial[],
  durationMs: number,
  sigmaMs: number,
  run: RunOptions,
): Promise<AlignedTable> {
  const recordings = [...new Set(trials.map(({ recording }) => recording))];
  const data = sharedArray(Float32Array, units.length * trials.length * durationMs);
  for (const [k, recording] of recordings.entries()) {
    const own = trials.flatMap((trial, t) => (trial.recording === recording ? [t] : []));
    const trains = units.map(({ timesMs }) => timesMs[recording] ?? new Float64Array());
    const offsets = Int32Array.from([0, ...trains.map(({ length }) => length)]);
    for (let u = 1; u < offsets.length; u++) offsets[u]! += offsets[u - 1]!;
    const timesMs = sharedArray(Float64Array, offsets.at(-1)!);
    trains.forEach((times, u) => {
      timesMs.set(times, offsets[u]);
    });
    const isAll = own.length === trials.length;
    const rates = isAll ? data : sharedArray(Float32Array, units.length * own.length * durationMs);
    const eventsMs = Float64Array.from(own, (t) => trials[t]!.eventMs);
    await runNative(
      (native, control) =>
        native.alignedRates({ ...control, timesMs, offsets, eventsMs, durationMs, marginMs, sigmaMs, rates }),
      partOf(run, k / recordings.length, (k + 1) / recordings.length),
    );
    if (isAll) break;
    for (let u = 0; u < units.length; u++) {
      own.forEach((t, i) => {
        const from = (u * own.length + i) * durationMs;
        data.set(rates.subarray(from, from + durationMs), (u * trials.length + t) * durationMs);
      });
    }
  }
  return new AlignedTable(unitsAndTrials(units, trials), timeIndex(durationMs), data);
}

/** Times of bins of 1 ms, s; that of the event is the middle one. */
export function timeIndex(durationMs: number) {
  const first = 1 - durationMs / 2;
  return { name: 'time', values: Float64Array.from({ length: durationMs }, (_, i) => (first + i) / 1000) };
}

/** ms; throws DANT_ARGUMENT unless half of it is a whole number of ms. */
export function checkDuration(durationS: number): number {
  requireNumber('durationS', durationS);
  const durationMs = Math.round(durationS * 1000);
  if (durationMs >= 2 && durationMs % 2 === 0 && Math.abs(durationMs - 1000 * durationS) < 1e-6) return durationMs;
  throw argumentError('durationS', 'seconds above 0 of which half is a whole number of ms', durationS);
}

function unitsAndTrials(units: readonly UnitSpikes[], trials: readonly Trial[]) {
  return [
    { name: 'unit', values: units.flatMap(({ id }) => trials.map(() => id)) },
    { name: 'trial', values: units.flatMap(() => trials.map(({ action }) => action)) },
  ];
}

import { doublesOf, requireInteger, requireNumber, requireObject, requireOptions, steeringOf } from '../arguments.js';
import { argumentError } from '../errors.js';
import { runNative, type RunOptions } from '../native/run.js';
import { AlignedTable } from './aligned_table.js';
import { requireTrials, unitsOf } from './arguments.js';
import { partOf } from '../processing/run_part.js';
import { ratesAround, type UnitSpikes } from './spikes.js';
import type { Trial } from './trials.js';

/** Mean rates in bins around events, with what bootstrapping says of them. */
export interface ConfidenceOptions {
  /** Bins [start + i · step, start + (i + 1) · step], s from the event; arrays: one bin from start to end for each trial */
  startS?: number | readonly number[] | undefined;
  stepS?: number | undefined;
  endS?: number | readonly number[] | undefined;
  /** Its mean rate is subtracted from those of the trial; `trials`: of other events, in the same order. Default: none */
  baseline?: { startS: number; endS?: number | undefined; trials?: readonly Trial[] | undefined } | undefined;
  /** Trials in a random sample (20), share of medians in the interval in percent (95), number of samples (10,000) */
  sampleSize?: number | undefined;
  confidence?: number | undefined;
  samples?: number | undefined;
  seed?: number | undefined;
  sigmaMs?: number | undefined;
}

/** Of the progress; what comes after is bootstrapping */
const ratesShare = 0.5;

interface Bin {
  /** Of each trial; undefined: the trial has none */
  ofTrial: readonly ({ startS: number; endS: number } | undefined)[];
}

/**
 * Confidence intervals of firing rates by bootstrap: the median of random samples of trials, drawn with replacement; columns `unit`, `bin`,
 * rows `percentile`: the lower end, 50, the upper end. Undefined: there are no trials. Throws DANT_ARGUMENT.
 */
export async function spikeRateConfidence(
  units: readonly UnitSpikes[],
  trials: readonly Trial[],
  options: ConfidenceOptions = {},
  run: RunOptions = {},
): Promise<{ table: AlignedTable; warnings: string[] } | undefined> {
  options = confidenceOf(options);
  const { startS = 0, stepS = 0.1, endS = 1, baseline, sampleSize = 20, confidence = 95, samples = 10_000 } = options;
  const { seed = 25_000, sigmaMs = 50 } = options;
  units = unitsOf(units);
  requireTrials('trials', trials);
  run = steeringOf('run', run);
  const { trials: others = trials } = baseline ?? {};
  if (others.length !== trials.length) {
    throw argumentError('baseline.trials', `as many trials as the others, ${trials.length}`, others);
  }
  const warnings: string[] = [];
  const bins = binsOf(startS, stepS, endS, trials.length, warnings);
  const means = await binMeans(units, trials, bins, sigmaMs, partOf(run, 0, baseline ? ratesShare / 2 : ratesShare));
  if (trials.length === 0) return undefined;
  if (baseline) {
    const part = partOf(run, ratesShare / 2, ratesShare);
    await subtractBaseline(means, units, trials, bins.length, baseline, sigmaMs, part);
  }
  const percents = Float64Array.of((100 - confidence) / 2, 50, 100 - (100 - confidence) / 2);
  const percentiles = new Float64Array(units.length * bins.length * percents.length);
  await runNative(
    (native, control) =>
      native.bootstrapMedians({
        ...control,
        values: means,
        length: trials.length,
        sampleSize,
        samples,
        seed,
        percents,
        percentiles,
      }),
    partOf(run, ratesShare, 1),
  );
  const table = new AlignedTable(
    [
      { name: 'unit', values: units.flatMap(({ id }) => bins.map(() => id)) },
      { name: 'bin', values: units.flatMap(() => bins.map((_, bin) => bin)) },
    ],
    { name: 'percentile', values: percents },
    percentiles,
  );
  return { table, warnings };
}

/** Options as far as they can be told to be right before there are trials; times are plain lists. */
export function confidenceOf(given: ConfidenceOptions | null | undefined): ConfidenceOptions {
  const options: ConfidenceOptions = requireOptions('options', given);
  const { startS, endS, stepS, sigmaMs, confidence, sampleSize, samples, seed, baseline } = options;
  const times = Object.entries({ startS, endS }).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const checked = timesOf(name, value);
    return [[name, typeof checked === 'number' ? checked : Array.from(checked)] as const];
  });
  for (const [name, value] of Object.entries({ stepS, sigmaMs }))
    if (value !== undefined) requireNumber(name, value, 0);
  for (const [name, value, most] of [
    ['sampleSize', sampleSize, 1e6],
    ['samples', samples, 1e7],
  ] as const) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= most)) {
      throw argumentError(name, `a whole number from 1 to ${most}`, value);
    }
  }
  if (seed !== undefined) requireInteger('seed', seed, 0);
  if (confidence !== undefined) {
    requireNumber('confidence', confidence);
    if (!(confidence > 0 && confidence < 100)) {
      throw argumentError('confidence', 'percent between 0 and 100', confidence);
    }
  }
  if (baseline !== undefined) checkBaseline(baseline);
  return { ...options, ...Object.fromEntries(times) };
}

function checkBaseline(baseline: NonNullable<ConfidenceOptions['baseline']>): void {
  const { startS, endS = 0, trials } = requireObject('baseline', baseline);
  requireNumber('baseline.startS', startS);
  requireNumber('baseline.endS', endS);
  if (!(startS < endS)) throw argumentError('baseline', 'a start before its end', startS);
  if (trials !== undefined) requireTrials('baseline.trials', trials);
}

function binsOf(
  givenStart: number | readonly number[],
  step: number,
  givenEnd: number | readonly number[],
  trials: number,
  warnings: string[],
): Bin[] {
  const start = timesOf('startS', givenStart, trials);
  const end = timesOf('endS', givenEnd, trials);
  if (typeof start === 'number' && typeof end === 'number') {
    const count = Math.round((end - start) / step);
    if (!(step > 0 && count >= 1 && Math.abs(count * step - (end - start)) < 1e-9)) {
      throw argumentError('stepS', `a step that divides ${end - start} s`, step);
    }
    return Array.from({ length: count }, (_, i) => ({
      ofTrial: new Array(trials).fill({ startS: start + i * step, endS: start + (i + 1) * step }) as Bin['ofTrial'],
    }));
  }
  const startOf = (t: number) => (typeof start === 'number' ? start : start[t]!);
  const endOf = (t: number) => (typeof end === 'number' ? end : end[t]!);
  const empty = Array.from({ length: trials }, (_, t) => t).filter((t) => !(startOf(t) < endOf(t)));
  if (empty.length > 0) warnings.push(`${empty.length} of ${trials} trials end before they start; they were left out.`);
  return [
    {
      ofTrial: Array.from({ length: trials }, (_, t) =>
        startOf(t) < endOf(t) ? { startS: startOf(t), endS: endOf(t) } : undefined,
      ),
    },
  ];
}

/** A time, or one for each trial; s from the event. */
function timesOf(name: string, given: number | readonly number[], trials?: number): number | Float64Array {
  const times = typeof given === 'object' ? doublesOf(name, given) : given;
  for (const time of typeof times === 'object' ? times : [times]) requireNumber(name, time);
  if (typeof times === 'object' && trials !== undefined && times.length !== trials) {
    throw argumentError(name, `one time for each of ${trials} trials`, given);
  }
  return times;
}

/** (units, bins, trials) spikes/s; NaN: the trial has no such bin. Both ends of a bin are in it. */
async function binMeans(
  units: readonly UnitSpikes[],
  trials: readonly Trial[],
  bins: readonly Bin[],
  sigmaMs: number,
  run: RunOptions,
): Promise<Float64Array> {
  const times = bins.flatMap(({ ofTrial }) => ofTrial.flatMap((bin) => (bin ? [bin.startS, bin.endS] : [])));
  const reach = times.reduce((most, time) => Math.max(most, Math.abs(time)), 0.001);
  const durationMs = 2 * Math.ceil(1000 * reach - 1e-9) + 2;
  const means = new Float64Array(units.length * bins.length * trials.length).fill(NaN);
  // Some units at a time: of all of them at once only the means are wanted.
  const unitsAtOnce = Math.max(1, Math.floor(2 ** 25 / Math.max(1, trials.length * durationMs)));
  for (let first = 0; first < units.length; first += unitsAtOnce) {
    const part = units.slice(first, first + unitsAtOnce);
    const ofRun = partOf(run, first / units.length, (first + part.length) / units.length);
    const rates = await ratesAround(part, trials, durationMs, sigmaMs, ofRun);
    const middle = rates.rows / 2 - 1;
    for (let u = 0; u < part.length; u++) {
      for (const [b, { ofTrial }] of bins.entries()) {
        for (const [t, bin] of ofTrial.entries()) {
          if (!bin) continue;
          const begin = middle + Math.ceil(1000 * bin.startS - 1e-6);
          const end = middle + Math.floor(1000 * bin.endS + 1e-6) + 1;
          const values = rates.column(u * trials.length + t).subarray(begin, end);
          let sum = 0;
          for (const value of values) sum += value;
          means[((first + u) * bins.length + b) * trials.length + t] = sum / values.length;
        }
      }
    }
  }
  return means;
}

async function subtractBaseline(
  means: Float64Array,
  units: readonly UnitSpikes[],
  trials: readonly Trial[],
  bins: number,
  { startS, endS = 0, trials: others = trials }: NonNullable<ConfidenceOptions['baseline']>,
  sigmaMs: number,
  run: RunOptions,
): Promise<void> {
  const bin = { ofTrial: others.map(() => ({ startS, endS })) };
  const levels = await binMeans(units, others, [bin], sigmaMs, run);
  for (let u = 0; u < units.length; u++) {
    for (let b = 0; b < bins; b++) {
      for (let t = 0; t < trials.length; t++)
        means[(u * bins + b) * trials.length + t]! -= levels[u * trials.length + t]!;
    }
  }
}

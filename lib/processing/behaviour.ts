import {
  doublesOf,
  requireInteger,
  requireList,
  requireObject,
  requireText,
  requireTexts,
  steeringOf,
} from '../arguments.js';
import { argumentError, DantError } from '../errors.js';
import type { RunOptions } from '../native/run.js';
import type { TdmsChannel } from '../tdms/tdms_file.js';
import { requireLag } from './arguments.js';
import { processedRateHz } from './ephys_rows.js';
import { sharedBehaviourRows, type Lag } from './lag.js';
import { outputCount, rateRatio, type RateRatio } from './rate_ratio.js';
import { RowResampler } from './row_resampler.js';
import { tableEnding, writeTable } from './table_output.js';

/** A signal of the behaviour: a channel of a TDMS file, for instance. */
export interface BehaviourSignal {
  /** As the column is called: "/'Tone_Signal'/'0'" */
  path: string;
  length: number;
  /** Between values, s; undefined: the file does not tell */
  readonly incrementS?: number | undefined;
  /** Values first … first + count − 1 */
  readNumbers: (first: number, count: number) => Promise<Float64Array>;
}

/** A channel of a TDMS file as a signal. */
export const signalOf = (channel: TdmsChannel): BehaviourSignal => ({
  path: channel.path,
  length: channel.length,
  incrementS: channel.rateHz === undefined ? undefined : 1 / channel.rateHz,
  readNumbers: (first, count) => channel.readNumbers(first, count),
});

/** Signals at 1 kHz. */
export interface BehaviourTable {
  /** (C) */
  columns: string[];
  rows: number;
  /** (rows, C) */
  values: Float64Array;
  /** What was left out, and why */
  dropped: { column: string; reason: string }[];
}

/** The rate of behaviour files that do not tell theirs. */
export const defaultBehaviourRateHz = 25_000;

/** Signals that are worked on together, and values of each that are held. */
const signalsAtOnce = 16;
const valuesAtOnce = 2 ** 16;

/**
 * All signals of a behaviour file at 1 kHz, whole. Left out are those that are shorter than the longest (settings) and those with NaN. Rejects
 * with DANT_DATA if nothing is left.
 */
export async function behaviourTable(
  file: string,
  signals: readonly BehaviourSignal[],
  run: RunOptions = {},
): Promise<BehaviourTable> {
  requireText('file', file);
  signals = signalsOf(signals);
  run = steeringOf('run', run);
  const length = Math.max(0, ...signals.map((signal) => signal.length));
  const dropped: BehaviourTable['dropped'] = [];
  const whole = signals.filter((signal) => {
    if (signal.length === length) return true;
    dropped.push({ column: signal.path, reason: `it has ${signal.length} values, not ${length}` });
    return false;
  });
  const minima: number[] = [];
  const kept: BehaviourSignal[] = [];
  for (const signal of whole) {
    const minimum = await minimumOf(signal, run);
    if (Number.isNaN(minimum)) dropped.push({ column: signal.path, reason: 'it has values that are no numbers (NaN)' });
    else {
      kept.push(signal);
      minima.push(minimum);
    }
  }
  if (length === 0 || kept.length === 0) {
    throw new DantError('DANT_DATA', `${file}: there is no signal without gaps in this behaviour file.`);
  }
  const incrementS = kept.find((signal) => signal.incrementS !== undefined)?.incrementS;
  const ratio = rateRatio(incrementS === undefined ? defaultBehaviourRateHz : 1 / incrementS, processedRateHz);
  const rows = outputCount(ratio, length);
  const values = new Float64Array(rows * kept.length);
  for (let first = 0; first < kept.length; first += signalsAtOnce) {
    const group = kept.slice(first, first + signalsAtOnce);
    await resampleGroup(
      group,
      Float64Array.from(minima.slice(first, first + signalsAtOnce)),
      ratio,
      run,
      (row, c, value) => {
        values[row * kept.length + first + c] = value;
      },
    );
    run.onProgress?.((first + group.length) / kept.length);
  }
  return { columns: kept.map(({ path }) => path), rows, values, dropped };
}

/** The rows that the probe has too, numbered from 0; see `sharedBehaviourRows`. */
export function croppedBehaviour(table: BehaviourTable, lag: Lag): BehaviourTable {
  const { columns, rows, values } = tableOf(table);
  requireLag(lag);
  const [begin, end] = sharedBehaviourRows(rows, lag);
  const width = columns.length;
  return { ...table, rows: end - begin, values: values.slice(begin * width, end * width) };
}

/** Writes a table as `writeTable` does, without some of its columns (the sync signal). Rejects with DANT_OUTPUT. */
export async function writeBehaviour(
  path: string,
  table: BehaviourTable,
  without: readonly string[] = [],
): Promise<void> {
  tableEnding('path', path);
  const { columns, rows, values } = tableOf(table);
  requireTexts('without', without);
  const kept = columns.flatMap((column, c) => (without.includes(column) ? [] : [c]));
  const data = new Float64Array(rows * kept.length);
  for (let row = 0; row < rows; row++) {
    kept.forEach((c, k) => {
      data[row * kept.length + k] = values[row * columns.length + c]!;
    });
  }
  await writeTable(path, {
    columns: [{ values: kept.map((c) => columns[c]!) }],
    rows,
    type: 'float64',
    blocks: [data],
  });
}

/** Signals whose values come as they should. */
function signalsOf(signals: readonly BehaviourSignal[]): BehaviourSignal[] {
  return requireList('signals', signals).map((signal, s) => {
    const name = `signals[${s}]`;
    const { path, length, incrementS } = requireObject(name, signal);
    requireText(`${name}.path`, path);
    requireInteger(`${name}.length`, length, 0);
    if (incrementS !== undefined && !(Number.isFinite(incrementS) && incrementS > 0)) {
      throw argumentError(`${name}.incrementS`, 'seconds above 0', incrementS);
    }
    if (typeof signal.readNumbers !== 'function') {
      throw argumentError(`${name}.readNumbers`, 'a function', signal.readNumbers);
    }
    const readNumbers = async (first: number, count: number) =>
      doublesOf(`the values of ${name}.readNumbers`, await signal.readNumbers(first, count), count);
    return { path, length, incrementS, readNumbers };
  });
}

function tableOf(table: BehaviourTable): BehaviourTable {
  const { columns, rows, ...rest } = requireObject('table', table);
  requireTexts('table.columns', columns);
  requireInteger('table.rows', rows, 0);
  return { ...rest, columns, rows, values: doublesOf('table.values', rest.values, rows * columns.length) };
}

/** NaN if there is one. */
async function minimumOf(signal: BehaviourSignal, { signal: abort }: RunOptions): Promise<number> {
  let minimum = Infinity;
  for (let first = 0; first < signal.length; first += valuesAtOnce) {
    abort?.throwIfAborted();
    for (const value of await signal.readNumbers(first, Math.min(valuesAtOnce, signal.length - first))) {
      if (Number.isNaN(value)) return NaN;
      if (value < minimum) minimum = value;
    }
  }
  return minimum;
}

async function resampleGroup(
  group: readonly BehaviourSignal[],
  minima: Float64Array,
  ratio: RateRatio,
  { threads, signal: abort }: RunOptions,
  put: (row: number, column: number, value: number) => void,
): Promise<void> {
  const columns = group.length;
  const length = group[0]!.length;
  const channels = Int32Array.from({ length: columns }, (_, c) => c);
  const scales = new Float64Array(columns).fill(1);
  const signal = { columns, channels, rows: length, minima, scales };
  const resampler = new RowResampler(signal, ratio, 'float64', Float64Array, { threads, signal: abort });
  let row = 0;
  for (let first = 0; first < length; first += valuesAtOnce) {
    const count = Math.min(valuesAtOnce, length - first);
    const block = new Float64Array(count * columns);
    for (const [c, own] of group.entries()) {
      const values = await own.readNumbers(first, count);
      for (let i = 0; i < count; i++) block[i * columns + c] = values[i]!;
    }
    const resampled = await resampler.add(block);
    for (let i = 0; i < resampled.length; i++) put(row + Math.floor(i / columns), i % columns, resampled[i]!);
    row += resampled.length / columns;
  }
}

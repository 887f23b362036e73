import { allowText, requireNumber, steeringOf } from '../arguments.js';
import { DantError, argumentError } from '../errors.js';
import type { RunOptions } from '../native/run.js';
import { AlignedTable } from './aligned_table.js';
import { requireTrialKind } from './arguments.js';
import { alignContinuous } from './continuous.js';
import { partOf } from '../processing/run_part.js';
import { confidenceOf, spikeRateConfidence, type ConfidenceOptions } from './confidence.js';
import { requireSessions, requireUnitsOfSessions } from './session_arguments.js';
import { closeAll, signalKinds, type SessionData, type SignalKind } from './session_data.js';
import { trialsOf } from './session_trials.js';
import { alignSpikeRates, alignSpikeTimes, checkDuration } from './spikes.js';
import { eventWithinMs, type Trial, type TrialKind } from './trials.js';

export const alignedKinds = ['spike_times', 'spike_rate', ...signalKinds] as const;
export type AlignedKind = (typeof alignedKinds)[number];

export interface AlignOptions extends TrialKind {
  /** Default: spike_times */
  data?: AlignedKind | undefined;
  /** Around the event, s; default: 1 */
  durationS?: number | undefined;
  /** Of rates: standard deviation of the Gaussian, ms; default: 50 */
  sigmaMs?: number | undefined;
  /** Of spikes and rates: clusters of each session, in their order; default: the good ones */
  units?: readonly (readonly number[])[] | undefined;
  /** Of motion tracking: the project's name */
  project?: string | undefined;
}

export interface Aligned {
  /** Levels `session` (name), `unit` (or what the data have), `trial`; rows `time` in s, of spike times `spike` */
  table: AlignedTable;
  warnings: string[];
}

/**
 * Data of sessions around events: spike times, firing rates, or signals of behaviour, LFP and motion. Sessions without such data, without units
 * or without such events are left out, with a warning. Rejects with DANT_DATA if none is left; DANT_ARGUMENT.
 */
export async function alignTrials(
  sessions: readonly SessionData[],
  options: AlignOptions,
  run: RunOptions = {},
): Promise<Aligned> {
  requireSessions(sessions);
  requireTrialKind('options', options);
  const { data = 'spike_times', units, durationS, sigmaMs, project } = options;
  if (durationS !== undefined) checkDuration(durationS);
  if (sigmaMs !== undefined) requireNumber('sigmaMs', sigmaMs, 0);
  requireUnitsOfSessions(units);
  allowText('project', project);
  run = steeringOf('run', run);
  if (!alignedKinds.includes(data)) throw argumentError('data', alignedKinds.join(', '), data);
  const warnings: string[] = [];
  const tables: { session: string; table: AlignedTable }[] = [];
  for (const [s, session] of sessions.entries()) {
    const part = partOf(run, s / sessions.length, (s + 1) / sessions.length);
    const table = await ofSession(session.session.name, warnings, () =>
      isSignal(data)
        ? alignSignal(session, data, options, warnings)
        : alignSpikes(session, data, { ...options, units: units?.[s] }, warnings, part),
    );
    if (table) tables.push({ session: session.session.name, table });
    part.onProgress?.(1);
  }
  return { table: joined(tables, warnings), warnings };
}

/** Confidence intervals of the rates of sessions; see `spikeRateConfidence`. Columns `session`, `unit`, `bin`. */
export async function alignedRateConfidence(
  sessions: readonly SessionData[],
  options: Omit<AlignOptions, 'data' | 'durationS'> & ConfidenceOptions & { baselineOf?: TrialKind | undefined },
  run: RunOptions = {},
): Promise<Aligned> {
  requireSessions(sessions);
  requireTrialKind('options', options);
  options = { ...options, ...confidenceOf(options) };
  requireUnitsOfSessions(options.units);
  if (options.baselineOf !== undefined) requireTrialKind('baselineOf', options.baselineOf);
  run = steeringOf('run', run);
  const warnings: string[] = [];
  const tables: { session: string; table: AlignedTable }[] = [];
  for (const [s, session] of sessions.entries()) {
    const { name } = session.session;
    const part = partOf(run, s / sessions.length, (s + 1) / sessions.length);
    const table = await ofSession(name, warnings, async () => {
      const trials = await trialsOf(session, options, eventWithinMs.spikes, warnings);
      const ids = options.units?.[s] ?? (await session.selectUnits({}, part)).ids;
      if (ids.length === 0) throw noUnits(name);
      const { baseline, baselineOf } = options;
      const others = baselineOf && (await trialsOf(session, baselineOf, eventWithinMs.spikes, warnings));
      const complete = { ...options, baseline: baseline && { ...baseline, trials: others } };
      return sessionConfidence(session, ids, trials, complete, warnings, part);
    });
    if (table) tables.push({ session: name, table });
    part.onProgress?.(1);
  }
  return { table: joined(tables, warnings), warnings };
}

/** Of some units and trials of a session; kept in its cache. There must be trials. */
export async function sessionConfidence(
  session: SessionData,
  ids: readonly number[],
  trials: readonly Trial[],
  options: ConfidenceOptions,
  warnings: string[],
  run: RunOptions,
): Promise<AlignedTable> {
  const { startS, stepS, endS, baseline, sampleSize, confidence, samples, seed, sigmaMs } = options;
  const settings = { startS, stepS, endS, baseline, sampleSize, confidence, samples, seed, sigmaMs, ids, trials };
  const key = {
    method: 'rate_confidence',
    // Where the recordings begin in what was sorted, and their lags
    settings: {
      ...settings,
      parts: session.recordings.map(({ rows, rateHz, startMs, clock }) => [rows, rateHz, startMs, clock]),
    },
    inputs: session.sorterFiles(),
  };
  return session.cache.get(
    key,
    async (warn) => {
      const result = await spikeRateConfidence(await session.spikes(ids), trials, options, run);
      result!.warnings.forEach(warn);
      return result!.table;
    },
    (warning) => warnings.push(`${session.session.name}: ${warning}`),
  );
}

const isSignal = (data: AlignedKind): data is SignalKind => (signalKinds as readonly string[]).includes(data);

/** Undefined: the session has not what is needed, which is told. */
async function ofSession(
  name: string,
  warnings: string[],
  align: () => Promise<AlignedTable>,
): Promise<AlignedTable | undefined> {
  try {
    return await align();
  } catch (error) {
    if (!(error instanceof DantError) || error.code !== 'DANT_DATA') throw error;
    warnings.push(error.message.includes(name) ? error.message : `${name}: ${error.message}`);
    return undefined;
  }
}

async function alignSpikes(
  session: SessionData,
  data: 'spike_times' | 'spike_rate',
  options: Omit<AlignOptions, 'units'> & { units: readonly number[] | undefined },
  warnings: string[],
  run: RunOptions,
): Promise<AlignedTable> {
  const { durationS = 1, sigmaMs } = options;
  const trials = await trialsOf(session, options, eventWithinMs.spikes, warnings);
  const ids = options.units ?? (await session.selectUnits({}, run)).ids;
  if (ids.length === 0) throw noUnits(session.session.name);
  const spikes = await session.spikes(ids);
  return data === 'spike_times'
    ? alignSpikeTimes(spikes, trials, durationS)
    : alignSpikeRates(spikes, trials, durationS, sigmaMs, run);
}

async function alignSignal(
  session: SessionData,
  data: SignalKind,
  options: AlignOptions,
  warnings: string[],
): Promise<AlignedTable> {
  const { durationS = 1, project } = options;
  if (data === 'motion_tracking' && project === undefined) {
    throw argumentError('project', 'the name of the project whose coordinates are wanted', project);
  }
  const trials = await trialsOf(session, options, eventWithinMs.others, warnings);
  const signals = await session.openSignals(data, project);
  try {
    return await alignContinuous(signals, trials, durationS);
  } finally {
    await closeAll(signals);
  }
}

const noUnits = (name: string) => new DantError('DANT_DATA', `${name}: no unit is selected.`);

/** One table, with the level `session`. Throws DANT_DATA if there is none. */
function joined(
  tables: readonly { session: string; table: AlignedTable }[],
  warnings: readonly string[],
): AlignedTable {
  const [first] = tables;
  if (!first) {
    throw new DantError('DANT_DATA', ['there is nothing to align in any session.', ...warnings].join('\n  '));
  }
  const names = first.table.levels.map(({ name }) => name);
  const rows = Math.max(...tables.map(({ table }) => table.rows));
  const columns = tables.reduce((sum, { table }) => sum + table.columns, 0);
  const isFloat32 = first.table.data instanceof Float32Array;
  if (tables.length === 1) {
    const session = { name: 'session', values: new Array<string>(columns).fill(first.session) };
    return new AlignedTable([session, ...first.table.levels], first.table.index, first.table.data);
  }
  // Of spike times, the fullest column of all sessions has the most rows.
  const data = isFloat32 ? new Float32Array(columns * rows) : new Float64Array(columns * rows);
  data.fill(NaN);
  let k = 0;
  for (const { table } of tables) {
    for (let own = 0; own < table.columns; own++) data.set(table.column(own), k++ * rows);
  }
  const longest = tables.find(({ table }) => table.rows === rows)!.table;
  return new AlignedTable(
    [
      {
        name: 'session',
        values: tables.flatMap(({ session, table }) => new Array<string>(table.columns).fill(session)),
      },
      ...names.map((name) => ({
        name,
        values: tables.flatMap(({ table }) => Array.from(table.level(name) as string[])),
      })),
    ],
    longest.index,
    data,
  );
}

import { statSync } from 'node:fs';

import type { ArrayTree } from '../../files/array_tree.js';
import { fileError } from '../../files/file_error.js';
import { Hdf5File } from '../../files/hdf5.js';
import { ZarrFolder } from '../../files/zarr.js';
import type { TimeUnit } from '../events.js';
import { unitIds, type SessionUnit, type SortedSession } from '../sorted_session.js';
import { judgeUnit, rangeOf, type WaveformUnit } from '../waveform_unit.js';
import { readElectrodes } from './electrodes.js';
import { readTrials } from './trials.js';
import { boundsOf, readUnitTable, type UnitTable } from './unit_table.js';
import { openWaveforms, type NwbWaveforms } from './waveforms.js';

export interface NwbChoice {
  /** Default: judged by their size, as files say volts of what are µV */
  waveformUnit?: WaveformUnit | undefined;
  /** Of spike times; default: s */
  timesUnit?: TimeUnit | undefined;
  /** Column of the units with their labels; default: label, group, quality, KSLabel or the like */
  labelColumn?: string | undefined;
  /** .npy with positions of the electrodes, (electrodes, 2) µm, where the files do not tell */
  positions?: string | undefined;
  /** Column of the trials whose times are events; default: no PETH is made */
  trials?: string | undefined;
  /** Column of the trials by whose values events are of different types */
  trialCondition?: string | undefined;
}

/** Units whose waveforms are looked at to judge the unit, the first ones: V and µV are too far apart for it to matter which. */
const judgedUnits = 20;
/** Units by whose last spikes it is told how long a session is, where nothing else tells: those with the most spikes. */
const timedUnits = 20;

/** An NWB file (HDF5, or a Zarr folder) as a session, which stays open until it is closed. Rejects with DANT_DATA. */
export async function readNwb(path: string, choice: NwbChoice): Promise<SortedSession> {
  const tree: ArrayTree = statSync(path, { throwIfNoEntry: false })?.isDirectory()
    ? await ZarrFolder.open(path)
    : await Hdf5File.open(path);
  try {
    return await sessionOf(tree, choice);
  } catch (error) {
    await tree.close();
    throw error;
  }
}

async function sessionOf(tree: ArrayTree, choice: NwbChoice): Promise<SortedSession> {
  const { timesUnit = 's' } = choice;
  const msPerUnit = timesUnit === 's' ? 1000 : 1;
  const warnings: string[] = [];
  const table = await readUnitTable(tree, choice.labelColumn);
  const electrodes = await readElectrodes(tree, choice.positions);
  const waveforms = await openWaveforms(tree, table, electrodes, warnings);
  const { unit, toUv } = await unitOf(tree, table, waveforms, choice.waveformUnit, warnings);
  const observed = await observedTime(tree, table);
  const scale = msPerUnit / 1000;
  const attributes = await tree.attributes('units/waveform_mean');
  const rate = attributes.sampling_rate;
  const units = unitIds(table.ids).map(({ id, name }, u): SessionUnit => {
    const [first, end] = [table.spikes[u]!, table.spikes[u + 1]!];
    return {
      id,
      name,
      label: table.labels[u],
      spikes: end - first,
      timesMs: async () => {
        const times = first === end ? new Float64Array() : await tree.numbers('units/spike_times', first, end);
        const timesMs = scaledIfFinite(times, msPerUnit);
        if (timesMs !== undefined) return timesMs;
        const wrong = times.find((time) => !Number.isFinite(time));
        throw fileError(tree.path, `units/spike_times: unit ${name ?? id} has a spike at ${wrong!}.`);
      },
      waveform: async () => {
        const own = await waveforms.of(u);
        return { channels: own.channels, values: scaled(own.values, toUv) };
      },
    };
  });
  const sessionStart = await oneText(tree, 'session_start_time');
  return {
    folder: tree.path,
    date: sessionStart ?? undefined,
    record: {
      identifier: await oneText(tree, 'identifier'),
      subject: await oneText(tree, 'general/subject/subject_id'),
      sessionStart,
      positionsFrom: electrodes.positionsFrom,
      waveformUnit: unit,
    },
    sites: electrodes.sites,
    sampleRateHz: typeof rate === 'number' ? rate : undefined,
    durationS: observed.durationS * scale,
    endS: observed.endS * scale,
    window: { samples: waveforms.samples, trough: undefined },
    units,
    timesUnit,
    events:
      choice.trials === undefined ? undefined : await readTrials(tree, choice.trials, choice.trialCondition, msPerUnit),
    warnings,
    close: () => tree.close(),
  };
}

// Loops: these are millions of numbers, for each of which a function that is handed in would be called.
function scaled(values: Float64Array, factor: number): Float64Array {
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = factor * values[i]!;
  return result;
}

/** Undefined: not all are finite. */
function scaledIfFinite(values: Float64Array, factor: number): Float64Array | undefined {
  const result = new Float64Array(values.length);
  // Zero times anything finite is zero.
  let zero = 0;
  for (let i = 0; i < values.length; i++) {
    const value = factor * values[i]!;
    result[i] = value;
    zero += 0 * value;
  }
  return zero === 0 ? result : undefined;
}

async function unitOf(
  tree: ArrayTree,
  { count }: UnitTable,
  waveforms: NwbWaveforms,
  told: WaveformUnit | undefined,
  warnings: string[],
): Promise<{ unit: WaveformUnit; toUv: number }> {
  const ranges: number[] = [];
  for (let u = 0; u < Math.min(count, judgedUnits); u++)
    ranges.push(rangeOf((await waveforms.of(u)).values, waveforms.samples));
  const { unit, median } = judgeUnit(ranges, told);
  if (unit === 'uV' && told === undefined) {
    warnings.push(
      `${tree.path}: units/waveform_mean says volts, but half of the waveforms are larger than ${median.toPrecision(3)}: ` +
        'they are taken as µV (--waveform-unit).',
    );
  }
  return { unit, toUv: unit === 'V' ? 1e6 : 1 };
}

/** How long units were observed, in all, and until when; in the file's unit of time. */
async function observedTime(tree: ArrayTree, table: UnitTable): Promise<{ durationS: number; endS: number }> {
  const { columns, count, spikes } = table;
  if (columns.includes('obs_intervals')) {
    await boundsOf(tree, columns, 'obs_intervals', count);
    const pairs = await tree.numbers('units/obs_intervals');
    const intervals = Array.from({ length: pairs.length / 2 }, (_, i) => [pairs[2 * i]!, pairs[2 * i + 1]!] as const);
    let end = -Infinity;
    let durationS = 0;
    for (const [from, to] of intervals.sort(([a], [b]) => a - b)) {
      if (to > end) durationS += to - Math.max(from, end);
      end = Math.max(end, to);
    }
    if (durationS > 0) return { durationS, endS: end };
  }
  // To look at more would read the whole file once more.
  const counts = Array.from({ length: count }, (_, u) => ({ u, spikes: spikes[u + 1]! - spikes[u]! }));
  const busiest = counts.filter((unit) => unit.spikes > 0).sort((a, b) => b.spikes - a.spikes || a.u - b.u);
  let endS = 0;
  let firstS = 0;
  for (const { u } of busiest.slice(0, timedUnits).sort((a, b) => a.u - b.u)) {
    const [first] = await tree.numbers('units/spike_times', spikes[u], spikes[u]! + 1);
    const [last] = await tree.numbers('units/spike_times', spikes[u + 1]! - 1, spikes[u + 1]);
    endS = Math.max(endS, last!);
    firstS = Math.min(firstS, first!);
  }
  if (!(endS > firstS)) throw fileError(tree.path, 'units/spike_times: there are no spikes.');
  return { durationS: endS - firstS, endS };
}

/** Null: there is none, or it is stored in a way that is not read. */
async function oneText(tree: ArrayTree, name: string): Promise<string | null> {
  try {
    return (await tree.describe(name))?.isText ? ((await tree.texts(name))[0] ?? null) : null;
  } catch {
    return null;
  }
}

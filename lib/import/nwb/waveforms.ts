import type { ArrayTree } from '../../files/array_tree.js';
import { fileError } from '../../files/file_error.js';
import { byChannel } from '../by_channel.js';
import type { Electrodes } from './electrodes.js';
import { boundsOf, type Bounds, type UnitTable } from './unit_table.js';

/** The mean waveforms of an NWB file. */
export interface NwbWaveforms {
  samples: number;
  /** A unit's, as they are in the file, by its row */
  of(unit: number): Promise<{ channels: readonly number[]; values: Float64Array }>;
}

const name = 'units/waveform_mean';

/**
 * Finds out how the means are stored: (units, samples, channels), or ragged with a row (samples) for each unit and channel; channels are those
 * that `electrodes` lists, else all. Rejects with DANT_DATA, also if they are of one channel each.
 */
export async function openWaveforms(
  tree: ArrayTree,
  table: UnitTable,
  electrodes: Electrodes,
  warnings: string[],
): Promise<NwbWaveforms> {
  const { columns, count } = table;
  const described = columns.includes('waveform_mean') ? await tree.describe(name) : undefined;
  if (described === undefined) {
    throw fileError(
      tree.path,
      `units has no waveform_mean, by which neurons are followed; it has ${columns.join(', ')}.`,
    );
  }
  const { shape } = described;
  const isRagged = columns.includes('waveform_mean_index');
  if (!isRagged && (shape.length < 3 || shape[2] === 1)) {
    throw fileError(
      tree.path,
      `${name} has the shape (${shape.join(', ')}), one channel for each unit. Neurons are followed by their waveforms on several channels: ` +
        'write the file anew with the means on all channels (units, samples, channels), or import the sorter’s folder.',
    );
  }
  const lists = columns.includes('electrodes') ? await electrodeLists(tree, table, electrodes, warnings) : undefined;
  return isRagged ? ragged(tree, table, shape, electrodes, lists) : dense(tree, count, shape, electrodes, lists);
}

function dense(
  tree: ArrayTree,
  count: number,
  shape: readonly number[],
  electrodes: Electrodes,
  lists: Lists | undefined,
): NwbWaveforms {
  const [units, samples, width] = shape as [number, number, number];
  if (units !== count) throw fileError(tree.path, `${name} has ${units} rows but there are ${count} units.`);
  const all = electrodes.sites.map((_, row) => row);
  return {
    samples,
    async of(unit) {
      const listed = lists?.(unit) ?? [];
      // A list of one electrode beside waveforms on all of them tells the peak.
      const channels = listed.length !== width && width === all.length ? all : listed;
      if (channels.length !== width) {
        throw fileError(
          tree.path,
          `${name} has ${width} channels, but units/electrodes lists ${listed.length} for unit ${unit + 1}, and there are ${all.length}.`,
        );
      }
      const data = await tree.numbers(name, unit, unit + 1);
      return { channels, values: withoutEmpty(byChannel(data, samples, width), samples) };
    },
  };
}

async function ragged(
  tree: ArrayTree,
  { columns, count }: UnitTable,
  shape: readonly number[],
  { sites, ids, groups }: Electrodes,
  lists: Lists | undefined,
): Promise<NwbWaveforms> {
  const bounds = await boundsOf(tree, columns, 'waveform_mean', count);
  if (shape.length !== 2) {
    throw fileError(
      tree.path,
      `${name} has the shape (${shape.join(', ')}); expected (rows, samples), as it has an index.`,
    );
  }
  const peaks = columns.includes('peak_channel_id') ? await tree.numbers('units/peak_channel_id') : undefined;
  const samples = shape[1]!;
  const channelsOf = (unit: number, rows: number) => {
    const all = sites.map((_, row) => row);
    const group = peaks && groups[ids.indexOf(peaks[unit]!)];
    const choices = [lists?.(unit) ?? [], all, all.filter((row) => groups[row] === group)];
    const channels = choices.find(({ length }) => length === rows);
    if (channels !== undefined) return channels;
    throw fileError(
      tree.path,
      `${name} has ${rows} rows for unit ${unit + 1}, and neither units/electrodes nor a group of electrodes has as many: which channels are they?`,
    );
  };
  return {
    samples,
    async of(unit) {
      const [first, end] = [bounds[unit]!, bounds[unit + 1]!];
      if (first === end) return { channels: [], values: new Float64Array() };
      const values = (await tree.numbers(name, first, end)).slice();
      return { channels: channelsOf(unit, end - first), values: withoutEmpty(values, samples) };
    },
  };
}

/** Channels that are exactly zero were not measured, but filled up. */
function withoutEmpty(values: Float64Array, samples: number): Float64Array {
  for (let begin = 0; begin < values.length; begin += samples) {
    const own = values.subarray(begin, begin + samples);
    if (own.every((value) => value === 0)) own.fill(NaN);
  }
  return values;
}

/** Rows of the electrode table for a unit. */
type Lists = (unit: number) => number[];

async function electrodeLists(
  tree: ArrayTree,
  { columns, count }: UnitTable,
  { sites, ids }: Electrodes,
  warnings: string[],
): Promise<Lists> {
  const bounds: Bounds = await boundsOf(tree, columns, 'electrodes', count);
  const listed = await tree.numbers('units/electrodes');
  const isRow = (value: number) => Number.isInteger(value) && value >= 0 && value < sites.length;
  if (listed.every(isRow)) return (unit) => [...listed.subarray(bounds[unit], bounds[unit + 1])];
  const rowOfId = new Map(ids.map((id, row) => [id, row]));
  const wrong = listed.find((value) => !isRow(value))!;
  if (!listed.every((value) => rowOfId.has(value))) {
    throw fileError(
      tree.path,
      `units/electrodes names electrode ${wrong}; expected rows of the electrode table, 0 to ${sites.length - 1}.`,
    );
  }
  warnings.push(
    `${tree.path}: units/electrodes holds ids such as ${wrong}, where rows of the electrode table (0 to ${sites.length - 1}) belong; they were taken as ids.`,
  );
  return (unit) => Array.from(listed.subarray(bounds[unit], bounds[unit + 1]), (id) => rowOfId.get(id)!);
}

import {
  allowFlag,
  doublesOf,
  integersOf,
  requireInteger,
  requireList,
  requireNumber,
  requireObject,
  requireText,
  requireTexts,
  steeringOf,
} from '../arguments.js';
import { argumentError } from '../errors.js';
import { medianOf } from '../arrays.js';
import { fileError } from '../files/file_error.js';
import { highPassHz } from '../import/import_session.js';
import { hasWindow, meanWaveforms } from '../import/mean_waveforms.js';
import { tileChannels, type RawSource } from '../import/raw_source.js';
import { describeRecording, type Recording } from '../import/recording.js';
import { selectSpikes } from '../import/select_spikes.js';
import type { Sorting } from '../import/sorter_folder.js';
import { sharedArray } from '../native/memory.js';
import type { RunOptions } from '../native/run.js';
import { partOf } from '../processing/run_part.js';
import { AlignedTable } from './aligned_table.js';
import { requireIds } from './arguments.js';
import { spikeWidth } from './waveform_metrics.js';

/** Samples of a waveform, and those before its spike time */
const samples = 82;
const samplesBefore = 41;
/** Spikes of a unit that its peak channel is told by, and that are looked at */
const spikesForPeak = 50;
const mostSpikes = 500;
const seed = 1;

/**
 * Waveforms of units on their peak channels, in counts: columns `unit`, `spike`, rows `time` in ms from the first sample. At most 500 spikes
 * of a unit, spread over the recording. Rejects with DANT_DATA if the raw recording cannot be read.
 * @param files The raw recordings in sequence
 */
export async function spikeWaveforms(
  sorting: Sorting,
  files: readonly string[],
  ids: readonly number[],
  run: RunOptions = {},
): Promise<AlignedTable> {
  requireTexts('files', files);
  if (files.length === 0) throw argumentError('files', 'at least one file', files);
  requireIds('ids', ids);
  run = steeringOf('run', run);
  sorting = sortingOf(sorting, ids);
  if (sorting.params.dtype === 'float32') {
    throw fileError(files[0]!, 'holds samples of type float32 (params.py); single waveforms are read from int16 only.');
  }
  const recording = await describeRecording([...files], sorting.params, 1);
  const unknown = sorting.channelMap.find((column) => column < 0 || column >= recording.neuralColumns);
  if (unknown !== undefined) {
    throw argumentError('sorting.channelMap', `columns of the ${recording.neuralColumns} of ${files[0]!}`, unknown);
  }
  const { sampleRateHz, rows } = recording;
  const units = ids.map((id) => {
    const unit = sorting.units.find((other) => other.id === id);
    if (!unit) throw fileError(sorting.folder, `there is no cluster ${id} with spikes.`);
    const whole = unit.spikes.filter((spike) => spike >= samplesBefore && spike - samplesBefore + samples <= rows);
    return { id, spikes: selectSpikes(whole, mostSpikes, [seed, id]), all: unit.spikes };
  });
  const source = await recording.open();
  let data: Float32Array;
  try {
    const peaks = await peakColumns(source, sorting, recording, units, partOf(run, 0, 0.5));
    data = await readWindows(source, units, peaks, partOf(run, 0.5, 1));
  } finally {
    await source.close();
  }
  return new AlignedTable(
    [
      { name: 'unit', values: units.flatMap(({ id, spikes }) => Array.from(spikes, () => id)) },
      { name: 'spike', values: units.flatMap(({ spikes }) => Array.from(spikes, (_, i) => i)) },
    ],
    { name: 'time', values: Float64Array.from({ length: samples }, (_, i) => (1000 * i) / sampleRateHz) },
    data,
  );
}

/** What `readSorting` gives, with the spikes of the units that are asked for as doubles. */
function sortingOf(sorting: Sorting, ids: readonly number[]): Sorting {
  const { folder, params, channelMap, units } = requireObject('sorting', sorting);
  requireText('sorting.folder', folder);
  const { columns, dtype, offsetBytes, sampleRateHz, isFiltered } = requireObject('sorting.params', params);
  if (columns !== undefined) requireInteger('sorting.params.columns', columns, 1);
  requireText('sorting.params.dtype', dtype);
  requireInteger('sorting.params.offsetBytes', offsetBytes, 0);
  requireNumber('sorting.params.sampleRateHz', sampleRateHz, 1);
  allowFlag('sorting.params.isFiltered', isFiltered);
  const columnOf = integersOf('sorting.channelMap', channelMap);
  if (columnOf.length === 0) throw argumentError('sorting.channelMap', 'at least one channel', channelMap);
  const checked = requireList('sorting.units', units).map((unit, u) => {
    const name = `sorting.units[${u}]`;
    const { id, spikes } = requireObject(name, unit);
    requireInteger(`${name}.id`, id, 0);
    return ids.includes(id) ? { ...unit, spikes: samplesOf(`${name}.spikes`, spikes) } : unit;
  });
  return { ...sorting, channelMap: columnOf, units: checked };
}

function samplesOf(name: string, list: unknown): Float64Array {
  const spikes = doublesOf(name, list);
  const wrong = spikes.find((sample) => !Number.isSafeInteger(sample) || sample < 0);
  if (wrong !== undefined) throw argumentError(name, 'samples, whole numbers of at least 0,', wrong);
  return spikes;
}

/** The median over its spikes of the time from trough to peak of each unit, ms; of a table of `spikeWaveforms`. */
export function medianSpikeWidths(table: AlignedTable, ids: readonly number[]): ReadonlyMap<number, number> {
  const units = table.level('unit');
  const times = Float64Array.from(table.index.values as ArrayLike<number>);
  const widths = new Map<number, number[]>(ids.map((id) => [id, []]));
  for (let k = 0; k < table.columns; k++) widths.get(units[k] as number)?.push(spikeWidth(table.column(k), times));
  return new Map([...widths].map(([id, list]) => [id, medianOf(list)]));
}

/** The column of the recording in which each unit is largest, by the mean of some of its spikes. */
async function peakColumns(
  source: RawSource,
  sorting: Sorting,
  recording: Recording,
  units: readonly { id: number; all: Float64Array }[],
  run: RunOptions,
): Promise<number[]> {
  const drawn = units.map(({ id, all }) =>
    selectSpikes(
      all.filter((spike) => hasWindow(spike, recording.rows)),
      spikesForPeak,
      [seed, id],
    ),
  );
  const withSpikes = drawn.flatMap(({ length }, u) => (length > 0 ? [u] : []));
  const { peakChannels } = await meanWaveforms(
    {
      source,
      channels: sorting.channelMap,
      uvPerBit: Float64Array.from(sorting.channelMap, (column) => recording.uvPerBit[column]!),
      sampleRateHz: recording.sampleRateHz,
      spikes: withSpikes.map((u) => drawn[u]!),
      highPassHz: recording.isFiltered ? 0 : highPassHz,
    },
    run,
  );
  // A unit without a whole window has no waveform to read either.
  const columns = units.map(() => sorting.channelMap[0]!);
  withSpikes.forEach((u, i) => (columns[u] = sorting.channelMap[peakChannels[i]!]!));
  return columns;
}

/** Samples of a column of each unit around its spikes, one after the other: (spikes of all units, samples) */
async function readWindows(
  source: RawSource,
  units: readonly { spikes: Float64Array }[],
  columns: readonly number[],
  { threads, signal, onProgress }: RunOptions,
): Promise<Float32Array> {
  const windows = units.flatMap(({ spikes }, u) => Array.from(spikes, (spike) => ({ spike, column: columns[u]! })));
  const data = new Float32Array(windows.length * samples);
  const block = sharedArray(Int16Array, samples * tileChannels);
  // A source is read in ascending order.
  const inOrder = Array.from(windows.keys()).sort((a, b) => windows[a]!.spike - windows[b]!.spike);
  for (const [done, k] of inOrder.entries()) {
    const { spike, column } = windows[k]!;
    const to = { block, capacity: samples, channels: Int32Array.of(column) };
    await source.read(spike - samplesBefore, samples, to, 0, { threads, signal });
    for (let i = 0; i < samples; i++) data[k * samples + i] = block[i * tileChannels]!;
    onProgress?.((done + 1) / windows.length);
  }
  return data;
}

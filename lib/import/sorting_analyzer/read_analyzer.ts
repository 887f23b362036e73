import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { fileError } from '../../files/file_error.js';
import { byChannel } from '../by_channel.js';
import { labelsFrom, unitIds, type SessionUnit, type SessionWaveform, type SortedSession } from '../sorted_session.js';
import { judgeUnit, rangeOf, type WaveformUnit } from '../waveform_unit.js';
import type { AnalyzerStore } from './analyzer_store.js';
import { openFolderAnalyzer, openWaveformExtractor } from './folder_store.js';
import { sitesOf } from './recording_info.js';
import { openZarrAnalyzer } from './zarr_store.js';

export interface AnalyzerChoice {
  /** Of waveforms of a recording without gains; default: judged by their size */
  waveformUnit?: WaveformUnit | undefined;
  /** Where the sorting of a WaveformExtractor is, if not where it says */
  sorting?: string | undefined;
}

/** A folder of SpikeInterface as a session; segments are put one after the other. Rejects with DANT_DATA. */
export async function readAnalyzer(folder: string, { waveformUnit, sorting }: AnalyzerChoice): Promise<SortedSession> {
  const store = await openStore(folder, sorting);
  const { recording, templateShape } = store;
  const sites = sitesOf(`${folder}/recording_info`, recording);
  const [rows, samples, channels] = templateShape as [number, number, number];
  if (templateShape.length !== 3 || rows !== store.unitIds.length || channels !== sites.length) {
    throw fileError(
      folder,
      `the templates have the shape (${templateShape.join(', ')}); expected ${store.unitIds.length} units, samples and ${sites.length} channels.`,
    );
  }
  const warnings: string[] = [];
  if (recording.lengths.length > 1) {
    warnings.push(`${folder}: its ${recording.lengths.length} segments were put one after the other.`);
  }
  const scale = await scaleOf(store, waveformUnit, warnings);
  const trains = await spikesOf(store);
  const labels = await labelsFrom(store.properties, store.unitIds.length, store.property);
  const units = unitIds(store.unitIds).map(({ id, name }, u): SessionUnit => {
    const spikes = trains[u]!;
    return {
      id,
      name,
      label: labels[u],
      spikes: spikes.length,
      averaged: store.mostAveraged === undefined ? undefined : Math.min(spikes.length, store.mostAveraged),
      timesMs: () => Promise.resolve(Float64Array.from(spikes, (sample) => (1000 * sample) / recording.sampleRateHz)),
      waveform: async () => measured(await store.template(u), store.sparsity, u, { samples, channels }, scale),
    };
  });
  const total = recording.lengths.reduce((sum, length) => sum + length, 0);
  return {
    folder,
    record: {
      format: store.format,
      spikeinterface: store.version ?? null,
      segments: recording.lengths.length,
      rows: total,
    },
    sites,
    sampleRateHz: recording.sampleRateHz,
    durationS: total / recording.sampleRateHz,
    window: { samples, trough: Math.floor((store.msBefore * recording.sampleRateHz) / 1000) },
    units,
    warnings,
  };
}

function openStore(folder: string, sorting: string | undefined): Promise<AnalyzerStore> {
  const has = (...names: string[]) => existsSync(join(folder, ...names));
  if (has('.zgroup')) return openZarrAnalyzer(folder);
  if (has('sorting', 'numpysorting_info.json')) return openFolderAnalyzer(folder);
  if (has('sorting.json') && has('params.json')) return openWaveformExtractor(folder, sorting);
  throw fileError(
    folder,
    existsSync(folder)
      ? 'this is neither a SortingAnalyzer (binary_folder or zarr) nor a WaveformExtractor of SpikeInterface.'
      : 'there is no such folder.',
  );
}

/** µV of a value of each channel. */
async function scaleOf(store: AnalyzerStore, told: WaveformUnit | undefined, warnings: string[]) {
  const { isInUv, recording, folder } = store;
  if (isInUv) return undefined;
  const { gains, offsets } = recording;
  if (gains !== undefined)
    return (value: number, channel: number) => value * gains[channel]! + (offsets?.[channel] ?? 0);
  const [units, samples] = store.templateShape as [number, number];
  const ranges: number[] = [];
  for (let u = 0; u < units; u++) {
    const template = await store.template(u);
    ranges.push(rangeOf(byChannel(template, samples, template.length / samples), samples));
  }
  const { unit, median } = judgeUnit(ranges, told);
  warnings.push(
    `${folder}: the recording has no gains and its templates are not said to be in µV; half of them are larger than ${median.toPrecision(2)}, ` +
      `and they are taken as ${unit === 'uV' ? 'µV' : 'V'} (--waveform-unit).`,
  );
  return unit === 'V' ? (value: number) => 1e6 * value : undefined;
}

/** The channels of a unit's template that were measured. */
function measured(
  template: ArrayLike<number>,
  sparsity: ArrayLike<number> | undefined,
  unit: number,
  { samples, channels }: { samples: number; channels: number },
  scale: ((value: number, channel: number) => number) | undefined,
): SessionWaveform {
  const own = Array.from({ length: channels }, (_, c) => c).filter((c) => !sparsity || sparsity[unit * channels + c]);
  const values = new Float64Array(own.length * samples);
  own.forEach((c, k) => {
    for (let t = 0; t < samples; t++) {
      const value = template[t * channels + c]!;
      values[k * samples + t] = scale ? scale(value, c) : value;
    }
  });
  return { channels: own, values };
}

/** Samples of each unit's spikes, from the beginning of the first segment. Four bytes each: there may be a hundred million. */
async function spikesOf(store: AnalyzerStore): Promise<Uint32Array[]> {
  const { folder, recording, unitIds: ids } = store;
  const begins = recording.lengths.map((_, k) =>
    recording.lengths.slice(0, k).reduce((sum, length) => sum + length, 0),
  );
  const counts = new Uint32Array(ids.length);
  let beyond = 0;
  for await (const { samples, units, segments } of store.spikes()) {
    for (let i = 0; i < samples.length; i++) {
      const unit = units[i]!;
      if (unit < 0 || unit >= ids.length) {
        throw fileError(folder, `a spike is of the unit in row ${unit}, but there are ${ids.length} units.`);
      }
      counts[unit]!++;
      const length = recording.lengths[segments[i]!];
      if (length === undefined || samples[i]! < 0 || samples[i]! >= length) beyond++;
    }
  }
  if (beyond > 0) {
    throw fileError(
      folder,
      `${beyond} spikes are beyond the end of the recording (${recording.lengths.join(', ')} samples). Are recording and sorting of one session?`,
    );
  }
  const trains = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  for await (const { samples, units, segments } of store.spikes()) {
    for (let i = 0; i < samples.length; i++) {
      const unit = units[i]!;
      trains[unit]![counts[unit]!++] = begins[segments[i]!]! + samples[i]!;
    }
  }
  return trains;
}

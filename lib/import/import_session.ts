import { DantError } from '../errors.js';
import type { RunOptions } from '../native/run.js';
import { meanWaveforms, waveformSamples } from './mean_waveforms.js';
import type { CompleteImportOptions } from './options.js';
import { placeWaveform } from './place_waveform.js';
import type { ImportPlan } from './plan.js';
import type { SessionPlan } from './plan_session.js';
import { interpolation } from './sites.js';
import { partOfSource } from './split.js';
import type { ImportedUnit } from './write_dataset.js';

/** The high-pass filter of recordings that are not filtered yet. */
export const highPassHz = 300;

/** The session's units with their mean waveforms at the shared sites. */
export async function importSession(
  plan: ImportPlan,
  s: number,
  options: CompleteImportOptions,
  run: RunOptions,
): Promise<ImportedUnit[]> {
  const session = plan.sessions[s]!;
  const { recording, units, events, templates } = session;
  const missing = interpolation(plan.sites, plan.channels[s]!);
  const placed = (own: Float32Array) => placeWaveform(own, plan.channels[s]!, missing);
  const means = templates ? undefined : await meansOf(session, s, options, run);
  return units.map((unit, u) => {
    const timesMs = unit.spikes.map((sample) => (1000 * sample) / recording.sampleRateHz);
    return {
      ...unit,
      timesMs,
      averaged: means && unit.averaged.length,
      ...placed(means?.mean(u) ?? templates!.get(unit.id)!),
      halves: means?.halves(u).map((half) => placed(half).waveform),
      peth: plan.peth?.row(timesMs, events ?? new Map<string, Float64Array>()),
    };
  });
}

/** Mean waveforms of a session's units, (channels, 61) µV. */
async function meansOf(
  session: SessionPlan,
  s: number,
  { commonMedian, halves: withHalves }: CompleteImportOptions,
  run: RunOptions,
): Promise<{ mean: (unit: number) => Float32Array; halves: (unit: number) => Float32Array[] }> {
  const { sorting, recording, units, part } = session;
  const { channelMap } = sorting;
  const size = channelMap.length * waveformSamples;
  const whole = await openOf(session, s);
  try {
    const { waveforms, halves } = await meanWaveforms(
      {
        source: part === undefined ? whole : partOfSource(whole, part),
        channels: channelMap,
        uvPerBit: Float64Array.from(channelMap, (column) => recording.uvPerBit[column]!),
        sampleRateHz: recording.sampleRateHz,
        spikes: units.map(({ averaged }) => averaged),
        highPassHz: recording.isFiltered ? 0 : highPassHz,
        commonMedian,
        halves: withHalves,
      },
      run,
    );
    const of = (all: Float32Array, index: number) => all.subarray(index * size, (index + 1) * size);
    return {
      mean: (unit) => of(waveforms, unit),
      halves: (unit) => (withHalves ? [of(halves, 2 * unit), of(halves, 2 * unit + 1)] : []),
    };
  } finally {
    await whole.close();
  }
}

async function openOf({ recording }: SessionPlan, s: number) {
  try {
    return await recording.open();
  } catch (error) {
    if (!(error instanceof DantError)) throw error;
    throw new DantError(error.code, `Session ${s + 1}: ${error.message}`, { cause: error });
  }
}

import { DantError, argumentError } from '../errors.js';
import { makeNewFolder } from '../files/new_folder.js';
import type { RunOptions } from '../native/run.js';
import { meanWaveforms, waveformSamples } from './mean_waveforms.js';
import {
  completeImportOptions,
  type CompleteImportOptions,
  type ImportOptions,
  type SessionSource,
} from './options.js';
import { planImport, type ImportPlan } from './plan.js';
import type { SessionPlan } from './plan_session.js';
import { placeWaveform } from './place_waveform.js';
import { interpolation } from './sites.js';
import { DatasetWriter, type DatasetOutline, type ImportedUnit } from './write_dataset.js';

/** What was imported. */
export interface ImportSummary {
  units: number;
  unitsPerSession: number[];
  channels: number;
  warnings: string[];
}

export interface ImportControl extends Omit<RunOptions, 'onProgress'> {
  /** Told the session (from 1) whose recording is read, and the share of all recordings that is done, 0 … 1. */
  onProgress?: ((event: { session: number; fraction: number }) => void) | undefined;
}

/** The high-pass filter of recordings that are not filtered yet. */
export const highPassHz = 300;

/**
 * Makes a data folder of the tracker from sorted sessions, in order of time, and their raw recordings: mean waveforms in µV,
 * sites that the sessions share, spike times, settings, `units.csv` (whose each unit is) and `import.json` (how it was made).
 * @param output New or empty; appears whole or not at all.
 * @throws DANT_DATA if something is missing or contradicts something else; DANT_OUTPUT, DANT_ARGUMENT.
 */
export async function importSessions(
  sources: readonly SessionSource[],
  output: string,
  options: ImportOptions = {},
  { onProgress, ...run }: ImportControl = {},
): Promise<ImportSummary> {
  if (sources.length === 0) throw argumentError('sources', 'at least one session', sources);
  const complete = completeImportOptions(options);
  let summary: ImportSummary | undefined;
  await makeNewFolder(output, async (folder) => {
    const plan = await planImport(sources, complete, run.signal);
    const writer = await DatasetWriter.create(folder, outlineOf(plan, complete));
    try {
      const rows = plan.sessions.reduce((sum, { recording }) => sum + recording.rows, 0);
      let done = 0;
      for (const [s, session] of plan.sessions.entries()) {
        const units = await importSession(plan, s, {
          ...run,
          onProgress: (share) =>
            onProgress?.({ session: s + 1, fraction: (done + share * session.recording.rows) / rows }),
        });
        await writer.add(
          s,
          units.filter(({ amplitudeUv }) => amplitudeUv >= complete.minAmplitudeUv),
        );
        done += session.recording.rows;
      }
      summary = await writer.finish();
    } finally {
      await writer.close();
    }
  });
  return summary!;
}

function outlineOf(
  { sessions, sites, geometry, warnings }: ImportPlan,
  options: CompleteImportOptions,
): DatasetOutline {
  return {
    sites,
    geometry,
    warnings,
    options,
    sessions: sessions.map(({ folder, sorting, recording, labels }) => ({
      folder,
      durationS: recording.rows / recording.sampleRateHz,
      record: {
        recording: recording.files,
        rows: recording.rows,
        columns: recording.columns,
        sampleRateHz: recording.sampleRateHz,
        probe: recording.probe ?? null,
        serialNumber: recording.serialNumber ?? null,
        filteredBefore: recording.isFiltered,
        sortedChannels: sorting.channelMap.length,
        clustersByLabel: labels,
      },
    })),
  };
}

/** The session's units with their mean waveforms at the shared sites. */
async function importSession(plan: ImportPlan, s: number, run: RunOptions): Promise<ImportedUnit[]> {
  const { sorting, recording, units } = plan.sessions[s]!;
  const { channelMap } = sorting;
  const channels = channelMap.length;
  const missing = interpolation(plan.sites, plan.channels[s]!);
  const source = await openOf(plan.sessions[s]!, s);
  try {
    const { waveforms } = await meanWaveforms(
      {
        source,
        channels: channelMap,
        uvPerBit: Float64Array.from(channelMap, (column) => recording.uvPerBit[column]!),
        sampleRateHz: recording.sampleRateHz,
        spikes: units.map(({ averaged }) => averaged),
        highPassHz: recording.isFiltered ? 0 : highPassHz,
      },
      run,
    );
    return units.map((unit, u) => {
      const all = waveforms.subarray(u * channels * waveformSamples, (u + 1) * channels * waveformSamples);
      return {
        ...unit,
        timesMs: unit.spikes.map((sample) => (1000 * sample) / recording.sampleRateHz),
        averaged: unit.averaged.length,
        ...placeWaveform(all, plan.channels[s]!, missing),
      };
    });
  } finally {
    await source.close();
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

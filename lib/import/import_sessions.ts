import { DantError, argumentError } from '../errors.js';
import { makeNewFolder } from '../files/new_folder.js';
import type { RunOptions } from '../native/run.js';
import { meanWaveforms, waveformSamples } from './mean_waveforms.js';
import {
  importDefaults,
  mostSpikesPerUnit,
  type CompleteImportOptions,
  type ImportOptions,
  type SessionSource,
} from './options.js';
import { planImport, type ImportPlan } from './plan.js';
import type { SessionPlan } from './plan_session.js';
import { interpolation } from './sites.js';
import { DatasetWriter, type ImportedUnit } from './write_dataset.js';

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
  const complete = { ...importDefaults, ...defined(options) };
  if (!(complete.spikesPerUnit >= 1 && complete.spikesPerUnit <= mostSpikesPerUnit)) {
    throw argumentError('spikesPerUnit', `1 to ${mostSpikesPerUnit}`, complete.spikesPerUnit);
  }
  let summary: ImportSummary | undefined;
  await makeNewFolder(output, async (folder) => {
    const plan = await planImport(sources, complete, run.signal);
    const writer = await DatasetWriter.create(folder, plan, complete);
    try {
      const rows = plan.sessions.reduce((sum, { recording }) => sum + recording.rows, 0);
      let done = 0;
      for (const [s, session] of plan.sessions.entries()) {
        const units = await importSession(plan, s, complete, {
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

/** The session's units with their mean waveforms at the shared sites. */
async function importSession(
  plan: ImportPlan,
  s: number,
  { commonMedian, halves: withHalves }: CompleteImportOptions,
  run: RunOptions,
): Promise<ImportedUnit[]> {
  const { sorting, recording, units } = plan.sessions[s]!;
  const { channelMap } = sorting;
  const channels = channelMap.length;
  const missing = interpolation(plan.sites, plan.channels[s]!);
  const source = await openOf(plan.sessions[s]!, s);
  try {
    const { waveforms, halves } = await meanWaveforms(
      {
        source,
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
    const size = channels * waveformSamples;
    const atSites = (all: Float32Array, index: number) => {
      const waveform = new Float32Array(plan.sites.length * waveformSamples);
      plan.channels[s]!.forEach((channel, c) => {
        if (channel < 0) return;
        const from = index * size + channel * waveformSamples;
        waveform.set(all.subarray(from, from + waveformSamples), c * waveformSamples);
      });
      for (const { site, from } of missing) interpolate(waveform, site, from);
      return waveform;
    };
    return units.map((unit, u) => {
      const waveform = atSites(waveforms, u);
      return {
        ...unit,
        waveform,
        halves: withHalves ? [atSites(halves, 2 * u), atSites(halves, 2 * u + 1)] : [],
        ...peakOf(waveform),
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

function interpolate(waveform: Float32Array, site: number, from: readonly { site: number; weight: number }[]): void {
  for (let t = 0; t < waveformSamples; t++) {
    waveform[site * waveformSamples + t] = from.reduce(
      (sum, other) => sum + other.weight * waveform[other.site * waveformSamples + t]!,
      0,
    );
  }
}

/** The channel of (C, 61) with the largest range, and that range. */
function peakOf(waveform: Float32Array): { peakChannel: number; amplitudeUv: number } {
  let peakChannel = 0;
  let amplitudeUv = -1;
  for (let c = 0; c * waveformSamples < waveform.length; c++) {
    let low = Infinity;
    let high = -Infinity;
    for (let t = c * waveformSamples; t < (c + 1) * waveformSamples; t++) {
      low = Math.min(low, waveform[t]!);
      high = Math.max(high, waveform[t]!);
    }
    const range = high - low;
    if (range > amplitudeUv) [peakChannel, amplitudeUv] = [c, range];
  }
  return { peakChannel, amplitudeUv };
}

/** Without the entries that are undefined. */
function defined<Options extends object>(
  options: Options,
): { [Key in keyof Options]: Exclude<Options[Key], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Options]: Exclude<Options[Key], undefined>;
  };
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { readNpyRows, type RowBlock } from '../files/npy_rows.js';
import type { ReportPage } from './packed.js';
import type { ReportData } from './report_data.js';
import type { ResultFolder } from './result_folder.js';

/** Waveforms on the channels around the peak channel, in 8 bits. */
export interface PackedWaveforms {
  about: NonNullable<ReportPage['waveforms']>;
  arrays: Record<string, Uint16Array | Int8Array | Float32Array>;
}

const wantedChannels = 20;
const largestValue = 127;
/** Bytes for all waveforms before compression; about two thirds of it remain. */
const byteBudget = 24e6;

/** Reads the waveforms before and after correction as far as they are there; tells in `data.missing` what is not shown. */
export async function packWaveforms(
  results: ResultFolder,
  data: ReportData,
  signal?: AbortSignal,
): Promise<PackedWaveforms | undefined> {
  const { channelLocationsUm, peakChannels, dataFolder, missing } = data;
  const recordedPath = dataFolder === undefined ? undefined : join(dataFolder, 'waveform_all.npy');
  const recorded = results.has('waveforms_centered.npy')
    ? await results.rows('waveforms_centered')
    : recordedPath !== undefined && existsSync(recordedPath)
      ? readNpyRows(recordedPath, { signal })
      : undefined;
  const corrected = await results.rows('waveforms_corrected');
  if (!corrected) missing.push('The corrected waveforms were not saved (waveforms_corrected.npy is missing).');
  if (!channelLocationsUm || !peakChannels) {
    if (recorded ?? corrected)
      missing.push('Waveforms are not shown because the positions of the channels are not known.');
    return undefined;
  }
  const kinds = [
    ...(recorded ? [{ kind: 'recorded' as const, rows: recorded }] : []),
    ...(corrected ? [{ kind: 'corrected' as const, rows: corrected }] : []),
  ];
  let packing: Packing | undefined;
  for (const { kind, rows } of kinds) {
    for await (const block of rows) {
      packing ??= new Packing(data, block.shape, kinds.length);
      if (block.shape[0] !== data.unitCount || block.shape[1] !== channelLocationsUm.length / 2) {
        missing.push(
          `The ${kind} waveforms have the shape (${block.shape.join(', ')}), which does not fit the other results; they are left out.`,
        );
        return undefined;
      }
      packing.add(kind, block);
    }
  }
  return packing?.result(kinds.map(({ kind }) => kind));
}

class Packing {
  private readonly channels: number;
  private readonly samples: number;
  private readonly nearest: Uint16Array;
  private readonly traces: Record<string, Float32Array> = {};

  constructor(
    private readonly data: ReportData,
    [units, channelCount, samples]: readonly number[],
    kinds: number,
  ) {
    this.samples = samples!;
    const affordable = Math.floor(byteBudget / (units! * samples! * kinds));
    this.channels = Math.min(channelCount!, wantedChannels, Math.max(4, affordable));
    if (this.channels < Math.min(channelCount!, wantedChannels)) {
      data.missing.push(
        `To keep this page small, waveforms are shown on the ${this.channels} channels around the peak instead of ${wantedChannels}.`,
      );
    }
    this.nearest = nearestChannels(data, this.channels);
  }

  add(kind: string, { first, count, data, shape }: RowBlock): void {
    const { channels, samples, nearest } = this;
    const traces = (this.traces[kind] ??= new Float32Array(shape[0]! * channels * samples));
    // Corrected waveforms have a last axis of templates, of which the first is shown.
    const stride = shape[3] ?? 1;
    for (let unit = first; unit < first + count; ++unit) {
      for (let c = 0; c < channels; ++c) {
        const from = ((unit - first) * shape[1]! + nearest[unit * channels + c]!) * samples * stride;
        const to = (unit * channels + c) * samples;
        for (let t = 0; t < samples; ++t) traces[to + t] = Number(data[from + t * stride]!);
      }
    }
  }

  /** Both kinds of a unit have the same scale, so that they can be compared. */
  result(kinds: ('recorded' | 'corrected')[]): PackedWaveforms {
    const { channels, samples, nearest, traces, data } = this;
    const perUnit = channels * samples;
    const scale = new Float32Array(data.unitCount);
    for (const kind of kinds) {
      for (let unit = 0; unit < data.unitCount; ++unit) {
        for (const value of traces[kind]!.subarray(unit * perUnit, (unit + 1) * perUnit)) {
          const step = Math.abs(value) / largestValue;
          if (step > scale[unit]!) scale[unit] = step;
        }
      }
    }
    const packed = kinds.map((kind): [string, Int8Array] => {
      const bytes = new Int8Array(traces[kind]!.length);
      traces[kind]!.forEach((value, i) => {
        bytes[i] = Math.round(value / (scale[Math.floor(i / perUnit)]! || 1));
      });
      return [kind, bytes];
    });
    return {
      about: { channels, samples, kinds },
      arrays: { channels: nearest, scale, ...Object.fromEntries(packed) },
    };
  }
}

/** (N, count) channels nearest to each unit's peak channel, in the order of the probe. */
function nearestChannels({ channelLocationsUm, peakChannels, unitCount }: ReportData, count: number): Uint16Array {
  const at = channelLocationsUm!;
  const byPeak = new Map<number, number[]>();
  const nearest = new Uint16Array(unitCount * count);
  peakChannels!.forEach((peak, unit) => {
    const distance = (c: number) => (at[2 * c]! - at[2 * peak]!) ** 2 + (at[2 * c + 1]! - at[2 * peak + 1]!) ** 2;
    let channels = byPeak.get(peak);
    if (!channels) {
      channels = Array.from({ length: at.length / 2 }, (_, c) => c)
        .sort((a, b) => distance(a) - distance(b) || a - b)
        .slice(0, count)
        .sort((a, b) => a - b);
      byPeak.set(peak, channels);
    }
    nearest.set(channels, unit * count);
  });
  return nearest;
}

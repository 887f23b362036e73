import { toFloat64 } from '../files/convert.js';
import type { RowBlock, RowParts } from '../files/npy_rows.js';
import { callNative } from '../native/run.js';
import type { ResultName } from '../results/schema.js';
import type { ReportPage } from './packed.js';
import { saveThem, type ReportData } from './report_data.js';
import type { RowReader } from './row_reader.js';

/** Waveforms on the channels around the peak channel, in 8 bits. */
export interface PackedWaveforms {
  about: NonNullable<ReportPage['waveforms']>;
  arrays: Record<string, Uint16Array | Int8Array | Float32Array>;
}

const wantedChannels = 20;
/** Bytes for all waveforms before compression; about two thirds of it remain. */
const byteBudget = 24e6;

export type WaveformKind = 'recorded' | 'corrected';

/** Result files (.npy) of the kinds of waveforms. */
export const waveformFiles = {
  recorded: 'waveforms_centered',
  corrected: 'waveforms_corrected',
} as const satisfies Record<WaveformKind, ResultName>;

/** What a report shows of the waveforms, and in words what it does not. */
export interface ReportWaveforms {
  packed: PackedWaveforms | undefined;
  missing: readonly string[];
}

/** What packing needs to know of the units. */
export type PackedUnits = Pick<ReportData, 'unitCount' | 'channelLocationsUm' | 'peakChannels'>;

/** Takes the waveforms before and after correction. */
export class WaveformPacker {
  /** For each kind that is wanted */
  readonly readers: ReadonlyMap<WaveformKind, RowReader>;
  private readonly missing: string[] = [];
  private packing: Packing | undefined;
  private fit = true;

  /** @param kinds Those that are there */
  constructor(
    private readonly data: PackedUnits,
    private readonly kinds: readonly WaveformKind[],
  ) {
    if (!kinds.includes('corrected')) {
      this.missing.push(
        'The corrected waveforms were not saved (waveforms_corrected.npy is missing); waveforms are shown as recorded. ' +
          saveThem,
      );
    }
    const arePlacesKnown = data.channelLocationsUm !== undefined && data.peakChannels !== undefined;
    if (!arePlacesKnown && kinds.length > 0) {
      this.missing.push('Waveforms are not shown because the positions of the channels are not known.');
    }
    this.readers = new Map(arePlacesKnown ? kinds.map((kind) => [kind, this.reader(kind)]) : []);
  }

  result(): ReportWaveforms {
    return { packed: this.fit ? this.packing?.result() : undefined, missing: this.missing };
  }

  private reader(kind: WaveformKind): RowReader {
    return {
      parts: (shape) => this.packingOf(shape)?.parts(shape) ?? { length: 0, startOf: () => 0 },
      add: (block) => {
        const packing = this.packingOf(block.shape);
        if (packing) packing.add(kind, block);
        else this.refuse(kind, block.shape);
      },
    };
  }

  private packingOf(shape: readonly number[]): Packing | undefined {
    const { unitCount, channelLocationsUm } = this.data;
    const [units, channels, samples] = shape;
    if (units !== unitCount || channels !== channelLocationsUm!.length / 2 || !samples) return undefined;
    this.packing ??= new Packing(this.data, shape, this.kinds, this.missing);
    return this.packing.samples === samples ? this.packing : undefined;
  }

  private refuse(kind: WaveformKind, shape: readonly number[]): void {
    if (this.fit) {
      this.missing.push(
        `The ${kind} waveforms have the shape (${shape.join(', ')}), which does not fit the other results; they are left out.`,
      );
    }
    this.fit = false;
  }
}

class Packing {
  private readonly channels: number;
  readonly samples: number;
  private readonly nearest: Uint16Array;
  /** Channels from the first to the last of the shown ones of a unit, at most */
  private readonly span: number;
  /** (N, channels, samples) of each kind, as they come, until all of a unit are there */
  private readonly traces: readonly Float32Array[];
  private readonly bytes: readonly Int8Array[];
  /** (N) µV per step */
  private readonly scale: Float32Array;
  /** Units that are there of each kind, the first ones, and those that are in bytes */
  private readonly taken: number[];
  private packed = 0;
  /** Positions of the probe that waveforms were corrected to */
  private templates = 1;

  constructor(
    data: PackedUnits,
    [units, channelCount, samples]: readonly number[],
    private readonly kinds: readonly WaveformKind[],
    missing: string[],
  ) {
    this.samples = samples!;
    const affordable = Math.floor(byteBudget / (units! * samples! * kinds.length));
    this.channels = Math.min(channelCount!, wantedChannels, Math.max(4, affordable));
    if (this.channels < Math.min(channelCount!, wantedChannels)) {
      missing.push(
        `To keep this page small, waveforms are shown on the ${this.channels} channels around the peak instead of ${wantedChannels}.`,
      );
    }
    this.nearest = nearestChannels(data, this.channels);
    let span = 0;
    for (let unit = 0; unit < data.unitCount; ++unit) {
      span = Math.max(span, this.nearest[(unit + 1) * this.channels - 1]! - this.nearest[unit * this.channels]! + 1);
    }
    this.span = span;
    this.traces = kinds.map(() => new Float32Array(this.nearest.length * samples!));
    this.bytes = kinds.map(() => new Int8Array(this.nearest.length * samples!));
    this.scale = new Float32Array(units!);
    this.taken = kinds.map(() => 0);
  }

  /** The channels that are read of each unit. */
  parts([, channelCount, samples, templates = 1]: readonly number[]): RowParts {
    const perChannel = samples! * templates;
    return { length: this.span * perChannel, startOf: (unit) => this.firstChannel(unit, channelCount!) * perChannel };
  }

  private firstChannel(unit: number, channelCount: number): number {
    return Math.max(0, Math.min(this.nearest[unit * this.channels]!, channelCount - this.span));
  }

  add(kind: WaveformKind, { first, count, data, shape }: RowBlock): void {
    const { channels, samples, nearest, traces, bytes, scale, packed: done } = this;
    const k = this.kinds.indexOf(kind);
    // Corrected waveforms have a last axis of templates, of which the first is shown.
    const templates = shape[3] ?? 1;
    this.templates = Math.max(this.templates, templates);
    const waveforms = data instanceof Float32Array ? data : toFloat64(waveformFiles[kind], data);
    callNative((native) => {
      native.takeTraces({
        waveforms,
        first,
        count,
        probeChannels: shape[1]!,
        samples,
        templates,
        channels: nearest,
        channelsOfUnit: channels,
        traces: traces[k]!,
      });
      this.taken[k] = first + count;
      this.packed = Math.min(...this.taken);
      native.quantiseTraces({ traces, bytes, scale, first: done, count: this.packed - done });
    });
  }

  result(): PackedWaveforms {
    const { channels, samples, nearest, scale, bytes, kinds, templates } = this;
    return {
      about: { channels, samples, kinds: [...kinds], templates },
      arrays: { channels: nearest, scale, ...Object.fromEntries(kinds.map((kind, k) => [kind, bytes[k]!])) },
    };
  }
}

/** (N, count) channels nearest to each unit's peak channel, in the order of the probe. */
function nearestChannels({ channelLocationsUm, peakChannels, unitCount }: PackedUnits, count: number): Uint16Array {
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

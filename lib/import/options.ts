import {
  allowFlag,
  allowOneOf,
  allowText,
  doublesOf,
  requireInteger,
  requireNumber,
  requireObject,
  requireOptions,
  requireText,
  requireTexts,
} from '../arguments.js';
import { argumentError } from '../errors.js';
import { timeUnits, type TimeUnit } from './events.js';

/** A session to import. */
export interface SessionSource {
  /** Of the sorter, or one that holds it and the recording */
  folder: string;
  /** Raw files in sequence; default: found by params.py and by looking around */
  recording?: readonly string[] | undefined;
  /** µV of a count, where no .meta file tells */
  uvPerBit?: number | undefined;
  /** Table of cluster ids and labels, which is used instead of the sorter's and phy's own */
  labelTable?: string | undefined;
  /** Table or list of the times of events; see `readEvents` */
  events?: string | undefined;
  /** Where sessions that were sorted in one go are cut: seconds from the beginning, or between the raw files */
  splitAt?: readonly number[] | 'files' | undefined;
}

export interface ImportOptions {
  /** Labels of the units that are wanted; default: good */
  labels?: readonly string[] | undefined;
  /** Units with fewer spikes are left out. */
  minSpikes?: number | undefined;
  /** Units with fewer spikes per second are left out. */
  minRateHz?: number | undefined;
  /** Units whose mean waveform has a smaller range on its peak channel are left out. */
  minAmplitudeUv?: number | undefined;
  /** Share of a neighbourhood's sites that may be missing in a session and interpolated; 0: sites that all have only */
  maxMissing?: number | undefined;
  /** Spikes that are averaged per unit, at most */
  spikesPerUnit?: number | undefined;
  /** Whose templates sessions without a raw recording take for mean waveforms; '': none, they are refused */
  templates?: '' | 'kilosort4' | undefined;
  /** Of the draw of these spikes */
  seed?: number | undefined;
  /** Whether the median over all channels that were sorted is subtracted from every sample, after the filter */
  commonMedian?: boolean | undefined;
  /** Whether waveform_halves.npy is written: the means of both halves of each session */
  halves?: boolean | undefined;
  /** Tables of cluster ids and labels: one for each session, or one name that is in the folder of each; [] none */
  labelTables?: readonly string[] | undefined;
  /** The same with times of events */
  events?: readonly string[] | undefined;
  /** Of event times whose file does not tell */
  eventsUnit?: TimeUnit | undefined;
  /** From, to: ms from the event */
  pethWindowMs?: readonly number[] | undefined;
  pethBinMs?: number | undefined;
  /** Standard deviation of the Gaussian; 0: none */
  pethSmoothMs?: number | undefined;
  /** Table of channels or depths and regions, each of which becomes a data set of its own; '': none */
  regionTable?: string | undefined;
}

export type CompleteImportOptions = { [Key in keyof ImportOptions]-?: Exclude<ImportOptions[Key], undefined> };

export const importDefaults: CompleteImportOptions = {
  labels: ['good'],
  minSpikes: 10,
  minRateHz: 0,
  minAmplitudeUv: 0,
  maxMissing: 0.1,
  spikesPerUnit: 500,
  seed: 1,
  templates: '',
  commonMedian: false,
  halves: false,
  labelTables: [],
  events: [],
  eventsUnit: 's',
  pethWindowMs: [-500, 1000],
  pethBinMs: 20,
  pethSmoothMs: 40,
  regionTable: '',
};

/** More would not fit the sums: 32,767 · 65,536 < 2³¹. */
export const mostSpikesPerUnit = 65_536;

/** With the defaults of what is left out. Throws DANT_ARGUMENT for what cannot be used. */
export function completeImportOptions(options?: ImportOptions): CompleteImportOptions {
  const given = Object.entries(requireOptions('options', options)).filter(([, value]) => value !== undefined);
  const complete: CompleteImportOptions = { ...importDefaults, ...Object.fromEntries(given) };
  for (const name of ['labels', 'labelTables', 'events'] as const) requireTexts(name, complete[name]);
  for (const name of ['minSpikes', 'minRateHz', 'minAmplitudeUv', 'maxMissing', 'pethBinMs', 'pethSmoothMs'] as const) {
    requireNumber(name, complete[name], 0);
  }
  requireInteger('seed', complete.seed, 0);
  requireInteger('spikesPerUnit', complete.spikesPerUnit, 1);
  allowOneOf('eventsUnit', complete.eventsUnit, timeUnits);
  allowOneOf('templates', complete.templates, ['', 'kilosort4']);
  for (const name of ['commonMedian', 'halves'] as const) allowFlag(name, complete[name]);
  doublesOf('pethWindowMs', complete.pethWindowMs, 2);
  if (complete.regionTable !== '') requireText('regionTable', complete.regionTable);
  const { spikesPerUnit } = complete;
  if (!(spikesPerUnit >= 1 && spikesPerUnit <= mostSpikesPerUnit)) {
    throw argumentError('spikesPerUnit', `1 to ${mostSpikesPerUnit}`, spikesPerUnit);
  }
  // They are written into JSON: 64-bit integers become numbers.
  return { ...complete, pethWindowMs: Array.from(complete.pethWindowMs, Number) };
}

/** Sessions to import, at least one. */
export function checkSources(sources: readonly SessionSource[]): void {
  if (!Array.isArray(sources) || sources.length === 0) throw argumentError('sources', 'at least one session', sources);
  for (const [s, source] of (sources as readonly SessionSource[]).entries()) {
    const name = `sources[${s}]`;
    const { folder, recording, uvPerBit, labelTable, events, splitAt } = requireObject(name, source);
    requireText(`${name}.folder`, folder);
    if (recording !== undefined) requireTexts(`${name}.recording`, recording);
    if (uvPerBit !== undefined) requireNumber(`${name}.uvPerBit`, uvPerBit, 0);
    allowText(`${name}.labelTable`, labelTable);
    allowText(`${name}.events`, events);
    if (splitAt !== undefined && splitAt !== 'files') doublesOf(`${name}.splitAt`, splitAt);
  }
}

import type { Events, TimeUnit } from './events.js';
import { labelColumns } from './labels.js';
import type { Site } from './sites.js';

/** A session whose units have mean waveforms already. */
export interface SortedSession {
  /** Its file or folder */
  folder: string;
  /** When it was recorded, 2024-05-01…; undefined: not told */
  date?: string | undefined;
  /** What import.json says about it besides */
  record: object;
  /** Of the channels that were sorted */
  sites: readonly Site[];
  /** Undefined: not known */
  sampleRateHz: number | undefined;
  durationS: number;
  /** When it ends, s; default: after `durationS` */
  endS?: number | undefined;
  /** Of all waveforms; `trough`: sample at which spikes were aligned, undefined: not known */
  window: { samples: number; trough: number | undefined };
  units: readonly SessionUnit[];
  /** Events that PETHs are wanted of */
  events?: Events | undefined;
  /** How its times were taken, where the file does not tell */
  timesUnit?: TimeUnit | undefined;
  /** Whoever made the file chose its units: that they have no labels needs no word. */
  isSelection?: boolean | undefined;
  warnings: readonly string[];
  close?(): Promise<void>;
}

/** A unit whose spikes and waveform are read when they are needed. */
export interface SessionUnit {
  /** The sorter's number */
  id: number;
  /** What the sorter calls it, where that is no number */
  name?: string | undefined;
  /** Lower case; undefined: nobody judged it */
  label: string | undefined;
  /** How many */
  spikes: number;
  /** Spikes that the mean is of; undefined: not known */
  averaged?: number | undefined;
  /** ms from the beginning of the session, in any order */
  timesMs(): Promise<Float64Array>;
  /** Undefined: it has none */
  waveform(): Promise<SessionWaveform | undefined>;
  /** Row of peth.npy that came with it */
  peth?: Float64Array | undefined;
}

/** A mean waveform on some channels of a session. */
export interface SessionWaveform {
  /** (channels) rows of the session's sites */
  channels: ArrayLike<number>;
  /** (channels, samples) µV; a channel with NaN was not measured */
  values: ArrayLike<number>;
}

/**
 * Labels of units from columns that say something about them, in lower case; of several the first that says something.
 * @param columns Names of all columns
 * @param read Texts of a column, one for each of the `count` units
 */
export async function labelsFrom(
  columns: readonly string[],
  count: number,
  read: (column: string) => Promise<readonly string[] | undefined>,
): Promise<(string | undefined)[]> {
  const labels = new Array<string | undefined>(count).fill(undefined);
  for (const wanted of labelColumns) {
    const column = columns.find((name) => name.toLowerCase() === wanted);
    const values = column === undefined ? undefined : await read(column);
    values?.forEach((value, u) => {
      if (value !== '' && value !== 'nan') labels[u] ??= value.toLowerCase();
    });
  }
  return labels;
}

/** Ids as numbers: those of a sorter that names its units are their rows, from 0. */
export function unitIds(ids: readonly (string | number)[]): { id: number; name: string | undefined }[] {
  const areNumbers = ids.every((id) => /^\d{1,15}$/.test(String(id)));
  return ids.map((id, row) => (areNumbers ? { id: Number(id), name: undefined } : { id: row, name: String(id) }));
}

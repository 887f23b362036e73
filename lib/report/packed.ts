// How the data of a report is packed into its page; shared by the writer and the page.

export type PackedType = 'Uint8Array' | 'Int8Array' | 'Uint16Array' | 'Int32Array' | 'Float32Array';

/** An array within a packed block. */
export interface PackedArray {
  type: PackedType;
  /** Where it begins, in bytes; a multiple of 8 */
  offset: number;
  length: number;
}

/** A gzipped block of arrays, in base64 in an element with the id `data-<name>`. */
export type PackedBlock = Record<string, PackedArray>;

/** In curves of 8 bits: the largest value, and what stands for "not a number". */
export const curveTop = 254;
export const curveGap = 255;

/** Curves of all units (N, points) in 8 bits: value = low + (high − low)·byte / curveTop. */
export interface PackedCurve {
  /** ACG, ISI, PETH */
  title: string;
  xTitle: string;
  points: number;
  /** x of the first point, and the distance of points */
  x: [number, number];
}

/** What the page knows beside the packed arrays. */
export interface ReportPage {
  unitCount: number;
  clusterCount: number;
  sessionCount: number;
  neighbourCount: number;
  threshold: number | null;
  blocks: Record<string, PackedBlock>;
  /** Arrays `curve<i>` (N, points), `curve<i>Low` and `curve<i>High` (N) of the block "curves". */
  curves: PackedCurve[];
  /** Arrays `channels` (N, channels), `scale` (N, µV per step), `recorded`, `corrected` (N, channels, samples). */
  waveforms: { channels: number; samples: number; kinds: ('recorded' | 'corrected')[] } | null;
  /** Colours of the sessions, first to last */
  sessionColors: string[];
}

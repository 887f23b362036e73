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
  /** What two units are compared by: similarity (Fisher z), or the probability that they are one neuron */
  measure: 'similarity' | 'probability';
  /** Of the amplitudes of units, by how the units were located; null: not known */
  amplitudeUnit: 'µV' | 'µV·µm' | null;
  /** Whether the probabilities of matched units take all units into account, and not just the two */
  isGivenAllUnits: boolean;
  /** Similarity of good matches; null: not known, or not used */
  threshold: number | null;
  blocks: Record<string, PackedBlock>;
  /** Arrays `curve<i>` (N, points), `curve<i>Low` and `curve<i>High` (N) of the block "curves". */
  curves: PackedCurve[];
  /** Arrays `channels` (N, channels), `scale` (N, µV per step), `recorded`, `corrected` (N, channels, samples). */
  waveforms: {
    channels: number;
    samples: number;
    kinds: ('recorded' | 'corrected')[];
    /** Positions of the probe that waveforms were corrected to; those of the first are here. */
    templates: number;
  } | null;
  /** Colours of the sessions, first to last */
  sessionColors: string[];
}

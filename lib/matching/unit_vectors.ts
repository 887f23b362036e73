import type { SpikeTrains } from '../recording/spike_trains.js';
import { runNative, type RunOptions } from '../native/run.js';
import type { MatchFeatureName } from '../settings/index.js';

/** Leading principal components of how units look in one respect. */
export interface ShapeScores {
  feature: MatchFeatureName;
  /** (n, components) */
  scores: Float64Array;
  components: number;
}

/** A unit's description by numbers, from which match probabilities are learned. */
export interface UnitVectors {
  /** (n, dimensions) */
  vectors: Float64Array;
  dimensions: number;
}

/** Components of a shape: as many as the units can support, up to `most`. */
export function componentCount(units: number, unitsPerComponent: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(units / unitsPerComponent)));
}

export async function shapeScores(
  feature: MatchFeatureName,
  rows: Float64Array,
  count: number,
  { centreRows, components }: { centreRows: boolean; components: number },
  options: RunOptions,
): Promise<ShapeScores> {
  const scores = new Float64Array(count * components);
  await runNative(
    (native, control) => native.principalComponents({ ...control, rows, count, centreRows, components, scores }),
    options,
  );
  return { feature, scores, components };
}

/** Log of the norm and log of the largest norm at one place of each aligned waveform: two columns (n). */
export function logAmplitudes(aligned: Float64Array, count: number, places: number): Float64Array[] {
  const length = aligned.length / count;
  const perPlace = length / places;
  const norm = new Float64Array(count);
  const peak = new Float64Array(count);
  // A waveform of nothing but zeros has the amplitude of the smallest one that counts.
  const log = (square: number) => 0.5 * Math.log(Math.max(square, 1e-12));
  for (let i = 0; i < count; ++i) {
    let total = 0;
    let largest = 0;
    for (let at = i * length; at < (i + 1) * length; at += perPlace) {
      let square = 0;
      for (let k = at; k < at + perPlace; ++k) square += aligned[k]! ** 2;
      total += square;
      largest = Math.max(largest, square);
    }
    norm[i] = log(total);
    peak[i] = log(largest);
  }
  return [norm, peak];
}

/**
 * Log of the spikes per ms (n), a session being as long as from its first to its last spike of any of the units; half a
 * spike for units without one.
 */
export function logFiringRates(
  { timesMs, offsets }: SpikeTrains,
  units: Int32Array,
  sessions: Int32Array,
): Float64Array {
  const spans = new Map<number, { first: number; last: number }>();
  units.forEach((unit, i) => {
    const span = spans.get(sessions[i]!) ?? { first: Infinity, last: -Infinity };
    for (let k = offsets[unit]!; k < offsets[unit + 1]!; ++k) {
      span.first = Math.min(span.first, timesMs[k]!);
      span.last = Math.max(span.last, timesMs[k]!);
    }
    spans.set(sessions[i]!, span);
  });
  return Float64Array.from(units, (unit, i) => {
    const { first, last } = spans.get(sessions[i]!)!;
    return Math.log(Math.max(offsets[unit + 1]! - offsets[unit]!, 0.5) / Math.max(last - first, 1));
  });
}

/** Puts tables of n rows side by side. */
export function joinColumns(count: number, tables: readonly Float64Array[]): UnitVectors {
  const widths = tables.map((table) => table.length / count);
  const dimensions = widths.reduce((sum, width) => sum + width, 0);
  const vectors = new Float64Array(count * dimensions);
  let column = 0;
  tables.forEach((table, t) => {
    const width = widths[t]!;
    for (let i = 0; i < count; ++i) vectors.set(table.subarray(i * width, (i + 1) * width), i * dimensions + column);
    column += width;
  });
  return { vectors, dimensions };
}

import { doublesOf, requireInteger } from '../arguments.js';
import { argumentError } from '../errors.js';

/** Shape of a unit's median waveform. */
export interface WaveformMetrics {
  /** From the trough to the peak after it, ms */
  troughToPeakMs: number;
  /** Height of the peak ÷ that of the trough (negative) */
  troughPeakRatio: number;
  /** Time for which the trough is below half of it, ms */
  halfWidthMs: number;
  /** Slope from the trough to the return to 0, per ms, of the waveform ÷ its largest value */
  repolarisationSlope: number;
  /** Slope of the samples behind the peak, per ms */
  recoverySlope: number;
}

/** Samples behind the peak that the recovery is told by */
const recoveryWindow = 20;

/** Time from the trough of a waveform to the highest value behind it, ms. */
export function spikeWidth(waveform: ArrayLike<number>, timesMs: ArrayLike<number>): number {
  const [values, times] = checked(waveform, timesMs);
  const trough = placeOf(values, 0, (a, b) => a < b);
  const peak = placeOf(values, trough, (a, b) => a > b);
  return times[peak]! - times[trough]!;
}

/**
 * Metrics of a waveform. A text instead: why it has none (no trough, no peak behind it, or back at 0 within two samples).
 * @param window Samples from the peak on that the recovery slope is of
 */
export function waveformMetrics(
  waveform: ArrayLike<number>,
  timesMs: ArrayLike<number>,
  window: number = recoveryWindow,
): WaveformMetrics | string {
  const [samples, times] = checked(waveform, timesMs);
  requireInteger('window', window, 2);
  const largest = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!(largest > 0)) return 'the waveform is flat';
  const values = Array.from(samples, (value) => value / largest);
  const trough = placeOf(values, 0, (a, b) => a < b);
  if (!(values[trough]! < 0)) return 'there is no trough';
  const peak = placeOf(values, trough, (a, b) => a > b);
  if (peak === trough || !(values[peak]! > 0)) return 'there is no peak behind the trough';
  const half = values[trough]! / 2;
  let first = trough;
  while (first > 0 && values[first - 1]! < half) first--;
  let last = trough;
  while (last + 1 < values.length && values[last + 1]! < half) last++;
  // One sample outward on each side
  const left = Math.max(0, first - 1);
  const right = Math.min(values.length - 1, last + 1);
  let zero = trough;
  while (values[zero]! < 0) zero++;
  if (zero - trough < 2) return 'it is back at 0 within two samples of the trough';
  return {
    troughToPeakMs: times[peak]! - times[trough]!,
    troughPeakRatio: values[peak]! / values[trough]!,
    halfWidthMs: times[right]! - times[left]!,
    repolarisationSlope: slope(values, times, trough, zero + 1),
    recoverySlope: slope(values, times, peak, Math.min(values.length, peak + window)),
  };
}

/** A waveform and the time of each of its samples. */
function checked(waveform: ArrayLike<number>, timesMs: ArrayLike<number>): [Float64Array, Float64Array] {
  const values = doublesOf('waveform', waveform);
  if (values.length === 0) throw argumentError('waveform', 'at least one sample', waveform);
  return [values, doublesOf('timesMs', timesMs, values.length)];
}

/** The first place from `from` on whose value no other is before. */
function placeOf(values: ArrayLike<number>, from: number, isBefore: (a: number, b: number) => boolean): number {
  let place = from;
  for (let i = from + 1; i < values.length; i++) if (isBefore(values[i]!, values[place]!)) place = i;
  return place;
}

/** Of the line through the values first … end − 1 by least squares. */
function slope(values: readonly number[], times: ArrayLike<number>, first: number, end: number): number {
  const places = Array.from({ length: end - first }, (_, i) => first + i);
  const mean = (of: (i: number) => number) => places.reduce((sum, i) => sum + of(i), 0) / places.length;
  const [time, value] = [mean((i) => times[i]!), mean((i) => values[i]!)];
  const covariance = mean((i) => (times[i]! - time) * (values[i]! - value));
  return covariance / mean((i) => (times[i]! - time) ** 2);
}

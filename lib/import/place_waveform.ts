import { waveformSamples } from './mean_waveforms.js';
import type { interpolation } from './sites.js';

/** A mean waveform at the sites of a data set. */
export interface PlacedWaveform {
  /** (C, 61) µV */
  waveform: Float32Array;
  /** Of the C channels */
  peakChannel: number;
  /** Its range */
  amplitudeUv: number;
}

/**
 * A session's waveform at the sites that the sessions share.
 * @param own (channels of the session, 61) µV
 * @param indices (C) row in `own`; -1: it is interpolated
 * @param missing As of `interpolation` with the same indices
 */
export function placeWaveform(
  own: Float32Array,
  indices: Int32Array,
  missing: ReturnType<typeof interpolation>,
): PlacedWaveform {
  const waveform = new Float32Array(indices.length * waveformSamples);
  indices.forEach((channel, c) => {
    if (channel < 0) return;
    waveform.set(own.subarray(channel * waveformSamples, (channel + 1) * waveformSamples), c * waveformSamples);
  });
  for (const { site, from } of missing) interpolate(waveform, site, from);
  return { waveform, ...peakOf(waveform) };
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
export function peakOf(waveform: Float32Array): { peakChannel: number; amplitudeUv: number } {
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

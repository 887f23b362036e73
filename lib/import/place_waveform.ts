import { waveformSamples } from './mean_waveforms.js';
import type { interpolation } from './sites.js';

/** A mean waveform at the sites of a data set. */
export interface PlacedWaveform {
  /** (C, T) µV */
  waveform: Float32Array;
  /** Of the C channels */
  peakChannel: number;
  /** Its range */
  amplitudeUv: number;
}

/**
 * A session's waveform at the sites that the sessions share.
 * @param own (channels of the session, T) µV
 * @param indices (C) row in `own`; -1: it is interpolated
 * @param missing As of `interpolation` with the same indices
 */
export function placeWaveform(
  own: Float32Array,
  indices: Int32Array,
  missing: ReturnType<typeof interpolation>,
  samples = waveformSamples,
): PlacedWaveform {
  const waveform = new Float32Array(indices.length * samples);
  indices.forEach((channel, c) => {
    if (channel < 0) return;
    waveform.set(own.subarray(channel * samples, (channel + 1) * samples), c * samples);
  });
  for (const { site, from } of missing) interpolate(waveform, site, from, samples);
  return { waveform, ...peakOf(waveform, samples) };
}

function interpolate(
  waveform: Float32Array,
  site: number,
  from: readonly { site: number; weight: number }[],
  samples: number,
): void {
  for (let t = 0; t < samples; t++) {
    waveform[site * samples + t] = from.reduce(
      (sum, other) => sum + other.weight * waveform[other.site * samples + t]!,
      0,
    );
  }
}

/** The channel of (C, T) with the largest range, and that range. */
export function peakOf(
  waveform: Float32Array,
  samples = waveformSamples,
): { peakChannel: number; amplitudeUv: number } {
  let peakChannel = 0;
  let amplitudeUv = -1;
  for (let c = 0; c * samples < waveform.length; c++) {
    let low = Infinity;
    let high = -Infinity;
    for (let t = c * samples; t < (c + 1) * samples; t++) {
      low = Math.min(low, waveform[t]!);
      high = Math.max(high, waveform[t]!);
    }
    const range = high - low;
    if (range > amplitudeUv) [peakChannel, amplitudeUv] = [c, range];
  }
  return { peakChannel, amplitudeUv };
}

import { placeWaveform, type PlacedWaveform } from './place_waveform.js';
import { interpolation, type Site } from './sites.js';
import type { SessionWaveform } from './sorted_session.js';

/**
 * A waveform on some channels of a session at the sites that the sessions share. `measured`: of these sites. Sites without a
 * measurement are interpolated if they are at most the share `maxMissing`, else zero: nothing says what is far from what was measured.
 * @param window Samples of the waveform, of which `taken` are taken from `first` on, and channels of the session
 */
export function placeSparse(
  own: SessionWaveform,
  window: { channels: number; samples: number; first: number; taken: number },
  shared: {
    sites: readonly Site[];
    indices: Int32Array;
    missing: ReturnType<typeof interpolation>;
    maxMissing: number;
  },
): (PlacedWaveform & { measured: number }) | undefined {
  const { samples, first, taken } = window;
  const { sites, indices, maxMissing } = shared;
  const all = new Float32Array(window.channels * taken);
  const isMeasured = new Uint8Array(window.channels);
  for (let k = 0; k < own.channels.length; k++) {
    const channel = own.channels[k]!;
    const begin = k * samples + first;
    let isFinite = true;
    for (let t = 0; t < taken; t++) isFinite &&= Number.isFinite(own.values[begin + t]!);
    if (!isFinite) continue;
    isMeasured[channel] = 1;
    for (let t = 0; t < taken; t++) all[channel * taken + t] = own.values[begin + t]!;
  }
  const measuredAt = indices.map((index) => (index >= 0 && isMeasured[index] ? index : -1));
  const present = indices.filter((index) => index >= 0).length;
  const measured = measuredAt.filter((index) => index >= 0).length;
  const isAlmostWhole = measured < present && measured > 1 && present - measured <= maxMissing * present;
  const placed = isAlmostWhole
    ? placeWaveform(all, measuredAt, interpolation(sites, measuredAt), taken)
    : placeWaveform(all, indices, shared.missing, taken);
  return { ...placed, measured };
}

import { unitsListed } from '../dataset/findings.js';
import type { RunContext } from './run_context.js';
import type { UnitFeatures } from '../features/unit_features.js';

/** Units that all lie within so little of depth say nothing about the probe's motion. */
const oneDepthUm = 1;

/** A waveform of a volt, or the source of one, was not recorded by an electrode. */
const mostUv = 1e12;

/** Warns of units that can be tracked, but hardly come from a recording. */
export function warnOfSuspiciousUnits({ locationsUm, amplitudes }: UnitFeatures, context: RunContext): void {
  const units = [...amplitudes.keys()];
  const silent = units.filter((unit) => amplitudes[unit] === 0);
  if (silent.length > 0) {
    context.warn(
      `${unitsListed(silent)}: the waveform is flat on every channel. Were these units cut out of waveform_all.npy?`,
    );
  }

  const tooLarge = units.filter((unit) => !(Math.abs(amplitudes[unit]!) < mostUv));
  if (tooLarge.length > 0) {
    context.warn(
      `${unitsListed(tooLarge)}: the waveform has values far beyond what a probe can measure. Expected µV in ` +
        'waveform_all.npy: was it saved in another unit, or damaged?',
    );
  }

  // Two measured waveforms never give the same place and amplitude to the last bit.
  const first = new Map<string, number>();
  const copies = units.filter((unit) => {
    // What overflowed is the same for all.
    if (amplitudes[unit] === 0 || tooLarge.includes(unit)) return false;
    const place = [amplitudes[unit], ...locationsUm.subarray(3 * unit, 3 * unit + 3)].join();
    if (first.has(place)) return true;
    first.set(place, unit);
    return false;
  });
  if (copies.length > 0) {
    context.warn(
      `${unitsListed(copies)}: the waveform is the same as that of another unit. ` +
        'Matches of such units mean little. Was waveform_all.npy filled from the right units?',
    );
  }

  const depths = units.filter((unit) => amplitudes[unit] !== 0).map((unit) => locationsUm[3 * unit + 1]!);
  const range = Math.max(...depths) - Math.min(...depths);
  if (depths.length > 2 && copies.length === 0 && range < oneDepthUm) {
    context.warn(
      `All units lie at one depth (within ${range.toFixed(2)} µm). Expected columns x, y in channel_locations.npy, y the ` +
        'depth in µm: are they swapped, or in another unit?',
    );
  }
}

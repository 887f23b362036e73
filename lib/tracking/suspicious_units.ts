import { unitsListed } from '../dataset/findings.js';
import type { Dataset } from '../recording/dataset.js';
import type { Waveforms } from '../recording/waveforms.js';
import type { RunContext } from './run_context.js';
import type { UnitFeatures } from '../features/unit_features.js';

/** Units that all lie within so little of depth say nothing about the probe's motion. */
const oneDepthUm = 1;

/** A waveform of a volt, or the source of one, was not recorded by an electrode. */
const mostUv = 1e12;

/** Sites of probes are not nearer to each other, and spikes not smaller: their unit of measure is another one. */
const nearestSitesUm = 1;
const smallestPeakUv = 1;

/** Warns of units that can be tracked, but hardly come from a recording. */
export function warnOfSuspiciousUnits(
  { channelLocationsUm }: Dataset,
  { waveforms, peakChannels, locationsUm, amplitudes }: UnitFeatures,
  context: RunContext,
): void {
  warnOfUnitsOfMeasure(channelLocationsUm, medianPeak(waveforms, peakChannels), context);
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

function warnOfUnitsOfMeasure(channelLocationsUm: Float64Array, peakUv: number, context: RunContext): void {
  const apart = nearestSites(channelLocationsUm);
  if (apart < nearestSitesUm) {
    context.warn(
      `The channels are ${short(apart)} µm from the nearest ones. Expected channel_locations.npy in µm: is it in mm or m?`,
    );
  }
  if (peakUv < smallestPeakUv) {
    context.warn(
      `Half of the units have waveforms of less than ${short(peakUv)} µV from peak to trough. Expected waveform_all.npy in µV: ` +
        'is it in mV or V, or scaled?',
    );
  }
}

/** Median over the channels of the distance to the nearest other place; Infinity where there is none. */
function nearestSites(locations: Float64Array): number {
  const places = Array.from({ length: locations.length / 2 }, (_, c) => [locations[2 * c]!, locations[2 * c + 1]!]);
  const distances = places.map(([x, y]) =>
    places.reduce((least, [otherX, otherY]) => {
      const away = Math.hypot(x! - otherX!, y! - otherY!);
      return away > 0 && away < least ? away : least;
    }, Infinity),
  );
  return distances.sort((a, b) => a - b)[distances.length >> 1] ?? Infinity;
}

/** Median over the units of the peak-to-trough on the peak channel, flat units left out; Infinity where all are. */
function medianPeak({ data, shape }: Waveforms, peakChannels: Int32Array): number {
  const [, channels, samples] = shape as [number, number, number];
  const peaks = Array.from(peakChannels, (channel, unit) => {
    const trace = data.subarray((unit * channels + channel) * samples, (unit * channels + channel + 1) * samples);
    let [low, high] = [Infinity, -Infinity];
    for (const value of trace) [low, high] = [Math.min(low, value), Math.max(high, value)];
    return high - low;
  }).filter((peak) => peak > 0);
  return peaks.sort((a, b) => a - b)[peaks.length >> 1] ?? Infinity;
}

const short = (value: number) => value.toPrecision(2);

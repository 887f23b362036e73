import { positionsOf, requireInteger, requireObject } from '../arguments.js';
import type { NdArray } from '../arrays.js';
import { argumentError } from '../errors.js';
import { runNative, type RunOptions } from '../native/run.js';
import { waveformAxes, type Waveforms } from '../recording/waveforms.js';

const algorithms = ['monopolar_triangulation', 'center_of_mass'] as const;

/** How a unit's position is found; see `locateUnits`. */
export type LocationAlgorithm = (typeof algorithms)[number];

export interface LocateUnitsParams {
  waveforms: Waveforms;
  /** (C, 2): x and y of each channel, µm; y is depth. */
  channelLocationsUm: NdArray;
  /** Number of channels around the peak channel that are used, ≥ 1; all of them when there are fewer. Default 20. */
  nearestChannels?: number;
  /** Default "monopolar_triangulation". */
  algorithm?: LocationAlgorithm;
}

export interface UnitLocations {
  /** (N): the first channel with the largest peak-to-trough amplitude. */
  peakChannels: Int32Array;
  /** (N, 3): x, y and z (distance from the probe's plane) of each unit, µm. */
  locationsUm: Float64Array;
  /** (N): amplitude of the monopole, µV·µm; for the centre of mass the peak-to-trough amplitude of the peak channel, µV. */
  amplitudes: Float64Array;
}

/**
 * Finds each unit's peak channel and position from its peak-to-trough amplitudes on the channels nearest to the peak
 * channel (squared distance, ties in channel order).
 *
 * - "center_of_mass": mean channel position, weighted by amplitude; z = 0.
 * - "monopolar_triangulation": position and amplitude of the point source that fits the amplitudes best (amplitude /
 *   distance, least squares), x and y within 100 µm of the centre of mass, 1 ≤ z ≤ 1000 µm (Boussard et al. 2021).
 *
 * A unit without any signal lies on its peak channel (at the smallest z) with amplitude 0. Rejects with a `DantError`:
 * DANT_ARGUMENT for arguments that do not fit each other, DANT_INPUT for waveforms that are not finite.
 */
export async function locateUnits(params: LocateUnitsParams, options?: RunOptions): Promise<UnitLocations> {
  const {
    waveforms,
    channelLocationsUm,
    nearestChannels = 20,
    algorithm = 'monopolar_triangulation',
  } = requireObject('params', params);
  const axes = waveformAxes(waveforms);
  const locations = positionsOf('channelLocationsUm', channelLocationsUm, axes.channels);
  requireInteger('nearestChannels', nearestChannels, 1);
  if (!algorithms.includes(algorithm)) {
    throw argumentError('algorithm', algorithms.map((name) => `"${name}"`).join(' or '), algorithm);
  }
  const result = {
    peakChannels: new Int32Array(axes.units),
    locationsUm: new Float64Array(3 * axes.units),
    amplitudes: new Float64Array(axes.units),
  };
  await runNative(
    (native, control) =>
      native.locateUnits({
        ...control,
        ...axes,
        ...result,
        waveforms: waveforms.data,
        channelLocationsUm: locations,
        nearestChannels,
        monopolar: algorithm === 'monopolar_triangulation',
      }),
    options,
  );
  return result;
}

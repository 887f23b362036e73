import { arrayOf, positionsOf, requireObject } from '../arguments.js';
import type { NdArray } from '../arrays.js';
import { argumentError } from '../errors.js';
import { waveformAxes, type Waveforms } from '../recording/waveforms.js';
import { sharedArray } from '../native/memory.js';
import type { WaveformsArgument } from '../native/native.js';
import { runNative, type RunOptions } from '../native/run.js';

export interface KrigingParams {
  /** (N, C, T) µV */
  waveforms: Waveforms;
  /** (C, 2) x, y of each channel, µm */
  channelLocationsUm: NdArray;
  /** (K, N) how far each unit's waveform is moved along the probe for each of K templates, µm */
  shiftsUm: NdArray;
}

/**
 * The waveforms (N, C, T, K) that the probe would have recorded had it stood `shiftsUm` elsewhere: kriging with the kernel
 * exp(−|Δx|/20 µm − |Δy|/30 µm) and ridge 0.01.
 */
export async function krigeWaveforms(params: KrigingParams, options: RunOptions = {}): Promise<NdArray<Float64Array>> {
  const { waveforms, channelLocationsUm, ...given } = requireObject('params', params);
  const { units, channels, samples } = waveformAxes(waveforms);
  const locations = positionsOf('channelLocationsUm', channelLocationsUm, channels);
  const shiftsUm = shiftsOf(given.shiftsUm, units);
  const [templates] = shiftsUm.shape;
  const corrected = sharedArray(Float64Array, waveforms.data.length * templates!);
  await correctWaveforms(
    {
      waveforms: waveforms.data,
      units: Int32Array.from({ length: units }, (_, unit) => unit),
      channels,
      samples,
      channelLocationsUm: locations,
      shiftsUm: shiftsUm.data,
      templates: templates!,
    },
    { first: 0, corrected },
    options,
  );
  return { data: corrected, shape: [units, channels, samples, templates!] };
}

/** Finite shifts (K, N) in µm. */
export function shiftsOf(given: NdArray, units: number): NdArray<Float64Array> {
  const { data, shape } = arrayOf('shiftsUm', given);
  if (shape.length !== 2 || shape[1] !== units || !data.every(Number.isFinite)) {
    throw argumentError('shiftsUm', `finite shifts of shape (templates, ${units})`, given);
  }
  return { data, shape };
}

/** Fills `corrected` (m, C, T, K): units first … first + m − 1, moved by shiftsUm (K, n); the arrays are of the right lengths. */
export async function correctWaveforms(
  from: WaveformsArgument & { shiftsUm: Float64Array; templates: number },
  to: { first: number; corrected: Float64Array },
  options: RunOptions,
): Promise<void> {
  await runNative((native, control) => native.correctWaveforms({ ...control, ...from, ...to }), options);
}

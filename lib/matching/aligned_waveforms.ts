import type { WaveformsArgument } from '../native/native.js';
import { runNative, type RunOptions } from '../native/run.js';

/** Waveforms of units in coordinates of their own, which do not depend on where the probe stands. */
export interface AlignedWaveforms {
  /** (n, L), L a multiple of `depths` */
  aligned: Float64Array;
  /** How many depths relative to the unit's own they are interpolated at. */
  depths: number;
}

/**
 * Waveforms interpolated at fixed depths relative to each unit's, on the leading temporal components; see
 * native/core/matching/aligned_waveforms.h.
 * @param units `depthsUm` (n) as localised, `peakChannels` (n)
 */
export async function alignWaveforms(
  units: WaveformsArgument & { depthsUm: Float64Array; peakChannels: Int32Array },
  options: RunOptions,
): Promise<AlignedWaveforms> {
  return runNative((native, control) => native.alignWaveforms({ ...control, ...units }), options);
}

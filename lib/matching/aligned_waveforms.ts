import type { WaveformsArgument } from '../native/native.js';
import { runNative, type RunOptions } from '../native/run.js';

/** How many depths an aligned waveform has: −100 … 100 µm in steps of 20 (native/core/matching/aligned_waveforms.h). */
export const alignedDepths = 11;

/**
 * (n, L) waveforms interpolated at fixed places relative to each unit's depth, on the leading temporal components.
 * @param units `depthsUm` (n) as localised, `peakChannels` (n)
 */
export async function alignWaveforms(
  units: WaveformsArgument & { depthsUm: Float64Array; peakChannels: Int32Array },
  options: RunOptions,
): Promise<Float64Array> {
  return runNative((native, control) => native.alignWaveforms({ ...control, ...units }), options);
}

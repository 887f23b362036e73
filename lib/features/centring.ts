import type { NdArray } from '../arrays.js';
import { sharedArray } from '../native/memory.js';
import { runNative, type RunOptions } from '../native/run.js';
import { waveformAxes } from '../recording/waveforms.js';

/**
 * New waveforms (N, C, T) of the same type: each unit's channels are shifted by the same delay so that the (first) minimum of
 * its peak channel lands on sample ceil(T / 2) − 1; vacated samples repeat the edge sample of their channel.
 * Rejects with a `DantError`: DANT_ARGUMENT for another shape, DANT_INPUT for waveforms that are not finite.
 */
export async function centreWaveforms<Data extends Float32Array | Float64Array>(
  waveforms: NdArray<Data>,
  options?: RunOptions,
): Promise<NdArray<Data>> {
  const axes = waveformAxes(waveforms);
  const { data, shape } = waveforms;
  const out =
    data instanceof Float32Array ? sharedArray(Float32Array, data.length) : sharedArray(Float64Array, data.length);
  await runNative((native, control) => native.centreWaveforms({ ...control, ...axes, waveforms: data, out }), options);
  return { data: out as Data, shape };
}

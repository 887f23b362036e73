/** (channels, samples) of waveforms (samples, channels), as SpikeInterface and NWB keep them; MATLAB's (channels, samples) is the same in memory. */
export function byChannel(values: ArrayLike<number>, samples: number, channels: number): Float64Array {
  const result = new Float64Array(samples * channels);
  for (let c = 0; c < channels; c++) {
    for (let t = 0; t < samples; t++) result[c * samples + t] = values[t * channels + c]!;
  }
  return result;
}

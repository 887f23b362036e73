/** Units of waveforms that files hold. */
export type WaveformUnit = 'uV' | 'V';
export const waveformUnits: readonly WaveformUnit[] = ['uV', 'V'];

/** Ranges of spikes in the median: no µV are smaller, and no V larger. */
const boundary = 0.05;

/**
 * In which unit waveforms are: by their size, as files say volts of what are µV. `told`: what the user says.
 * @param ranges Of the units on their largest channel
 */
export function judgeUnit(
  ranges: readonly number[],
  told: WaveformUnit | undefined,
): { unit: WaveformUnit; median: number } {
  const sorted = ranges.filter((range) => range > 0).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return { unit: told ?? (median > boundary ? 'uV' : 'V'), median };
}

/** The largest range of a channel. `values`: (channels, samples) */
export function rangeOf(values: ArrayLike<number>, samples: number): number {
  let most = 0;
  for (let begin = 0; begin + samples <= values.length; begin += samples) {
    let low = Infinity;
    let high = -Infinity;
    for (let t = begin; t < begin + samples; t++) {
      const value = values[t]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (high - low > most) most = high - low;
  }
  return most;
}

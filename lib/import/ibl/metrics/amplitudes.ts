/** Statistics of the amplitudes of a unit's spikes. */
export interface AmplitudeStatistics {
  min: number;
  max: number;
  /** 10^(median of dB / 20) */
  median: number;
  /** Standard deviation of 20 · log10, n − 1 in the denominator; NaN for one spike */
  stdDb: number;
}

export function amplitudeStatistics(amplitudes: Float64Array): AmplitudeStatistics {
  const present = amplitudes.filter((amplitude) => !Number.isNaN(amplitude));
  const n = present.length;
  if (n === 0) return { min: NaN, max: NaN, median: NaN, stdDb: NaN };
  const db = present.map((amplitude) => 20 * Math.log10(amplitude));
  const mean = db.reduce((sum, value) => sum + value, 0) / n;
  const squares = db.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  db.sort();
  const middle = n % 2 === 1 ? db[(n - 1) / 2]! : (db[n / 2 - 1]! + db[n / 2]!) / 2;
  present.sort();
  return {
    min: present[0]!,
    max: present[n - 1]!,
    median: 10 ** (middle / 20),
    stdDb: n > 1 ? Math.sqrt(squares / (n - 1)) : NaN,
  };
}

const cutoffBins = 99;

/**
 * How many standard deviations the amplitude histogram's first bins stand above its upper quarter: high where the detection
 * threshold cuts a unit off (the International Brain Laboratory's noise cutoff, https://doi.org/10.6084/m9.figshare.19705522).
 * NaN if the upper quarter does not vary.
 */
export function noiseCutoff(amplitudes: Float64Array): number {
  if (amplitudes.length < 2) return NaN;
  const largest = amplitudes.reduce((a, b) => Math.max(a, b), -Infinity);
  const counts = histogram(amplitudes, 0, largest, cutoffBins);
  const peak = counts.indexOf(Math.max(...counts));
  const filledAbove = counts.slice(peak, -1).filter((count) => count > 0).length;
  const upper = counts.slice(Math.ceil(0.5 * filledAbove + peak)).filter((count) => count >= 1);
  const mean = upper.reduce((sum, count) => sum + count, 0) / upper.length;
  const deviation = Math.sqrt(upper.reduce((sum, count) => sum + (count - mean) ** 2, 0) / upper.length);
  if (!(deviation > 0)) return NaN;
  const second = counts.filter((count) => count !== 0)[1]!;
  return (second - mean) / deviation;
}

const spikesPerBin = 10;
const fewestBins = 50;
const smoothingBins = 4;

/**
 * Share of spikes below the detection threshold, 0 … 0.5, if amplitudes are distributed symmetrically about their peak
 * (Hill et al., J Neurosci 2011). NaN for 500 spikes or fewer.
 */
export function missedSpikes(amplitudes: Float64Array): number {
  if (amplitudes.length <= spikesPerBin * fewestBins) return NaN;
  const bins = Math.floor(amplitudes.length / spikesPerBin);
  const low = amplitudes.reduce((a, b) => Math.min(a, b), Infinity);
  const high = amplitudes.reduce((a, b) => Math.max(a, b), -Infinity);
  // Of one value: numpy's range about it.
  const density = smoothed(
    low === high ? histogram(amplitudes, low - 0.5, high + 0.5, bins) : histogram(amplitudes, low, high, bins),
  );
  const peak = density.indexOf(Math.max(...density));
  const sum = (from: number) => density.slice(from).reduce((total, value) => total + value, 0);
  let cutoff = peak;
  for (let bin = peak; bin < bins; bin++) {
    if (Math.abs(density[bin]! - density[0]!) < Math.abs(density[cutoff]! - density[0]!)) cutoff = bin;
  }
  return Math.min(0.5, sum(cutoff) / sum(0));
}

/** Counts in bins of equal size, the last one with its upper edge. */
function histogram(values: Float64Array, low: number, high: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  const step = (high - low) / bins;
  const edge = (bin: number) => (bin === bins ? high : bin * step + low);
  for (const value of values) {
    if (!(value >= low && value <= high)) continue;
    let bin = Math.min(bins - 1, Math.floor((value - low) / step));
    // Where rounding has put it beside its bin.
    if (value < edge(bin)) bin--;
    else if (bin < bins - 1 && value >= edge(bin + 1)) bin++;
    counts[bin]!++;
  }
  return counts;
}

/** Convolved with a Gaussian that ends after four standard deviations; mirrored at the ends, which stand twice. */
function smoothed(counts: readonly number[]): number[] {
  const radius = 4 * smoothingBins;
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / smoothingBins) ** 2));
  const total = kernel.reduce((sum, weight) => sum + weight, 0);
  const n = counts.length;
  const mirrored = (i: number): number => (i < 0 ? mirrored(-1 - i) : i >= n ? mirrored(2 * n - 1 - i) : counts[i]!);
  return counts.map((_, bin) =>
    kernel.reduce((sum, weight, i) => sum + (weight / total) * mirrored(bin + i - radius), 0),
  );
}

import { doublesOf, type NumberList } from '../arguments.js';
import type { NdArray } from '../arrays.js';
import { sharedArray } from '../native/memory.js';
import { runNative, type RunOptions } from '../native/run.js';
import { checkBinning, checkSmoothedBinning, type Binning, type SmoothedBinning } from './binning.js';
import { checkedTrains, type SpikeTrains } from '../recording/spike_trains.js';

/** Right-hand bins of a correlogram, lag 0 included. */
const rightBins = ({ windowMs, binWidthMs }: Binning) => Math.floor(windowMs / binWidthMs) + 1;

/**
 * Autocorrelogram of each unit: (N, 2n − 1), n = floor(windowMs / binWidthMs) + 1; column k has the lag
 * (k − (n − 1))·binWidthMs. Times are sorted and shifted so that the first spike is at 0. Each pair of spikes i < j
 * counts in bin round((t_j − t_i) / binWidthMs), halves to even, and in its mirror image; the sides left and right of lag 0 are
 * smoothed each on its own; the row is divided by its maximum. A unit without a pair of spikes in the window has NaN.
 *
 * Rejects with a `DantError`: DANT_ARGUMENT, or DANT_INPUT for spike times that are not finite.
 */
export async function autoCorrelograms(
  trains: SpikeTrains,
  binning: SmoothedBinning,
  options?: RunOptions,
): Promise<NdArray<Float64Array>> {
  const { units, timesMs, offsets } = checkedTrains(trains);
  checkSmoothedBinning(binning);
  const shape = [units, 2 * rightBins(binning) - 1] as const;
  const { windowMs, binWidthMs, gaussianSigmaMs } = binning;
  const out = sharedArray(Float64Array, shape[0] * shape[1]);
  await runNative(
    (native, control) =>
      native.autoCorrelograms({ ...control, timesMs, offsets, windowMs, binWidthMs, gaussianSigmaMs, out }),
    options,
  );
  return { data: out, shape };
}

/**
 * Cross-correlogram of two spike trains (ms, any order): the number of pairs of a spike of `a` and one of `b` by their lag
 * t_b − t_a, positive when `b` follows `a`. (2n − 1) raw counts, n = floor(windowMs / binWidthMs) + 1; element k has
 * the lag (k − (n − 1))·binWidthMs; bins as in `autoCorrelograms`, with the first spike of both trains at 0.
 *
 * Every pair counts, also at lag 0. So a train with itself gives its autocorrelogram's raw counts on both sides, but at lag 0
 * each spike paired with itself and each closer pair twice, where the autocorrelogram has each closer pair once.
 *
 * Rejects with a `DantError`: DANT_ARGUMENT, or DANT_INPUT for spike times that are not finite.
 */
export async function crossCorrelogram(
  a: NumberList,
  b: NumberList,
  binning: Binning,
  options?: RunOptions,
): Promise<Float64Array> {
  checkBinning(binning);
  const { windowMs, binWidthMs } = binning;
  const times = { a: doublesOf('a', a), b: doublesOf('b', b) };
  return runNative(
    (native, control) => native.crossCorrelogram({ ...control, ...times, windowMs, binWidthMs }),
    options,
  );
}

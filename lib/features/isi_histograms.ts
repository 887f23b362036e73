import type { NdArray } from '../arrays.js';
import { sharedArray } from '../native/memory.js';
import { runNative, type RunOptions } from '../native/run.js';
import { checkSmoothedBinning, type Binning, type SmoothedBinning } from './binning.js';
import { checkedTrains, type SpikeTrains } from '../recording/spike_trains.js';

/** Number of bins that begin at 0, b, 2b, … below the window. */
function isiBins({ windowMs, binWidthMs }: Binning): number {
  let bins = Math.floor(windowMs / binWidthMs) + 1;
  while ((bins - 1) * binWidthMs >= windowMs) bins--;
  return bins;
}

/**
 * Histogram of the intervals between successive spikes of each unit (inter-spike intervals): (N, bins). The edges are 0, b,
 * 2b, … below windowMs (b = binWidthMs), and windowMs as the last one; bins are half-open, the last one closed. Divided by the
 * number of intervals in the window, then smoothed with a Gaussian. A unit without such an interval has NaN.
 *
 * Rejects with a `DantError`: DANT_ARGUMENT, or DANT_INPUT for spike times that are not finite.
 */
export async function isiHistograms(
  trains: SpikeTrains,
  binning: SmoothedBinning,
  options?: RunOptions,
): Promise<NdArray<Float64Array>> {
  const { units, timesMs, offsets } = checkedTrains(trains);
  checkSmoothedBinning(binning);
  const shape = [units, isiBins(binning)] as const;
  const { windowMs, binWidthMs, gaussianSigmaMs } = binning;
  const out = sharedArray(Float64Array, shape[0] * shape[1]);
  await runNative(
    (native, control) =>
      native.isiHistograms({ ...control, timesMs, offsets, windowMs, binWidthMs, gaussianSigmaMs, out }),
    options,
  );
  return { data: out, shape };
}

import { requireNumber, requireOptions } from '../../arguments.js';
import { argumentError } from '../../errors.js';
import { binCounts } from './bin_counts.js';
import { withDepths, type SpikesInDepth } from './spike_raster.js';

/** Firing rate along a probe over time. */
export interface RateImage {
  /** (time bins, depth bins) Hz */
  rateHz: Float64Array;
  shape: [number, number];
  /** Lower edges of the bins */
  timesS: Float64Array;
  depthsUm: Float64Array;
  /** Least and largest mean over time of a depth, Hz: the ends of the colour scale */
  range: [number, number];
  /** Spikes that were left out: above the top channel, or below the tip */
  outside: number;
}

/**
 * Firing rates in bins of 0.05 s and 5 µm if nothing else is said, from the probe's tip to its top channel, as `image_fr_plot` of the
 * International Brain Laboratory makes them. Spikes without depth are left out, and so are those below the tip or above the top channel's bin.
 * @param topUm Depth of the top channel
 */
export function firingRateImage(
  spikes: SpikesInDepth,
  topUm: number,
  options?: { timeBinS?: number; depthBinUm?: number },
): RateImage {
  const { timeBinS = 0.05, depthBinUm = 5 } = requireOptions('options', options);
  requireNumber('topUm', topUm, 0);
  for (const [name, value] of Object.entries({ timeBinS, depthBinUm })) {
    requireNumber(name, value, 0);
    if (value === 0) throw argumentError(name, 'a width above 0', value);
  }
  const known = withDepths(spikes);
  const end = depthBinUm * Math.ceil((topUm + depthBinUm / 2) / depthBinUm);
  const isInside = (_: number, i: number) => known.depthsUm[i]! < end && known.depthsUm[i]! >= 0;
  const isAllInside = known.depthsUm.every((depth) => depth < end && depth >= 0);
  const timesS = isAllInside ? known.timesS : known.timesS.filter(isInside);
  const depthsUm = isAllInside ? known.depthsUm : known.depthsUm.filter((depth) => depth < end && depth >= 0);
  const limits = { y: [0, topUm] as const };
  const { counts, x, y } = binCounts(timesS, depthsUm, timeBinS, depthBinUm, limits);
  const rateHz = new Float64Array(counts.length);
  const means = new Float64Array(y.length);
  for (let d = 0; d < y.length; d++) {
    for (let t = 0; t < x.length; t++) {
      const rate = counts[d * x.length + t]! / timeBinS;
      rateHz[t * y.length + d] = rate;
      means[d]! += rate / x.length;
    }
  }
  return {
    rateHz,
    shape: [x.length, y.length],
    timesS: x,
    depthsUm: y,
    range: [Math.min(...means), Math.max(...means)],
    outside: known.timesS.length - timesS.length,
  };
}

import { doublesOf, requireNumber, requireObject, requireOptions } from '../../arguments.js';
import { precise } from './arguments.js';
import { binCounts, type BinCounts } from './bin_counts.js';

/** Spikes of a probe over time and depth. */
export interface SpikesInDepth {
  /** s */
  timesS: Float64Array;
  /** µm above the tip; NaN: not known */
  depthsUm: Float32Array | Float64Array;
}

/** Spikes without those whose depth is not known. */
export function withDepths(spikes: SpikesInDepth): SpikesInDepth {
  const given = requireObject('spikes', spikes);
  const timesS = doublesOf('timesS', given.timesS);
  const depthsUm = precise('depthsUm', given.depthsUm, timesS.length);
  if (!depthsUm.some(Number.isNaN)) return { timesS, depthsUm };
  const isKnown = (_: number, i: number) => !Number.isNaN(depthsUm[i]);
  return { timesS: timesS.filter(isKnown), depthsUm: depthsUm.filter((depth) => !Number.isNaN(depth)) };
}

export interface SpikeRaster {
  /** Spikes by depth (µm, y) and time (s, x) */
  counts: BinCounts;
  /** Spikes of a bin that is black: four standard deviations of all counts */
  darkest: number;
}

/** Spikes counted in bins of time and depth, 0.01 s and 20 µm if nothing else is said; those without depth are left out. */
export function spikeRaster(spikes: SpikesInDepth, options?: { timeBinS?: number; depthBinUm?: number }): SpikeRaster {
  const { timeBinS = 0.01, depthBinUm = 20 } = requireOptions('options', options);
  requireNumber('timeBinS', timeBinS, 0);
  requireNumber('depthBinUm', depthBinUm, 0);
  const { timesS, depthsUm } = withDepths(spikes);
  const counts = binCounts(timesS, depthsUm, timeBinS, depthBinUm);
  const all = counts.counts;
  const mean = timesS.length / all.length;
  // Σ (n − mean)² of millions of bins, most of them empty
  let squares = 0;
  for (const count of all) squares += (count - mean) ** 2;
  return { counts, darkest: 4 * Math.sqrt(squares / all.length) };
}

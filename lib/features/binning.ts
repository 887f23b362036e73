import { requireObject } from '../arguments.js';
import { argumentError } from '../errors.js';

/** Bins of a histogram of time differences. */
export interface Binning {
  /** Largest difference that is looked at, ms, > 0. */
  windowMs: number;
  /** ms, > 0; at most 100,000 bins. */
  binWidthMs: number;
}

export interface SmoothedBinning extends Binning {
  /** Standard deviation of the Gaussian that smooths the histogram, ms, ≥ 0 (0: no smoothing). */
  gaussianSigmaMs: number;
}

const maxBins = 100_000;
const maxSigmaBins = 100_000;

export function checkBinning(binning: Binning): void {
  const { windowMs, binWidthMs } = requireObject('binning', binning);
  if (!(typeof windowMs === 'number' && windowMs > 0 && windowMs < Infinity))
    throw argumentError('windowMs', 'a duration above 0 ms', windowMs);
  if (!(typeof binWidthMs === 'number' && binWidthMs >= windowMs / maxBins && binWidthMs < Infinity)) {
    throw argumentError('binWidthMs', `at least windowMs / ${maxBins} = ${windowMs / maxBins} ms`, binWidthMs);
  }
}

export function checkSmoothedBinning(binning: SmoothedBinning): void {
  checkBinning(binning);
  checkSigma('gaussianSigmaMs', binning.gaussianSigmaMs, binning.binWidthMs);
}

/** `binWidth` is the width of a bin in the unit of `sigma`. */
export function checkSigma(name: string, sigma: number, binWidth: number): void {
  const largest = maxSigmaBins * binWidth;
  if (!(typeof sigma === 'number' && sigma >= 0 && sigma <= largest))
    throw argumentError(name, `a number from 0 to ${largest}`, sigma);
}

import { arrayOf } from '../arguments.js';
import type { NdArray } from '../arrays.js';
import { argumentError } from '../errors.js';
import { runNative, type RunOptions } from '../native/run.js';
import { checkSigma } from './binning.js';

/**
 * Smooths along the last axis with a normalised Gaussian exp(−k²/2σ²), cut off at int(4σ + 0.5) bins. Beyond its ends a row
 * goes on mirrored about the edge of its last sample (d c b a | a b c d | d c b a), as often as the kernel needs.
 * σ in bins, 0 … 100,000; 0 returns the values as they are. Returns a new array of the same shape.
 */
export async function gaussianFilter1d(
  rows: NdArray,
  sigmaBins: number,
  options?: RunOptions,
): Promise<NdArray<Float64Array>> {
  const { data, shape } = arrayOf('rows', rows);
  if (shape.length === 0) throw argumentError('rows', 'an array with at least one axis', rows);
  checkSigma('sigmaBins', sigmaBins, 1);
  const out = new Float64Array(data.length);
  const length = Math.max(1, shape.at(-1)!);
  await runNative(
    (native, control) => native.gaussianFilter1d({ ...control, rows: data, length, sigmaBins, out }),
    options,
  );
  return { data: out, shape };
}

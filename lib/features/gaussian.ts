import { elementCount, type NdArray } from '../arrays.js';
import { argumentError } from '../errors.js';
import { runNative, type RunOptions } from '../native/run.js';
import { checkSigma } from './binning.js';

/**
 * Smooths along the last axis with a normalised Gaussian exp(−k²/2σ²), cut off at int(4σ + 0.5) bins. Beyond its ends a row
 * goes on mirrored about the edge of its last sample (d c b a | a b c d | d c b a), as often as the kernel needs.
 * σ in bins, 0 … 100,000; 0 returns the values as they are. Returns a new array of the same shape.
 */
export async function gaussianFilter1d(
  rows: NdArray<Float64Array> | NdArray<Float32Array>,
  sigmaBins: number,
  options?: RunOptions,
): Promise<NdArray<Float64Array>> {
  const { data, shape } = rows;
  const isFloat = data instanceof Float64Array || data instanceof Float32Array;
  if (!isFloat || shape.length === 0 || elementCount(shape) !== data.length) {
    throw argumentError('rows', 'a Float32Array or Float64Array with a shape that fits it', rows);
  }
  checkSigma('sigmaBins', sigmaBins, 1);
  const out = new Float64Array(data.length);
  const doubles = data instanceof Float64Array ? data : new Float64Array(data);
  const length = Math.max(1, shape.at(-1)!);
  await runNative(
    (native, control) => native.gaussianFilter1d({ ...control, rows: doubles, length, sigmaBins, out }),
    options,
  );
  return { data: out, shape };
}

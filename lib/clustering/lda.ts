import type { NdArray } from '../arrays.js';
import { argumentError } from '../errors.js';
import { runNative, type RunOptions } from '../native/run.js';
import { requireInteger, tableSize } from './arguments.js';

export interface LdaInput {
  /** (rows, features) */
  rows: NdArray<Float32Array | Float64Array>;
  /** (rows) class of each row: 0 or 1. */
  classes: ArrayLike<number | boolean>;
}

/** A row x belongs to class 1 where Σ coefficients·x + intercept > 0. */
export interface LinearDiscriminant {
  /** (features) */
  coefficients: Float64Array;
  intercept: number;
}

/**
 * Linear discriminant analysis of two classes: pooled within-class covariance Σ (divisor: rows − 2), class frequencies π
 * as priors; coefficients = Σ⁻¹(μ₁ − μ₀), intercept = −½(μ₁ + μ₀)·coefficients + ln(π₁/π₀). Where features are constant
 * or repeat each other, Σ⁻¹ is the pseudo-inverse: directions in which the features, scaled to unit within-class
 * deviation, vary by less than 1e-4 get no weight. Resolves to undefined when a class has no row. Rejects with
 * DANT_ARGUMENT for wrong shapes, types or classes, DANT_INPUT for NaN or infinite rows.
 */
export async function lda(
  { rows, classes }: LdaInput,
  options: RunOptions = {},
): Promise<LinearDiscriminant | undefined> {
  const { rows: count, columns: features } = tableSize('rows', rows, 'float or double');
  requireInteger('the number of features', features, 1);
  if (classes.length !== count) throw argumentError('classes', `${count} classes, one per row`, classes);
  const inClass1 = Uint8Array.from(classes, (value, row) => {
    if (value !== 0 && value !== 1 && typeof value !== 'boolean')
      throw argumentError(`classes[${row}]`, '0 or 1', value);
    return Number(value);
  });
  return runNative(
    (native, control) => native.linearDiscriminant({ ...control, rows: rows.data, features, inClass1 }),
    options,
  );
}

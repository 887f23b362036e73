import type { NdArray } from '../arrays.js';
import { numbersOf, requireInteger, requireObject, type NumberList } from '../arguments.js';
import { argumentError } from '../errors.js';
import { runNative, type RunOptions } from '../native/run.js';
import { floatTableOf } from './arguments.js';

export interface LdaInput {
  /** (rows, features) */
  rows: NdArray;
  /** (rows) class of each row: 0 or 1. */
  classes: NumberList | readonly boolean[];
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
export async function lda(input: LdaInput, options: RunOptions = {}): Promise<LinearDiscriminant | undefined> {
  const { rows, classes } = requireObject('input', input);
  const { data, rows: count, columns: features } = floatTableOf('rows', rows);
  requireInteger('the number of features', features, 1);
  const isList = Array.isArray(classes) || numbersOf(classes) !== undefined;
  if (!isList || classes.length !== count) throw argumentError('classes', `${count} classes, one per row`, classes);
  const inClass1 = Uint8Array.from(classes as ArrayLike<unknown>, (value, row) => {
    if (![0, 1, 0n, 1n, false, true].includes(value as number)) throw argumentError(`classes[${row}]`, '0 or 1', value);
    return Number(value);
  });
  return runNative(
    (native, control) => native.linearDiscriminant({ ...control, rows: data, features, inClass1 }),
    options,
  );
}

import { arrayOf, floatsOf } from '../arguments.js';
import type { NdArray } from '../arrays.js';
import { DantError } from '../errors.js';

/** A table of numbers of any type, as doubles. */
export function tableOf(name: string, table: NdArray) {
  return withSize(name, arrayOf(name, table));
}

/** The same, of single or double precision as it is. */
export function floatTableOf(name: string, table: NdArray) {
  return withSize(name, floatsOf(name, table));
}

/** A table with as many rows as columns, n. */
export function matrixOf(name: string, matrix: NdArray) {
  return withSquare(name, tableOf(name, matrix));
}

export function floatMatrixOf(name: string, matrix: NdArray) {
  return withSquare(name, floatTableOf(name, matrix));
}

function withSize<Data extends Float32Array | Float64Array>(name: string, { data, shape }: NdArray<Data>) {
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows === undefined || columns === undefined) {
    throw new DantError('DANT_ARGUMENT', `Expected two axes for ${name} but received the shape [${shape.join(', ')}].`);
  }
  return { data, rows, columns };
}

function withSquare<Data>(name: string, { data, rows, columns }: { data: Data; rows: number; columns: number }) {
  if (rows !== columns) {
    throw new DantError(
      'DANT_ARGUMENT',
      `Expected a square matrix for ${name} but received the shape [${rows}, ${columns}].`,
    );
  }
  return { data, n: rows };
}

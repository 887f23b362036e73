import { elementCount, type NdArray } from '../arrays.js';
import { DantError, argumentError } from '../errors.js';

type FloatArray = NdArray<Float32Array | Float64Array>;

/** Checks that a table's data are of one of the given types and fill its shape; returns rows and columns. */
export function tableSize(name: string, { data, shape }: FloatArray, types: 'double' | 'float or double') {
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows === undefined || columns === undefined) {
    throw new DantError('DANT_ARGUMENT', `Expected two axes for ${name} but received the shape [${shape.join(', ')}].`);
  }
  const known = data instanceof Float64Array || (types !== 'double' && data instanceof Float32Array);
  if (!known) {
    throw argumentError(`${name}.data`, types === 'double' ? 'a Float64Array' : 'a Float32Array or Float64Array', data);
  }
  if (data.length !== elementCount(shape)) {
    throw argumentError(`${name}.data`, `${elementCount(shape)} numbers (shape [${shape.join(', ')}])`, data);
  }
  return { rows, columns };
}

/** The same for an (n, n) matrix; returns n. */
export function squareSize(name: string, matrix: FloatArray, types: 'double' | 'float or double' = 'double'): number {
  const { rows, columns } = tableSize(name, matrix, types);
  if (rows !== columns) {
    throw new DantError(
      'DANT_ARGUMENT',
      `Expected a square matrix for ${name} but received the shape [${rows}, ${columns}].`,
    );
  }
  return rows;
}

export function requireInteger(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw argumentError(name, `an integer of at least ${least}`, value);
  }
}

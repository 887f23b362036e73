import type { NumericData } from '../../arrays.js';
import type { Table } from '../../files/parquet.js';

/** Numbers as in the file, but 64-bit integers are doubles; or texts. In C order. */
export interface AlfArray {
  data: Exclude<NumericData, BigInt64Array | BigUint64Array> | string[];
  shape: readonly number[];
}

/** Attributes that describe the same things (spikes, clusters, channels), each an array whose first axis they are, or a table. */
export type AlfObject = Record<string, AlfArray | Table>;

export const isTable = (value: AlfArray | Table | undefined): value is Table => value !== undefined && 'rows' in value;

/** Length of the first axis. */
export const lengthOf = (value: AlfArray | Table) => (isTable(value) ? value.rows : (value.shape[0] ?? 1));

/** Undefined: the attribute is missing or a table. */
export function arrayOf(object: AlfObject, key: string): AlfArray | undefined {
  const value = object[key];
  return value === undefined || isTable(value) ? undefined : value;
}

/** Numbers of an attribute; undefined: it is missing, a table or text. */
export function numbersOf(object: AlfObject, key: string): Exclude<AlfArray['data'], string[]> | undefined {
  const data = arrayOf(object, key)?.data;
  return Array.isArray(data) ? undefined : data;
}

/** The same numbers as doubles; the array itself if it has them. */
export const doubles = (values: Exclude<AlfArray['data'], string[]>): Float64Array =>
  values instanceof Float64Array ? values : new Float64Array(values);

/** Rows of an array, one after the other. */
export function takeRows({ data, shape }: AlfArray, rows: ArrayLike<number>): AlfArray {
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  const count = rows.length;
  const taken = Array.isArray(data)
    ? new Array<string>(count * size).fill('')
    : new (data.constructor as Float64ArrayConstructor)(count * size);
  for (let r = 0; r < count; r++) {
    for (let i = 0; i < size; i++) taken[r * size + i] = data[rows[r]! * size + i]!;
  }
  return { data: taken, shape: [count, ...shape.slice(1)] };
}

/** A column of a (n, k) array. */
export function columnOf({ data, shape }: AlfArray, column: number): AlfArray {
  const [rows = 0, width = 1] = shape;
  const values = data as Float64Array;
  const taken = new (values.constructor as Float64ArrayConstructor)(rows);
  for (let r = 0; r < rows; r++) taken[r] = values[r * width + column]!;
  return { data: taken, shape: [rows] };
}

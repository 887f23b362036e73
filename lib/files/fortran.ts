import type { NumericData } from '../arrays.js';

/** The elements of an array of `shape` whose first axis runs fastest (Fortran order), in C order. */
export function transposeFromFortran<Data extends NumericData>(data: Data, shape: readonly number[]): Data {
  const target = data.slice() as Data;
  const index = shape.map(() => 0);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, length) => product * length, 1));
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    target[to] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return target;
}

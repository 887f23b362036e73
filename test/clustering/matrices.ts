import type { NdArray } from '../../lib/arrays.js';

export function table(rows: number[][]): NdArray<Float64Array> {
  return { data: Float64Array.from(rows.flat()), shape: [rows.length, rows[0]?.length ?? 0] };
}

/** A symmetric (n, n) matrix with zeros on its diagonal, from what stands above it, row by row. */
export function fromUpperTriangle(n: number, values: ArrayLike<number>): NdArray<Float64Array> {
  const data = new Float64Array(n * n);
  let k = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) data[i * n + j] = data[j * n + i] = values[k++]!;
  }
  return { data, shape: [n, n] };
}

export function randomDistances(n: number, random: () => number): NdArray<Float64Array> {
  return fromUpperTriangle(
    n,
    Float64Array.from({ length: (n * (n - 1)) / 2 }, () => 0.5 + random()),
  );
}

/** Sum of the distances between neighbours. */
export function orderCost(order: ArrayLike<number>, { data, shape: [n] }: NdArray<Float64Array>): number {
  let sum = 0;
  for (let i = 1; i < order.length; i++) sum += data[order[i - 1]! * n! + order[i]!]!;
  return sum;
}

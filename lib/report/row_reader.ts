import type { RowBlock, RowParts } from '../files/npy_rows.js';

/** Takes what a report needs of an array, while its rows are read or written. */
export interface RowReader {
  add(block: RowBlock): void;
  /** What it needs of each row, by the shape of the array. Absent: whole rows */
  parts?: (shape: readonly number[]) => RowParts;
}

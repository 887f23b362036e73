import { availableParallelism } from 'node:os';

import { sharedArray } from '../native/memory.js';
import type { RunOptions } from '../native/run.js';
import type { ColumnScratch } from './column_scratch.js';
import { fourierResample } from './resample.js';
import { partOf } from './run_part.js';

/** The transforms of a length are prepared once for as many columns as fit into this, bytes. */
const mostBytes = 2 ** 30;
/** Bytes of two columns for each of their rows: float32, float64 */
const pairBytes = 24;
/** Bytes that a thread works in for each row: twice 16, of up to four times the length (Bluestein's way) */
const workBytes = 128;

/** Columns of a table by their Fourier transforms to those of another with another number of rows; see `fourierResample`. */
export async function fourierColumns(
  from: ColumnScratch,
  to: ColumnScratch,
  run: RunOptions,
  most = mostBytes,
): Promise<void> {
  const { rows, columns } = from;
  // Two columns are one transform.
  const atOnce = 2 * Math.max(1, Math.floor(most / (pairBytes * rows)));
  const { threads = -1 } = run;
  const asked = threads < 1 ? availableParallelism() : threads;
  const steering = { ...run, threads: Math.max(1, Math.min(asked, Math.floor((2 * most) / (workBytes * rows)))) };
  for (let first = 0; first < columns; first += atOnce) {
    const count = Math.min(atOnce, columns - first);
    const signals = sharedArray(Float64Array, count * rows);
    signals.set(await from.readColumns(first, count));
    const part = partOf(steering, first / columns, (first + count) / columns);
    await to.writeColumns(first, await fourierResample(signals, rows, to.rows, part));
    part.onProgress?.(1);
  }
}

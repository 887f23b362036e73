import { doublesOf, requireInteger, requireNumber } from '../arguments.js';
import { binarise } from '../arrays.js';
import { argumentError, DantError } from '../errors.js';

/** Frames and falling edges may differ by so many: the camera ran on after the last edge, or was stopped in a frame. */
const mostDifference = 3;

/**
 * When frames were taken: the falling edges of the camera's signal at 1 kHz, in ms of the cropped behaviour. An edge is the last sample before
 * the change. Throws DANT_DATA if their number is not that of the frames.
 * @param signal Of the whole behaviour
 * @param startMs Lag of the probe, as in lag.json
 */
export function frameTimes(signal: Float64Array, startMs: number, frames: number): Float64Array {
  signal = doublesOf('signal', signal);
  requireNumber('startMs', startMs);
  requireInteger('frames', frames, 0);
  const states = binarise(signal);
  const edges: number[] = [];
  for (let i = 0; i + 1 < states.length; i++) if (states[i]! > states[i + 1]!) edges.push(i - Math.max(startMs, 0));
  if (edges.length === 0 || Math.abs(edges.length - frames) > mostDifference) {
    throw new DantError(
      'DANT_DATA',
      `The camera has ${frames} frames but the signal CamFrames ${edges.length} falling edges: it cannot be told when the frames were taken.`,
    );
  }
  return Float64Array.from(edges.slice(0, frames));
}

/**
 * Values of frames at every ms: linear between frames, and beyond the first and the last two. NaN values are left out; a column without two
 * values is NaN. Frames beyond the last time are not used.
 * @param values (frames, columns)
 * @returns (rows, columns)
 */
export function atEveryMs(times: Float64Array, values: Float64Array, columns: number, rows: number): Float64Array {
  times = doublesOf('times', times);
  values = doublesOf('values', values);
  requireInteger('columns', columns, 1);
  requireInteger('rows', rows, 0);
  if (values.length % columns !== 0) throw argumentError('values', `whole rows of ${columns} columns`, values);
  const result = new Float64Array(rows * columns).fill(NaN);
  const frames = Math.min(times.length, values.length / columns);
  for (let c = 0; c < columns; c++) {
    const known = Array.from({ length: frames }, (_, f) => f).filter((f) => !Number.isNaN(values[f * columns + c]));
    if (known.length < 2) continue;
    let k = 0;
    for (let row = 0; row < rows; row++) {
      while (k < known.length - 2 && times[known[k + 1]!]! <= row) k++;
      const [a, b] = [known[k]!, known[k + 1]!];
      const share = (row - times[a]!) / (times[b]! - times[a]!);
      result[row * columns + c] =
        values[a * columns + c]! + share * (values[b * columns + c]! - values[a * columns + c]!);
    }
  }
  return result;
}

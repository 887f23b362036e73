import type { NdArray } from '../arrays.js';
import { toFloat64, toInt32 } from '../files/convert.js';
import { fileError } from '../files/file_error.js';
import { shapeText } from '../files/npy_header.js';
import { listed, unitsListed } from './findings.js';
import { readNumeric, readVector } from './numeric_file.js';

/** Reads the session of each unit, (N), 1 … S without gaps. */
export async function readSessions(path: string, signal?: AbortSignal): Promise<Int32Array> {
  const sessions = toInt32(path, await readVector(path, signal));
  if (sessions.length === 0) throw fileError(path, 'expected at least one unit but found none.');
  const found = [...new Set(sessions)].sort((a, b) => a - b);
  if (found[0]! < 1) {
    throw fileError(path, `sessions are numbered 1, 2, 3, … but the smallest one here is ${found[0]!}.`);
  }
  if (found.at(-1) !== found.length) {
    const missing = found.findIndex((session, i) => session !== i + 1) + 1;
    throw fileError(
      path,
      `sessions are numbered 1, 2, 3, … without gaps, but no unit is of session ${missing}; found ${listed(found)}. ` +
        'Number the sessions that have units.',
    );
  }
  return sessions;
}

/** Reads (N, P) peri-event time histograms; may hold NaN. */
export async function readPeth(path: string, signal?: AbortSignal): Promise<NdArray<Float64Array>> {
  const { data, shape } = await readNumeric(path, signal);
  if (shape.length !== 2 || shape[1] === 0) {
    throw fileError(path, `expected shape (units, bins) but found ${shapeText(shape)}.`);
  }
  const values = toFloat64(path, data);
  const infinite = new Set<number>();
  values.forEach((value, i) => {
    if (value === Infinity || value === -Infinity) infinite.add(Math.floor(i / shape[1]!));
  });
  if (infinite.size > 0)
    throw fileError(path, `${unitsListed([...infinite])}: infinite values. Use NaN where there is no value.`);
  return { data: values, shape };
}

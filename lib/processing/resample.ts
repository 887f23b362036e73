import { allowOneOf, doublesOf, requireInteger, requireNumber, requireObject, steeringOf } from '../arguments.js';
import { argumentError } from '../errors.js';
import { sharedArray } from '../native/memory.js';
import { runNative, type RunOptions } from '../native/run.js';
import { outputCount, rateRatio } from './rate_ratio.js';

export const resamplingMethods = ['polyphase', 'fourier'] as const;
export type ResamplingMethod = (typeof resamplingMethods)[number];

/**
 * A signal (rows, columns), rows in time, at another sampling rate: ceil(rows · toHz / fromHz) rows, of which the first stands where the first
 * of the input does. `polyphase` is scipy.signal.resample_poly with padtype minimum, `fourier` is scipy.signal.resample, which takes the signal
 * for periodic. Rates whose ratio is none of small whole numbers (30000.28 Hz) have weights for their exact times (polyphase). Throws
 * DANT_ARGUMENT.
 */
export async function resample(
  data: Float64Array,
  columns: number,
  rates: { fromHz: number; toHz: number; method?: ResamplingMethod },
  run: RunOptions = {},
): Promise<Float64Array> {
  data = doublesOf('data', data);
  requireInteger('columns', columns, 1);
  const { fromHz, toHz, method = 'polyphase' } = requireObject('rates', rates);
  requireNumber('fromHz', fromHz);
  requireNumber('toHz', toHz);
  allowOneOf('method', method, resamplingMethods);
  run = steeringOf('run', run);
  const rows = data.length / columns;
  if (!Number.isInteger(rows)) throw argumentError('data', `whole rows of ${columns} columns`, data);
  const ratio = rateRatio(fromHz, toHz);
  if (fromHz === toHz || rows === 0) return Float64Array.from(data);
  const outputs = outputCount(ratio, rows);
  if (method === 'fourier') {
    const columnwise = transposed(data, rows, columns);
    return transposed(await fourierResample(columnwise, rows, outputs, run), columns, outputs);
  }
  const channels = Int32Array.from({ length: columns }, (_, c) => c);
  const minima = new Float64Array(columns).fill(Infinity);
  const resampled = sharedArray(Float64Array, outputs * columns);
  await runNative((native, control) => native.columnMinima({ ...control, samples: data, columns, channels, minima }), {
    threads: run.threads,
    signal: run.signal,
  });
  await runNative(
    (native, control) =>
      native.polyphase({
        ...control,
        ...ratio,
        samples: data,
        columns,
        channels,
        firstRow: 0,
        totalRows: rows,
        minima,
        scales: new Float64Array(columns).fill(1),
        firstOutput: 0,
        resampled,
      }),
    run,
  );
  return resampled;
}

/** Signals (signals, length) with `newLength` samples each, by their Fourier transform. */
export async function fourierResample(
  signals: Float64Array,
  length: number,
  newLength: number,
  run: RunOptions = {},
): Promise<Float64Array> {
  const resampled = sharedArray(Float64Array, (signals.length / length) * newLength);
  await runNative(
    (native, control) => native.fourierResample({ ...control, signals, length, resampled, newLength }),
    run,
  );
  return resampled;
}

/** (rows, columns) → (columns, rows) */
function transposed(data: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < columns; c++) result[c * rows + row] = data[row * columns + c]!;
  }
  return result;
}

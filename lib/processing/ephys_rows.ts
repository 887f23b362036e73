import { sharedArray } from '../native/memory.js';
import { runNative, type RunOptions } from '../native/run.js';
import type { EphysFile } from './ephys_file.js';
import { rateRatio } from './rate_ratio.js';
import { RowResampler } from './row_resampler.js';

/** What signals of probes and behaviour have after processing. */
export const processedRateHz = 1000;

/** All rows at 1 kHz, µV, of the neural channels. Reads the recording twice: what the signal is beyond its ends is its minimum. */
export async function* resampledRows(
  file: EphysFile,
  reference: 'none' | 'median',
  run: RunOptions,
): AsyncGenerator<Float32Array> {
  const { neuralColumns, columns, uvPerBit, sampleRateHz } = file.meta;
  const channels = Int32Array.from({ length: neuralColumns }, (_, c) => c);
  const minima = new Float64Array(neuralColumns).fill(Infinity);
  const ratio = rateRatio(sampleRateHz, processedRateHz);
  const { onProgress, ...control } = run;
  let read = 0;
  const told = (rows: number) => onProgress?.((read += rows) / (2 * file.rows));
  if (reference === 'median') {
    const signal = { columns: neuralColumns, channels, rows: file.rows, minima, scales: uvPerBit.map(() => 1) };
    for await (const rows of referencedRows(file, run)) {
      await lowerMinima(rows, neuralColumns, channels, minima, control);
      told(rows.length / neuralColumns);
    }
    const resampler = new RowResampler(signal, ratio, 'float64', Float32Array, control);
    yield* overlapping(referencedRows(file, run), (rows) => {
      told(rows.length / neuralColumns);
      return resampler.add(rows);
    });
    return;
  }
  for await (const rows of file.samples(run.signal)) {
    await lowerMinima(rows, columns, channels, minima, control);
    told(rows.length / columns);
  }
  const signal = { columns, channels, rows: file.rows, minima, scales: uvPerBit };
  const resampler = new RowResampler(signal, ratio, 'int16', Float32Array, control);
  yield* overlapping(file.samples(run.signal), (rows) => {
    told(rows.length / columns);
    return resampler.add(rows);
  });
}

/** What is made of each block, one at a time; the next one is being made while a result is worked on. */
async function* overlapping<Block, Made>(
  blocks: AsyncIterable<Block>,
  make: (block: Block) => Promise<Made>,
): AsyncGenerator<Made> {
  let next: Promise<Made> | undefined;
  for await (const block of blocks) {
    const made = next && (await next);
    next = make(block);
    // It is awaited in its turn, or not at all after a failure.
    next.catch(() => undefined);
    if (made !== undefined) yield made;
  }
  if (next) yield await next;
}

/** Rows of the neural channels at the recording's own rate, µV, less the median over them. */
export async function* referencedRows(file: EphysFile, { threads, signal }: RunOptions): AsyncGenerator<Float64Array> {
  const { neuralColumns, uvPerBit, columns } = file.meta;
  const channels = Int32Array.from({ length: neuralColumns }, (_, c) => c);
  for await (const samples of file.samples(signal)) {
    yield await subtractMedians(
      { samples, columns, channels, offsets: new Float64Array(neuralColumns), scales: uvPerBit },
      { threads, signal },
    );
  }
}

/** Rows less the offset of each column, then less the median over the columns. */
export async function* withoutMedians(
  blocks: AsyncIterable<Float32Array>,
  offsets: Float64Array,
  { threads, signal }: RunOptions,
): AsyncGenerator<Float64Array> {
  const columns = offsets.length;
  const channels = Int32Array.from({ length: columns }, (_, c) => c);
  for await (const samples of blocks) {
    yield await subtractMedians(
      { samples, columns, channels, offsets, scales: new Float64Array(columns).fill(1) },
      { threads, signal },
    );
  }
}

/** Of some columns: (sample − offset) · scale, less the median over them in each row. There may be no row. */
export async function subtractMedians(
  rows: {
    samples: Int16Array | Float32Array;
    columns: number;
    channels: Int32Array;
    offsets: Float64Array;
    scales: Float64Array;
  },
  run: RunOptions,
): Promise<Float64Array> {
  const referenced = sharedArray(Float64Array, (rows.samples.length / rows.columns) * rows.channels.length);
  if (referenced.length === 0) return referenced;
  await runNative((native, control) => native.subtractRowMedians({ ...control, ...rows, referenced }), run);
  return referenced;
}

async function lowerMinima(
  samples: Int16Array | Float64Array,
  columns: number,
  channels: Int32Array,
  minima: Float64Array,
  run: RunOptions,
): Promise<void> {
  await runNative((native, control) => native.columnMinima({ ...control, samples, columns, channels, minima }), run);
}

/** Rows of the neural channels at the recording's own rate, µV. */
export async function* scaledRows(file: EphysFile, signal?: AbortSignal): AsyncGenerator<Float64Array> {
  const { columns, neuralColumns, uvPerBit } = file.meta;
  for await (const samples of file.samples(signal)) {
    const rows = samples.length / columns;
    const scaled = new Float64Array(rows * neuralColumns);
    for (let row = 0; row < rows; row++) {
      for (let c = 0; c < neuralColumns; c++) {
        scaled[row * neuralColumns + c] = samples[row * columns + c]! * uvPerBit[c]!;
      }
    }
    yield scaled;
  }
}

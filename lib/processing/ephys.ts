import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import { allowOneOf, requireOptions, steeringOf } from '../arguments.js';
import { argumentError, DantError } from '../errors.js';
import { systemOutputError } from '../files/file_error.js';
import { runNative, type RunOptions } from '../native/run.js';
import { requireEphysPaths, requireLag } from './arguments.js';
import { ColumnSpread } from './column_spread.js';
import { ColumnScratch } from './column_scratch.js';
import { openEphys, type EphysFile, type EphysPaths } from './ephys_file.js';
import { processedRateHz, referencedRows, resampledRows, scaledRows, withoutMedians } from './ephys_rows.js';
import { fourierColumns } from './fourier_columns.js';
import { noLag, rowsWithin, sharedProbeRows, type Lag } from './lag.js';
import { outputCount, rateRatio } from './rate_ratio.js';
import { resamplingMethods, type ResamplingMethod } from './resample.js';
import { tableEnding, writeTable } from './table_output.js';

export interface LfpOptions {
  /** Default: nothing is cut off */
  lag?: Lag | undefined;
  method?: ResamplingMethod | undefined;
  /** `median`: the median over the channels is subtracted from every sample first */
  reference?: 'none' | 'median' | undefined;
}

export interface ProcessedEphys {
  /** Of the file that was written */
  rows: number;
  channels: number;
  /** (channels) standard deviation of each over the rows of the file, µV */
  sdsUv: Float64Array;
}

/**
 * The local field potential at 1 kHz, in µV, without the sync channel, from `.lf` or (Neuropixels 2.0) `.ap`: rows that the behaviour has too,
 * one column per channel (its number). Written as `writeTable` does. The median and the Fourier method need a file beside the output of
 * four bytes per sample for a while. Rejects with DANT_DATA, DANT_OUTPUT.
 */
export async function processLfp(
  paths: EphysPaths,
  stream: 'ap' | 'lf',
  output: string,
  options: LfpOptions = {},
  run: RunOptions = {},
): Promise<ProcessedEphys> {
  requireEphysPaths(paths);
  if (!['ap', 'lf'].includes(stream)) throw argumentError('stream', '"ap" or "lf"', stream);
  tableEnding('output', output);
  const { lag = noLag, method = 'polyphase', reference = 'none' }: LfpOptions = requireOptions('options', options);
  requireLag(lag);
  allowOneOf('method', method, resamplingMethods);
  allowOneOf('reference', reference, ['none', 'median']);
  run = steeringOf('run', run);
  return withEphys(paths, stream, output, async (file) => {
    const rows = outputCount(rateRatio(file.meta.sampleRateHz, processedRateHz), file.rows);
    if (method === 'fourier') return processByFourier(file, output, rows, lag, reference, run);
    return write(output, file.meta.neuralColumns, rows, lag, resampledRows(file, reference, run), run);
  });
}

/**
 * The action potentials' band at 1 kHz: resampled, the median over time subtracted from each channel, then the median over channels from
 * each sample. In µV, without the sync channel. For those who used it; it is no filter for spikes. Rejects with DANT_DATA, DANT_OUTPUT.
 */
export async function processAp(
  paths: EphysPaths,
  output: string,
  options: { lag?: Lag | undefined } = {},
  run: RunOptions = {},
): Promise<ProcessedEphys> {
  requireEphysPaths(paths);
  tableEnding('output', output);
  const { lag = noLag }: { lag?: Lag | undefined } = requireOptions('options', options);
  requireLag(lag);
  run = steeringOf('run', run);
  return withEphys(paths, 'ap', output, async (file) => {
    const channels = file.meta.neuralColumns;
    const rows = outputCount(rateRatio(file.meta.sampleRateHz, processedRateHz), file.rows);
    const scratch = await ColumnScratch.create(`${output}.scratch`, rows, channels);
    try {
      await scratch.fill(resampledRows(file, 'none', run));
      const offsets = await medianOfColumns(scratch, run);
      return await write(output, channels, rows, lag, withoutMedians(scratch.readRows(), offsets, run), run);
    } finally {
      await scratch.discard();
    }
  });
}

async function withEphys<Result>(
  paths: EphysPaths,
  stream: 'ap' | 'lf',
  output: string,
  action: (file: EphysFile) => Promise<Result>,
): Promise<Result> {
  const file = await openEphys(paths, stream);
  try {
    await makeFolderOf(output);
    return await action(file);
  } finally {
    await file.close();
  }
}

async function makeFolderOf(output: string): Promise<void> {
  try {
    await mkdir(dirname(output), { recursive: true });
  } catch (error) {
    throw systemOutputError(output, error);
  }
}

async function write(
  output: string,
  channels: number,
  allRows: number,
  lag: Lag,
  blocks: AsyncIterable<Float32Array | Float64Array>,
  { threads, signal }: RunOptions,
): Promise<ProcessedEphys> {
  const [begin, end] = sharedProbeRows(allRows, lag);
  if (end === begin) {
    throw new DantError(
      'DANT_DATA',
      `${output}: the probe's recording of ${allRows} ms and the behaviour do not overlap (lag ${lag.startMs} ms, ${lag.endMs} ms). Check lag.json and sync_N.png.`,
    );
  }
  const columns = [{ values: Int32Array.from({ length: channels }, (_, c) => c) }];
  const spread = new ColumnSpread(channels, { threads, signal });
  await writeTable(output, {
    columns,
    rows: end - begin,
    type: 'float32',
    blocks: spread.of(rowsWithin(blocks, channels, begin, end)),
  });
  return { rows: end - begin, channels, sdsUv: spread.deviations() };
}

/** Columns that are held at once */
const columnsAtOnce = 8;

async function medianOfColumns(scratch: ColumnScratch, { threads, signal }: RunOptions): Promise<Float64Array> {
  const all = new Float64Array(scratch.columns);
  for (let first = 0; first < scratch.columns; first += columnsAtOnce) {
    const count = Math.min(columnsAtOnce, scratch.columns - first);
    const values = await scratch.readColumns(first, count);
    const medians = new Float64Array(count);
    await runNative((native, control) => native.rowMedians({ ...control, values, length: scratch.rows, medians }), {
      threads,
      signal,
    });
    all.set(medians, first);
  }
  return all;
}

async function processByFourier(
  file: EphysFile,
  output: string,
  rows: number,
  lag: Lag,
  reference: 'none' | 'median',
  run: RunOptions,
): Promise<ProcessedEphys> {
  const channels = file.meta.neuralColumns;
  const original = await ColumnScratch.create(`${output}.scratch`, file.rows, channels);
  let resampled: ColumnScratch | undefined;
  try {
    await original.fill(reference === 'median' ? referencedRows(file, run) : scaledRows(file, run.signal));
    resampled = await ColumnScratch.create(`${output}.scratch2`, rows, channels);
    await fourierColumns(original, resampled, run);
    return await write(output, channels, rows, lag, resampled.readRows(), run);
  } finally {
    await original.discard();
    await resampled?.discard();
  }
}

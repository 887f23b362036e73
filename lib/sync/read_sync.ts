import { abortError } from '../errors.js';
import { fileError } from '../files/file_error.js';
import type { EphysFile } from '../processing/ephys_file.js';
import type { TdmsChannel } from '../tdms/tdms_file.js';
import { ChangeCollector, type DigitalSignal } from './digital_signal.js';

export interface SyncReadControl {
  signal?: AbortSignal | undefined;
  /** 0 to 1 */
  onProgress?: ((share: number) => void) | undefined;
}

/** The bit of SpikeGLX's sync word that follows the sync input (value 64) */
const syncBit = 6;
/** Values at once */
const blockValues = 2 ** 20;
/** Where a signal of two states is said to be between them, as shares of its range */
const between = { low: 0.3, high: 0.7, most: 0.2 };

/** The sync input of a probe: a bit of the last column of its .lf or .ap file. */
export async function readProbeSync(
  file: Pick<EphysFile, 'rows' | 'samples' | 'meta'>,
  { signal, onProgress }: SyncReadControl = {},
  bit = syncBit,
): Promise<DigitalSignal> {
  const { columns, sampleRateHz } = file.meta;
  const collector = new ChangeCollector(sampleRateHz);
  let done = 0;
  for await (const samples of file.samples(signal)) {
    const rows = samples.length / columns;
    collector.add(rows, (row) => ((samples[(row + 1) * columns - 1]! >> bit) & 1) as 0 | 1);
    onProgress?.((done += rows) / file.rows);
  }
  return collector.end();
}

/**
 * A channel of two voltages, cut in the middle of its range. Rejects with DANT_DATA if it has other than numbers, or values all over
 * its range, which is no signal of two states.
 * @param rateHz Where the file does not say it
 */
export async function readTdmsSync(
  path: string,
  channel: TdmsChannel,
  rateHz: number,
  { signal, onProgress }: SyncReadControl = {},
): Promise<DigitalSignal> {
  let [low, high] = [Infinity, -Infinity];
  const blocks = async (use: (values: Float64Array) => void, from: number) => {
    for (let first = 0; first < channel.length; first += blockValues) {
      if (signal?.aborted) throw abortError(signal);
      use(await channel.readNumbers(first, Math.min(blockValues, channel.length - first)));
      onProgress?.(from + Math.min(1, (first + blockValues) / channel.length) / 2);
    }
  };
  await blocks((values) => {
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }, 0);
  const collector = new ChangeCollector(channel.rateHz ?? rateHz);
  const range = high - low;
  const middle = low + range / 2;
  let undecided = 0;
  await blocks((values) => {
    collector.add(values.length, (i) => {
      const value = values[i]!;
      if (value > low + between.low * range && value < low + between.high * range) undecided++;
      return value > middle ? 1 : 0;
    });
  }, 0.5);
  if (undecided > between.most * channel.length) {
    throw fileError(
      path,
      `${channel.path} takes all values from ${low} to ${high}: expected a sync signal of two voltages. Was its cable in place?`,
    );
  }
  return collector.end();
}

import { fileError } from '../files/file_error.js';
import { toFloat64 } from '../files/convert.js';
import { shapeText } from '../files/npy_header.js';
import type { Waveforms } from '../recording/waveforms.js';
import { runNative, type RunOptions } from '../native/run.js';
import { listed, unitsListed, type Findings } from './findings.js';
import { readNumeric } from './numeric_file.js';

/** Reads (N, C, T) mean waveforms, µV. `channelCount`, where known, tells swapped axes from the right ones. */
export async function readWaveforms(
  path: string,
  channelCount: number | undefined,
  findings: Findings,
  { signal, threads }: RunOptions,
): Promise<Waveforms> {
  const { data, shape, dtype } = await readNumeric(path, signal);
  if (shape.length !== 3) {
    throw fileError(path, `expected shape (units, channels, samples) but found ${shapeText(shape)}.`);
  }
  if (shape.includes(0)) {
    throw fileError(path, `expected at least one unit, channel and sample but found shape ${shapeText(shape)}.`);
  }
  if (channelCount !== undefined && shape[1] !== channelCount && shape[2] === channelCount) {
    throw fileError(
      path,
      `expected shape (units, channels, samples) but found ${shapeText(shape)}, and there are ${channelCount} channels: ` +
        'channels and samples seem to be swapped. Save numpy.swapaxes(waveforms, 1, 2) instead.',
    );
  }
  if (data instanceof Float32Array || data instanceof Float64Array) {
    const waveforms = { data, shape };
    await refuseNonFinite(path, waveforms, { signal, threads });
    return waveforms;
  }
  findings.warnings.push(
    `waveform_all.npy holds integers (type ${dtype}); they are taken as µV. Integers of another unit must be scaled first.`,
  );
  const numbers = data instanceof BigInt64Array || data instanceof BigUint64Array ? toFloat64(path, data) : data;
  return { data: Float32Array.from(numbers), shape };
}

async function refuseNonFinite(path: string, { data, shape }: Waveforms, options: RunOptions): Promise<void> {
  const notFinite = new Uint8Array(shape[0]!);
  await runNative((native, control) => native.findNonFiniteRows({ ...control, values: data, notFinite }), options);
  const units = [...notFinite.keys()].filter((unit) => notFinite[unit] !== 0);
  if (units.length > 0 && units.length === shape[0]) {
    const channels = channelsWithoutValues(data, shape as [number, number, number]);
    if (channels.length > 0 && channels.length < shape[1]!) {
      const [which, are] = channels.length === 1 ? ['Channel', 'is'] : ['Channels', 'are'];
      throw fileError(
        path,
        `${which} ${listed(channels)} ${are} NaN or infinite in every unit (the first channel is number 0). ` +
          'Remove them from waveform_all.npy and from the files of the channels, or fill them with values.',
      );
    }
  }
  if (units.length > 0) {
    const have = units.length === 1 ? 'has' : 'have';
    throw fileError(
      path,
      `${unitsListed(units)} ${have} NaN or infinite samples. Remove these units from all files, or repair their waveforms.`,
    );
  }
}

/** Channels on which every unit has a sample that is not finite. */
function channelsWithoutValues(
  data: Waveforms['data'],
  [units, channels, samples]: [number, number, number],
): number[] {
  const isBad = (unit: number, channel: number) => {
    const start = (unit * channels + channel) * samples;
    return data.subarray(start, start + samples).some((sample) => !Number.isFinite(sample));
  };
  return [...Array(channels).keys()].filter((channel) => {
    for (let unit = 0; unit < units; ++unit) if (!isBad(unit, channel)) return false;
    return true;
  });
}

import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

import { abortError } from '../../errors.js';
import { withOutputErrors } from '../../files/npy_writer.js';
import { Random } from '../../random.js';
import { addSpike, troughSample } from '../field.js';
import { recordedNeurons } from '../plan.js';
import type { Recording } from '../recording.js';
import { stream } from '../streams.js';
import { neuronAndTrain } from '../unit.js';
import { uvPerBit, type RecordingScale } from './spikeglx_files.js';

/** A spike in the recording. */
interface PlacedSpike {
  /** Sample of the template's first one */
  first: number;
  /** (samples, channels), counts */
  template: Float32Array;
  /** Its size, relative to the mean */
  size: number;
}

/** Spikes of a neuron vary by this much in size (standard deviation of the logarithm). */
const sizeChange = 0.07;
/** Slow potentials, as local fields are: a high-pass filter takes them away. */
const slow = { uv: 60, hz: [3, 7.3], wavelengthUm: 2000 };

export interface RenderControl {
  signal?: AbortSignal | undefined;
  onProgress?: (share: number) => void;
  /** The sync word of each row, from 0 on. Default: a square wave of 1 Hz */
  syncWord?: (row: number) => number;
}

/**
 * Writes the raw recording of a session (from 0): spikes of all neurons that are recorded, slow potentials and noise; int16, row
 * after row, the sync channel last. Returns the rows and the SHA-1 of the file.
 */
export async function writeRawSession(
  path: string,
  recording: Recording,
  session: number,
  scale: RecordingScale,
  { signal, onProgress, syncWord }: RenderControl = {},
): Promise<{ rows: number; sha1: string }> {
  const { parameters, probe } = recording;
  const { channels, samples, sampleRateHz, durationS, rawNoiseUv, seed } = parameters;
  const columns = channels + 1;
  const rows = Math.round(durationS * sampleRateHz);
  const blockRows = Math.min(rows, Math.round(sampleRateHz));
  const countUv = uvPerBit(scale);
  // A square wave of 1 Hz, as SpikeGLX's
  const syncOf = syncWord ?? ((row: number) => (row % sampleRateHz < sampleRateHz / 2 ? 64 : 0));
  const spikes = placedSpikes(recording, session, countUv);
  const values = new Float32Array(blockRows * channels);
  const hash = createHash('sha1');
  let nextSpike = 0;
  /** Spikes that reach into the next block */
  let open_: PlacedSpike[] = [];

  const file = await withOutputErrors(path, () => open(path, 'wx'));
  try {
    for (let block = 0; block * blockRows < rows; block++) {
      if (signal?.aborted) throw abortError(signal);
      const begin = block * blockRows;
      const count = Math.min(blockRows, rows - begin);
      values.fill(0);
      new Random(seed, stream.rawNoise, session, block).addNormal(values, rawNoiseUv / countUv);
      addSlow(values, probe.yUm, begin / sampleRateHz, sampleRateHz, slow.uv / countUv);
      while (nextSpike < spikes.length && spikes[nextSpike]!.first < begin + count) open_.push(spikes[nextSpike++]!);
      for (const spike of open_) addTo(values, channels, begin, count, spike, samples);
      open_ = open_.filter(({ first }) => first + samples > begin + count);
      const words = new Int16Array(count * columns);
      for (let row = 0; row < count; row++) {
        for (let c = 0; c < channels; c++) {
          const value = Math.round(values[row * channels + c]!);
          words[row * columns + c] = Math.max(-scale.maxInt, Math.min(scale.maxInt - 1, value));
        }
        words[row * columns + channels] = syncOf(begin + row);
      }
      const bytes = new Uint8Array(words.buffer);
      hash.update(bytes);
      await withOutputErrors(path, () => file.writeFile(bytes));
      onProgress?.((begin + count) / rows);
    }
  } finally {
    await file.close();
  }
  return { rows, sha1: hash.digest('hex').toUpperCase() };
}

/** All spikes of a session, by their time. */
function placedSpikes(recording: Recording, session: number, countUv: number): PlacedSpike[] {
  const { parameters, probe } = recording;
  const { channels, samples, sampleRateHz, seed } = parameters;
  const spikes: PlacedSpike[] = [];
  for (const index of recordedNeurons(recording, session)) {
    const { neuron, train } = neuronAndTrain(recording, index, session);
    const waveform = new Float64Array(channels * samples);
    addSpike(waveform, 1 / countUv, neuron, probe, parameters);
    const template = Float32Array.from(
      waveform,
      (_, i) => waveform[(i % channels) * samples + Math.floor(i / channels)]!,
    );
    const random = new Random(seed, stream.rawAmplitude, index, session);
    for (const timeMs of train) {
      const first = Math.round((timeMs * sampleRateHz) / 1000) - troughSample(samples);
      spikes.push({ first, template, size: random.logNormal(1, sizeChange) });
    }
  }
  return spikes.sort((a, b) => a.first - b.first);
}

/** Adds what of a spike is within the rows begin … begin + count − 1. */
function addTo(
  values: Float32Array,
  channels: number,
  begin: number,
  count: number,
  { first, template, size }: PlacedSpike,
  samples: number,
): void {
  const from = Math.max(0, begin - first);
  const to = Math.min(samples, begin + count - first);
  const offset = (first - begin) * channels;
  for (let i = from * channels; i < to * channels; i++) values[offset + i]! += size * template[i]!;
}

/** Waves that travel along the probe. */
function addSlow(values: Float32Array, yUm: Float64Array, startS: number, sampleRateHz: number, size: number): void {
  const channels = yUm.length;
  const phases = yUm.map((y) => (2 * Math.PI * y) / slow.wavelengthUm);
  const rows = values.length / channels;
  for (const hz of slow.hz) {
    const cosines = phases.map(Math.cos);
    const sines = phases.map(Math.sin);
    for (let row = 0; row < rows; row++) {
      const angle = 2 * Math.PI * hz * (startS + row / sampleRateHz);
      const [sine, cosine] = [size * Math.sin(angle), size * Math.cos(angle)];
      // sin(angle + phase)
      for (let c = 0; c < channels; c++) values[row * channels + c]! += sine * cosines[c]! + cosine * sines[c]!;
    }
  }
}

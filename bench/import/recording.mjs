// A made-up raw recording for the benchmark of the import: noise of a few seconds again and again, spikes at random times.
import { open } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';

import { writeNpy } from '../../dist/files/npy_writer.js';
import { uniform } from '../data.mjs';

export const columns = 385;
export const channels = 384;
export const sampleRateHz = 30_000;
const blockSeconds = 2;

/** Writes samples (rows, 385), and the same as mtscomp does, in chunks of a second. Returns the header of the latter. */
export async function writeRecording(path, compressedPath, seconds) {
  const block = noise(blockSeconds * sampleRateHz);
  const bytes = new Uint8Array(block.buffer);
  const chunks = Array.from({ length: blockSeconds }, (_, second) => compressed(block, second));
  const file = await open(path, 'w');
  const compressedFile = await open(compressedPath, 'w');
  const offsets = [0];
  for (let second = 0; second < seconds; second++) {
    if (second % blockSeconds === 0) await file.write(bytes);
    const chunk = chunks[second % blockSeconds];
    await compressedFile.write(chunk);
    offsets.push(offsets.at(-1) + chunk.length);
  }
  await file.sync();
  await file.close();
  await compressedFile.close();
  return {
    chunk_bounds: offsets.map((_, second) => second * sampleRateHz),
    chunk_offsets: offsets,
    chunk_order: 'F',
    do_spatial_diff: false,
    do_time_diff: true,
    dtype: 'int16',
    n_channels: columns,
  };
}

function noise(rows) {
  const random = uniform(1);
  const drawn = Int16Array.from({ length: 1_000_003 }, () => 6 * (random() + random() + random() - 1.5));
  const samples = new Int16Array(rows * columns);
  for (let row = 0, k = 0, n = 0; row < rows; ++row) {
    const slow = Math.round(17 * Math.sin((2 * Math.PI * 4 * row) / sampleRateHz));
    for (let c = 0; c < columns; ++c, ++k) {
      n = n + 1 === drawn.length ? 0 : n + 1;
      samples[k] = slow + drawn[n];
    }
  }
  return samples;
}

function compressed(block, second) {
  const differences = new Int16Array(sampleRateHz * columns);
  for (let c = 0; c < columns; ++c) {
    for (let row = 0, before = 0; row < sampleRateHz; ++row) {
      const sample = block[(second * sampleRateHz + row) * columns + c];
      differences[c * sampleRateHz + row] = sample - before;
      before = sample;
    }
  }
  return deflateSync(new Uint8Array(differences.buffer));
}

/** Spike times of each unit; also written as .npy for others: samples, and the unit of each. */
export async function writeSpikes(timesPath, unitsPath, units, perUnit, seconds) {
  const random = uniform(2);
  const rows = seconds * sampleRateHz;
  const spikes = Array.from({ length: units }, () =>
    Float64Array.from({ length: perUnit }, () => 1000 + Math.floor((rows - 2000) * random())).sort(),
  );
  const all = spikes.flatMap((times, unit) => Array.from(times, (time) => [time, unit])).sort(([a], [b]) => a - b);
  await writeNpy(timesPath, { data: Float64Array.from(all, ([time]) => time), shape: [all.length] });
  await writeNpy(unitsPath, { data: Float64Array.from(all, ([, unit]) => unit), shape: [all.length] });
  return spikes;
}

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { writeNpy } from '../../lib/files/npy_writer.js';
import { Random } from '../../lib/random.js';

/** A unit of a small session: a spike is a trough of `amplitude` counts on its channel, half of it on those beside. */
export interface SmallUnit {
  id: number;
  channel: number;
  /** Samples */
  spikes: number[];
  amplitude?: number;
}

/** Files of a sorter's folder, with a plain binary of 16 bits (1 µV a count) beside it; returns the session's folder, which is made anew. */
export async function writeSession(
  session: string,
  units: readonly SmallUnit[],
  {
    rows = 30_000,
    channels = 12,
    name = 'raw.dat',
    sorter = 'sorter',
    labels = 'cluster_id\tgroup\n' + units.map(({ id }) => `${id}\tgood\n`).join(''),
    params = '',
    seed = 1,
  } = {},
): Promise<string> {
  const folder = join(session, sorter);
  rmSync(session, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const noise = new Float32Array(rows * channels);
  new Random(seed).addNormal(noise, 5);
  for (const { channel, spikes, amplitude = 200 } of units) {
    for (const spike of spikes) {
      for (const [c, share] of [
        [channel - 1, 0.5],
        [channel, 1],
        [channel + 1, 0.5],
      ] as const) {
        if (c < 0 || c >= channels) continue;
        for (let t = -8; t <= 8; t++) {
          const row = spike + t;
          if (row >= 0 && row < rows) noise[row * channels + c]! -= share * amplitude * Math.exp(-0.5 * (t / 3) ** 2);
        }
      }
    }
  }
  writeFileSync(join(session, name), new Uint8Array(Int16Array.from(noise, Math.round).buffer));
  const all = units
    .flatMap(({ id, spikes }) => spikes.map((spike) => ({ id, spike })))
    .sort((a, b) => a.spike - b.spike);
  const vector = (file: string, data: Int32Array | Float64Array, dtype: string, shape = [data.length]) =>
    writeNpy(join(folder, file), { data, shape, dtype });
  await vector(
    'spike_times.npy',
    Float64Array.from(all, ({ spike }) => spike),
    '<u8',
    [all.length, 1],
  );
  await vector(
    'spike_clusters.npy',
    Int32Array.from(all, ({ id }) => id),
    '<i4',
  );
  await vector(
    'channel_map.npy',
    Int32Array.from({ length: channels }, (_, c) => c),
    '<i4',
  );
  const positions = Float64Array.from({ length: 2 * channels }, (_, i) => (i % 2 === 0 ? 0 : 10 * (i - 1)));
  await vector('channel_positions.npy', positions, '<f8', [channels, 2]);
  writeFileSync(join(folder, 'cluster_group.tsv'), labels);
  writeFileSync(
    join(folder, 'params.py'),
    `dat_path = ['../${name}']\nn_channels_dat = ${channels}\ndtype = 'int16'\noffset = 0\nsample_rate = 30000.\nhp_filtered = False\n${params}`,
  );
  return session;
}

/** Spikes every `every` samples. */
export const regular = (first: number, every: number, end: number) =>
  Array.from({ length: Math.ceil((end - first) / every) }, (_, i) => first + i * every);

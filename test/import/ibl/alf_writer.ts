import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { NdArray } from '../../../lib/arrays.js';
import { writeNpy } from '../../../lib/files/npy_writer.js';
import { writeNpz } from '../../../lib/files/npz_writer.js';

/** What is written into a sorting's folder. */
export interface AlfSorting {
  timesS: Float64Array;
  clusters: Int32Array;
  samples?: Float64Array | undefined;
  /** Of each cluster */
  channels: Int32Array;
  /** Of each cluster; without: computed when loaded */
  labels?: number[];
  /** (channels, 2) */
  localCoordinates: Float64Array;
  rawInd: Int32Array;
  /** (clusters, k, 128) V, the (clusters, k) channels of each, and the number of spikes of each mean */
  templates?: { data: Float32Array; width: number; columns: Int32Array; spikes: number };
}

/** Writes a sorting as the International Brain Laboratory keeps it. */
export async function writeAlf(folder: string, sorting: AlfSorting): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { timesS, clusters, samples, channels, labels, localCoordinates, rawInd, templates } = sorting;
  const write = (name: string, data: NdArray['data'], shape: number[] = [data.length]) =>
    writeNpy(join(folder, `${name}.npy`), { data, shape });
  const count = channels.length;
  const depthOf = (cluster: number) => localCoordinates[2 * channels[cluster]! + 1]!;
  await write('spikes.times', timesS);
  await write('spikes.clusters', clusters);
  await write('spikes.amps', new Float64Array(timesS.length).fill(1e-4));
  await write('spikes.depths', Float32Array.from(clusters, depthOf));
  if (samples) await write('spikes.samples', samples);
  await write('clusters.channels', channels);
  await write(
    'clusters.depths',
    Float64Array.from(channels, (_, cluster) => depthOf(cluster)),
  );
  await write('channels.localCoordinates', localCoordinates, [rawInd.length, 2]);
  await write('channels.rawInd', rawInd);
  if (labels) {
    const lines = labels.map((label, cluster) => `${cluster},${label}`);
    writeFileSync(join(folder, 'clusters.metrics.csv'), ['cluster_id,label', ...lines, ''].join('\n'));
  }
  if (templates) {
    const { data, width, columns, spikes } = templates;
    await write('waveforms.templates', data, [count, width, 128]);
    const rows = Array.from(channels, (channel, cluster) =>
      Array.from({ length: spikes }, () => ({ channel, cluster })),
    ).flat();
    writeFileSync(
      join(folder, 'waveforms.table.csv'),
      ['cluster,peak_channel', ...rows.map(({ channel, cluster }) => `${cluster},${rawInd[channel]}`), ''].join('\n'),
    );
    await writeNpz(join(folder, 'waveforms.channels.npz'), {
      channels: {
        data: Int32Array.from(
          rows.flatMap(({ cluster }) => [...columns.subarray(cluster * width, (cluster + 1) * width)]),
        ),
        shape: [rows.length, width],
      },
    });
  }
}

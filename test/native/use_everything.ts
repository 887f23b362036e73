import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';

import {
  autoCorrelograms,
  centreWaveforms,
  crossCorrelogram,
  gaussianFilter1d,
  hdbscan,
  isiHistograms,
  lda,
  optimalLeafOrder,
  readNpy,
  singleLinkage,
  track,
} from '../../lib/index.js';
import { meanWaveforms } from '../../lib/import/mean_waveforms.js';
import { openMtscomp } from '../../lib/import/mtscomp_source.js';
import { openFlatFile } from '../../lib/import/raw_source.js';
import { condenseDistances } from '../../lib/report/figures/matrix_image.js';
import type { ReportData } from '../../lib/report/report_data.js';
import { noise } from '../numbers.js';

const mini = fileURLToPath(new URL('../fixtures/golden/mini-default/data', import.meta.url));

const table = (rows: number, columns: number) => ({
  data: Float64Array.from({ length: rows * columns }, (_, i) => noise(i)),
  shape: [rows, columns],
});

/** Calls every native function once or more, as users of the package do. */
export async function useEverything(scratch: string): Promise<void> {
  for (const method of ['reference', 'probabilistic'] as const) {
    await track({ data: mini, output: join(scratch, method), settings: { method } });
  }
  await useClustering();
  await useFeatures();
  await averageRecordings(scratch);
  const header = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }".padEnd(117) + '\n';
  const fortran = join(scratch, 'fortran.npy');
  writeFileSync(
    fortran,
    Buffer.concat([Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}`, 'latin1'), Buffer.alloc(48)]),
  );
  await readNpy(fortran);
  // Figures are drawn by a thread of their own.
  const data = { unitCount: 3, leafOrder: Int32Array.of(2, 0, 1), groups: [{}] } as unknown as ReportData;
  condenseDistances(
    data,
    Float64Array.from({ length: 9 }, (_, i) => i % 4),
  );
}

async function useClustering(): Promise<void> {
  const points = table(12, 2);
  const distances = {
    data: Float64Array.from({ length: 144 }, (_, i) => {
      const [a, b] = [Math.floor(i / 12), i % 12];
      return Math.hypot(points.data[2 * a]! - points.data[2 * b]!, points.data[2 * a + 1]! - points.data[2 * b + 1]!);
    }),
    shape: [12, 12],
  };
  await hdbscan({ points });
  await optimalLeafOrder({ linkage: await singleLinkage({ distances }), distances });
  await lda({ rows: points, classes: Array.from({ length: 12 }, (_, i) => i % 2) });
}

async function useFeatures(): Promise<void> {
  const times = (unit: number) => Float64Array.from({ length: 50 }, (_, i) => 20 * i + 5 * noise(i + 50 * unit));
  const trains = { timesMs: Float64Array.of(...times(0), ...times(1)), offsets: Float64Array.of(0, 50, 100) };
  const binning = { windowMs: 50, binWidthMs: 1, gaussianSigmaMs: 0 };
  await centreWaveforms({ data: Float32Array.from(table(2, 60).data), shape: [2, 3, 20] });
  await autoCorrelograms(trains, binning);
  await isiHistograms(trains, binning);
  await crossCorrelogram(times(0), times(1), binning);
  await gaussianFilter1d(table(2, 20), 1);
}

/** A recording of two channels and 4000 samples, plain and compressed. */
async function averageRecordings(scratch: string): Promise<void> {
  const rows = 4000;
  const samples = new Uint8Array(Int16Array.from({ length: 2 * rows }, (_, i) => 200 * noise(i)).buffer);
  const path = (name: string) => join(scratch, name);
  writeFileSync(path('raw.bin'), samples);
  const compressed = deflateSync(samples);
  writeFileSync(path('raw.cbin'), compressed);
  const header = {
    ...{ chunk_bounds: [0, rows], chunk_offsets: [0, compressed.length], chunk_order: 'F' },
    ...{ do_spatial_diff: false, do_time_diff: true, dtype: 'int16', n_channels: 2 },
  };
  writeFileSync(path('raw.ch'), JSON.stringify(header));
  for (const [source, how] of [
    [await openFlatFile(path('raw.bin'), 2, rows), { highPassHz: 300, commonMedian: true }],
    [await openMtscomp(path('raw.cbin'), path('raw.ch')), { highPassHz: 0 }],
  ] as const) {
    await meanWaveforms({
      ...{ source, channels: Int32Array.of(0, 1), uvPerBit: Float64Array.of(2, 2), sampleRateHz: 30_000 },
      spikes: [Float64Array.of(1000, 2000, 3000)],
      ...how,
    });
    await source.close();
  }
}

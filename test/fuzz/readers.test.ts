// Every reader gets files with changed bytes, the same ones each time: it reads them, or says in an error of the package what is
// wrong with them. See fuzz.ts for how many.
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync, deflateSync, crc32 } from 'node:zlib';

import { beforeAll, expect, it } from 'vitest';

import { readStudy } from '../../lib/batch/study_file.js';
import { readMotion } from '../../lib/dataset/motion_file.js';
import { readEvents } from '../../lib/import/events.js';
import { readLabelTable, readLabelTables } from '../../lib/import/labels.js';
import { openMtscomp } from '../../lib/import/mtscomp_source.js';
import { readOpenEphys } from '../../lib/import/open_ephys.js';
import { readRegions } from '../../lib/import/regions.js';
import { readUnitsTable } from '../../lib/import/units_table.js';
import * as library from '../../lib/index.js';
import { loadReportData } from '../../lib/report/load.js';
import { ResultFolder } from '../../lib/results/result_folder.js';
import { count, fuzzedFolder } from './fuzz.js';

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));
const { at, write, fuzz } = fuzzedFolder();

beforeAll(async () => {
  await library.simulate(at('data'), { neurons: 6, sessions: 2, channels: 16, samples: 24, durationS: 10, seed: 2 });
  const outputs = { figures: false, report: false };
  await library.track({ data: at('data'), output: at('result'), settings: { outputs } });
  await library.track({ data: at('data'), output: at('reference'), settings: { method: 'reference', outputs } });
  await library.simulateRaw(at('raw'), { neurons: 4, sessions: 1, channels: 16, durationS: 1, seed: 1 });
  write('settings.json', readFileSync(at('data/settings.json')));
});

it('.npy', async () => {
  await library.writeNpy(at('f8.npy'), { data: Float64Array.of(1, 2.5, NaN, 4, 5, 6), shape: [2, 3] });
  await library.writeNpy(at('i8.npy'), { data: BigInt64Array.of(1n, -2n), shape: [2] });
  await library.writeNpy(at('text.npy'), { data: ['a', 'bcd', 'ä'], shape: [3] });
  const header = "{'descr': '>f4', 'fortran_order': True, 'shape': (2, 3), }".padEnd(117) + '\n';
  const fortran = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}`, 'latin1');
  write('fortran.npy', Buffer.concat([fortran, Buffer.alloc(24)]));
  const paths = ['f8', 'i8', 'text', 'fortran'].map((name) => at(`${name}.npy`));
  await fuzz(
    paths,
    async () => {
      for (const path of paths) await library.readNpy(path);
      await library.readNpy(paths[0]!, { as: 'float64' });
      await library.readNpy(paths[1]!, { as: 'int32' });
    },
    4 * count,
  );
});

/** An archive with one deflated member, as numpy.savez_compressed writes it. */
function deflated(name: string, content: Uint8Array): Buffer {
  const packed = deflateRawSync(content);
  const sizes = Buffer.alloc(12);
  sizes.writeUInt32LE(crc32(content), 0);
  sizes.writeUInt32LE(packed.length, 4);
  sizes.writeUInt32LE(content.length, 8);
  const lengths = Buffer.from([name.length, 0, 0, 0]);
  const common = Buffer.concat([Buffer.from([20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0]), sizes, lengths]);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
  const entry = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, entry, end]);
}

it('.npz', async () => {
  await library.writeNpy(at('in.npy'), { data: Float64Array.from({ length: 40 }, (_, i) => i), shape: [40] });
  write('deflated.npz', deflated('a.npy', readFileSync(at('in.npy'))));
  await library.writeNpz(at('stored.npz'), { a: { data: [1, 2, 3], shape: [3] }, b: { data: ['x'], shape: [1] } });
  const paths = [at('deflated.npz'), at('stored.npz')];
  await fuzz(
    paths,
    async () => {
      for (const path of paths) expect(Object.keys(await library.readNpz(path)).length).toBeGreaterThanOrEqual(0);
    },
    4 * count,
  );
});

it('Parquet', async () => {
  const paths = ['datasets.pqt', 'insertions.pqt'].map((name) =>
    write(name, readFileSync(join(fixtures, 'ibl', name))),
  );
  await fuzz(paths, async () => {
    for (const path of paths) await library.readParquet(path);
  });
});

it('settings, sessions and studies', async () => {
  write(
    'sessions.yaml',
    'sessions:\n  - a\n  - folder: b\n    recording: [c.bin]\n    uv_per_bit: 0.2\n    split_at: [1, 2.5]\n',
  );
  write(
    'study.yaml',
    'output: out\ndefaults:\n  import: { labels: [good], min_spikes: 5 }\n  settings: { n_jobs: 2 }\n' +
      'animals:\n  M1:\n    - probe: imec0\n      sessions: [a, { folder: b }]\n    - probe: imec1\n      data: d\n',
  );
  await fuzz([at('settings.json')], () => library.loadSettings(at('settings.json')), 2 * count);
  await fuzz([at('sessions.yaml')], () => library.readSessionsFile(at('sessions.yaml')), 2 * count);
  await fuzz([at('study.yaml')], () => readStudy(at('study.yaml')), 2 * count);
});

it('tables of labels, events, regions and units', async () => {
  write('labels/cluster_group.tsv', 'cluster_id\tgroup\n0\tgood\n1\tmua\n');
  write('labels/cluster_info.tsv', 'cluster_id\tgroup\tn_spikes\n0\tgood\t12\n1\tmua\t9\n');
  const labels = write('labels.csv', '"cluster_id","bc_unitType"\n0,GOOD\n1,"NOISE"\n');
  const events = write('events.csv', 'event,time_s,condition\nstim,0.1,left\nstim,0.2,right\nreward,0.3,\n');
  await library.writeNpy(at('events.npy'), { data: [0.1, 0.2], shape: [2, 1] });
  const regions = write('regions.csv', 'channel,region\n0,CA1\n1,CA1\n2,DG\n');
  write(
    'units/units.csv',
    'unit,session,folder,cluster_id,label,spikes,averaged_spikes,depth_um\n0,1,/a,3,good,12,12,40\n',
  );
  await fuzz([at('labels/cluster_group.tsv'), at('labels/cluster_info.tsv')], () => readLabelTables(at('labels')));
  await fuzz([labels], () => readLabelTable(labels));
  const recording = { rows: 30_000, sampleRateHz: 30_000 };
  await fuzz([events], () => readEvents(events, 's', recording, []));
  await fuzz([at('events.npy')], () => readEvents(at('events.npy'), 's', recording, []));
  await fuzz([regions], () => readRegions(regions));
  await fuzz([at('units/units.csv')], () => readUnitsTable(at('units')));
});

it('recordings of mtscomp and Open Ephys', async () => {
  const rows = 200;
  const chunk = deflateSync(Buffer.alloc(2 * 2 * rows, 7));
  const ch = {
    algorithm: 'zlib',
    chunk_bounds: [0, rows, 2 * rows],
    chunk_offsets: [0, chunk.length, 2 * chunk.length],
    chunk_order: 'F',
    do_spatial_diff: false,
    do_time_diff: true,
    dtype: 'int16',
    n_channels: 2,
    sample_rate: 30000,
  };
  const paths = [write('a.cbin', Buffer.concat([chunk, chunk])), write('a.ch', JSON.stringify(ch))];
  await fuzz(
    paths,
    async () => {
      const source = await openMtscomp(paths[0]!, paths[1]!);
      try {
        const rows = Math.min(source.rows, 1000);
        const block = { block: new Int16Array(16 * rows), capacity: rows, channels: Int32Array.of(0, 1) };
        await source.read(0, rows, block, 0, {});
      } finally {
        await source.close();
      }
    },
    4 * count,
  );
  const channels = ['CH1', 'CH2', 'ADC1'].map((channel_name) => ({ channel_name, bit_volts: 0.195 }));
  const structure = { continuous: [{ folder_name: 'Probe/', sample_rate: 30000, channels }] };
  const oebin = write('oe/structure.oebin', JSON.stringify(structure));
  const dat = write('oe/continuous/Probe/continuous.dat', Buffer.alloc(600));
  await fuzz([oebin], () => readOpenEphys(dat, oebin), 2 * count);
});

it("a sorter's folder and its SpikeGLX recording", async () => {
  const files = readdirSync(at('raw'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.bin$|truth\.npz$|templates/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  await fuzz(files, async () => {
    rmSync(at('imported'), { recursive: true, force: true });
    await library.importSessions([{ folder: at('raw/D1') }], at('imported'), { minSpikes: 1 });
  });
});

it('a data folder', async () => {
  const files = readdirSync(at('data'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.npy'))
    .map((entry) => join(entry.parentPath, entry.name));
  await fuzz(files, () => library.checkDataset(at('data'), { peth: true, comparesPeths: true }), 2 * count);
  await library.writeNpy(at('motion.npy'), { data: [1, 2], shape: [2, 1] });
  await fuzz([at('motion.npy')], () => readMotion(at('motion.npy'), 2));
});

it.each(['result', 'reference'])('a folder of results (%s)', async (name) => {
  const files = readdirSync(at(name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  await fuzz(
    files,
    async () => {
      await loadReportData(new ResultFolder(at(name)), { dataFolder: at('data') });
      await library.trackedUnits(at(name), at('data'));
      await library.scoreResult(at(name), at('data'));
    },
    2 * count,
  );
});

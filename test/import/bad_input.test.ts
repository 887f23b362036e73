import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { writeNpy } from '../../lib/files/npy_writer.js';
import { recordingOf } from '../../lib/import/find_recording.js';
import { importSessions } from '../../lib/import/import_sessions.js';
import type { ImportOptions, SessionSource } from '../../lib/import/options.js';
import { readUnitsTable } from '../../lib/import/units_table.js';
import { temporaryFolder } from '../cli/folder.js';
import { regular, writeSession } from './write_session.js';

const folder = temporaryFolder();
const units = [5, 6, 7].map((id, k) => ({ id, channel: 2 + 4 * k, spikes: regular(1000 + 130 * k, 500, 29_000) }));
const session = (options: Parameters<typeof writeSession>[2] = {}) =>
  writeSession(join(folder.path, 'day1'), units, options);
let made = 0;
/** Imports a session; what came of it. */
async function imported(day: string, options: ImportOptions = {}, source: Partial<SessionSource> = {}) {
  const data = join(folder.path, `data${++made}`);
  const { warnings } = await importSessions([{ folder: day, uvPerBit: 1, ...source }], data, options);
  const table = (await readUnitsTable(data))!;
  return {
    warnings,
    labels: Object.fromEntries(table.map(({ clusterId, label }) => [clusterId, label])),
    waveforms: readFileSync(join(data, 'waveform_all.npy')),
    data,
  };
}
async function refused(day: string, message: RegExp, options: ImportOptions = {}, source: Partial<SessionSource> = {}) {
  const before = readdirSync(folder.path);
  await expect(
    importSessions([{ folder: day, uvPerBit: 1, ...source }], join(folder.path, 'none'), options),
  ).rejects.toMatchObject({ code: 'DANT_DATA', message: expect.stringMatching(message) as string });
  expect(readdirSync(folder.path)).toEqual(before);
}
const inSorter = (day: string, name: string) => join(day, 'sorter', name);
async function replace(path: string, data: Float64Array | Int32Array, shape: number[], dtype: string) {
  rmSync(path, { force: true });
  await writeNpy(path, { data, shape, dtype });
}

describe('labels', () => {
  const all = ['good', 'mua', 'noise', 'unsorted'];

  it('of merged and split clusters are those that somebody gave, else unsorted, which is told', async () => {
    // 5 = 0 + 1; 6 and 7 from 2; the sorter's table knows the old ids only
    const day = await session({ labels: 'cluster_id\tgroup\n5\tgood\n' });
    writeFileSync(inSorter(day, 'cluster_KSLabel.tsv'), 'cluster_id\tKSLabel\n0\tgood\n1\tgood\n2\tgood\n');
    const { labels, warnings } = await imported(day);
    expect(labels).toEqual({ 5: 'good' });
    expect(warnings).toEqual([
      'Session 1: neither phy nor the sorter has a label for cluster 6 and 7; left out. --labels good,unsorted takes them.',
    ]);
    expect((await imported(day, { labels: all })).labels).toEqual({ 5: 'good', 6: 'unsorted', 7: 'unsorted' });
  });

  it('are the sorter’s where cluster_group.tsv lacks a cluster and cluster_info.tsv has a blank group', async () => {
    const day = await session({ labels: 'cluster_id\tgroup\n5\tmua\n' });
    writeFileSync(
      inSorter(day, 'cluster_info.tsv'),
      'cluster_id\tKSLabel\tch\tgroup\n5\tgood\t2\tmua\n6\tmua\t6\t\n7\tgood\t10\tnan\n',
    );
    writeFileSync(inSorter(day, 'cluster_KSLabel.tsv'), 'cluster_id\tKSLabel\n5\tgood\n6\tmua\n7\tgood\n');
    expect((await imported(day, { labels: all })).labels).toEqual({ 5: 'mua', 6: 'mua', 7: 'good' });
  });

  it('are read from Kilosort 4’s cluster_group.tsv, whose column is KSLabel', async () => {
    const day = await session({ labels: 'cluster_id\tKSLabel\n5\tgood\n6\tmua\n7\tgood\n' });
    expect((await imported(day)).labels).toEqual({ 5: 'good', 7: 'good' });
  });

  it('are read from tables of Windows, with a byte order mark, blank rows and capitals', async () => {
    const day = await session({ labels: '\uFEFFcluster_id\tgroup\r\n5\tGood\r\n\r\n\t\r\n6\tMUA\r\n7\t\r\n' });
    expect((await imported(day, { labels: all })).labels).toEqual({ 5: 'good', 6: 'mua', 7: 'unsorted' });
  });

  it('are read from UTF-16, as Excel and PowerShell write it, and so is params.py', async () => {
    const day = await session();
    const encode = (name: string, text: string) => {
      writeFileSync(inSorter(day, name), Buffer.from(`\uFEFF${text}`, 'utf16le'));
    };
    encode('cluster_group.tsv', 'cluster_id\tgroup\r\n5\tgood\r\n6\tmua\r\n7\tgood\r\n');
    encode('params.py', readFileSync(inSorter(day, 'params.py'), 'utf8'));
    expect((await imported(day)).labels).toEqual({ 5: 'good', 7: 'good' });
    expect(await recordingOf(join(day, 'sorter'))).toHaveLength(1);
  });

  it('are read from the table of old phy', async () => {
    const day = await session();
    renameSync(inSorter(day, 'cluster_group.tsv'), inSorter(day, 'cluster_groups.csv'));
    expect((await imported(day)).labels).toEqual({ 5: 'good', 6: 'good', 7: 'good' });
  });

  it('of a table of one’s own are in the column that is called so', async () => {
    const day = await session();
    const table = join(folder.path, 'bombcell.tsv');
    writeFileSync(table, 'cluster_id\tnPeaks\tbc_unitType\n5\t2\tGOOD\n6\t1\tNON-SOMA\n');
    const { labels, warnings } = await imported(day, { labelTables: [table] });
    expect(labels).toEqual({ 5: 'good' });
    expect(warnings[0]).toMatch(/bombcell\.tsv has no label for cluster 7: unsorted/);
    writeFileSync(inSorter(day, 'mine.csv'), 'id;quality\n6;good\n');
    expect((await imported(day, { labelTables: ['mine.csv'] })).labels).toEqual({ 6: 'good' });
    writeFileSync(table, 'cluster_id,nPeaks,snr\n5,2,3\n');
    await refused(day, /bombcell\.tsv: which column holds the labels\? Call it label\. The table has nPeaks and snr/, {
      labelTables: [table],
    });
    writeFileSync(table, 'cluster_id\n5\n');
    await refused(day, /expected a column with labels beside the ids/, { labelTables: [table] });
    writeFileSync(table, 'cluster_id,label\n50,good\n');
    await refused(day, /has a label for none of the clusters\. Is it of another session\?/, { labelTables: [table] });
    await refused(day, /--label-table .*gone\.csv: there is no such file/, {
      labelTables: [join(folder.path, 'gone.csv')],
    });
  });
});

describe('what is not needed', () => {
  it('is not read: pickles, templates of any length or with NaN, template ids beyond their table', async () => {
    const day = await session();
    const { waveforms } = await imported(day);
    writeFileSync(inSorter(day, 'ops.npy'), 'cos\nsystem\n(S"touch /tmp/owned"\ntR.');
    await replace(inSorter(day, 'templates.npy'), new Float64Array(2 * 82 * 12).fill(NaN), [2, 82, 12], '<f4');
    const ids = await readNpy(inSorter(day, 'spike_clusters.npy'), { as: 'int32' });
    await replace(
      inSorter(day, 'spike_templates.npy'),
      ids.data.map((id) => 1000 + id),
      ids.shape as number[],
      '<i4',
    );
    expect((await imported(day)).waveforms).toEqual(waveforms);
    rmSync(inSorter(day, 'spike_clusters.npy'));
    expect((await imported(day, { labels: ['unsorted'] })).labels).toEqual({
      1005: 'unsorted',
      1006: 'unsorted',
      1007: 'unsorted',
    });
  });
});

describe('spike times', () => {
  it('are the same as uint64 (n, 1) and as int64 (n)', async () => {
    const day = await session();
    const { waveforms } = await imported(day);
    const path = inSorter(day, 'spike_times.npy');
    const times = await readNpy(path, { as: 'float64' });
    expect(times.shape[1]).toBe(1);
    await replace(path, times.data, [times.data.length], '<i8');
    expect((await imported(day)).waveforms).toEqual(waveforms);
  });

  it('that look like ms are told, none at all and negative ones refused', async () => {
    const day = await session();
    const path = inSorter(day, 'spike_times.npy');
    const times = await readNpy(path, { as: 'float64' });
    await replace(
      path,
      times.data.map((time) => 700 + Math.floor(time / 30)),
      [times.data.length],
      '<i8',
    );
    const { warnings } = await imported(day, { spikesPerUnit: 5 });
    expect(warnings).toEqual([]);
    const long = await session({ rows: 60_000 });
    await replace(
      path,
      times.data.map((time) => 700 + Math.floor(time / 30)),
      [times.data.length],
      '<i8',
    );
    expect((await imported(long)).warnings).toEqual([
      expect.stringMatching(/all spikes are within the first 16\d\d of 60000 samples\. Are the times .* in ms/),
    ]);
    await replace(
      path,
      times.data.map((time) => -time),
      [times.data.length],
      '<i8',
    );
    await refused(day, /spike_times\.npy: (\d+) of \1 spikes are beyond/);
    await replace(path, new Float64Array(), [0], '<i8');
    await replace(inSorter(day, 'spike_clusters.npy'), new Int32Array(), [0], '<i4');
    await refused(day, /spike_times\.npy: there are no spikes/);
  });
});

describe('the recording', () => {
  it('is found by the name that params.py has of another machine or system', async () => {
    const day = await session({ params: "dat_path = r'E:\\data\\old\\raw.dat'\n" });
    const { warnings } = await imported(day);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^Session 1: params\.py names a recording that is not there; .*day1\/raw\.dat has its name/,
      ),
    ]);
    const stale = await session({ params: "dat_path = ['/mnt/gone/raw.dat']\n" });
    expect((await imported(stale)).warnings.length).toBe(1);
    rmSync(join(stale, 'raw.dat'));
    await refused(stale, /there is no raw recording: \/mnt\/gone\/raw\.dat/);
  });

  it('must be of 16-bit integers, and params.py must be there', async () => {
    const day = await session({ params: "dtype = 'float64'\n" });
    await refused(day, /raw\.dat: holds samples of type float64 \(params\.py\); expected int16/);
    rmSync(inSorter(day, 'params.py'));
    await refused(day, /^Session 1: .*params\.py: there is no such file\. Kilosort writes it .* sample_rate/);
    await refused(join(folder.path, 'day9'), /^Session 1: .*day9: there is no such folder/);
  });

  it('of a probe that nobody knows has the sorter’s sites, which is told', async () => {
    const day = await session();
    renameSync(join(day, 'raw.dat'), join(day, 'x_t0.imec0.ap.bin'));
    const meta =
      'nSavedChans=12\nsnsApLfSy=12,0,0\nimSampRate=30000\nimAiRangeMax=0.5\nimMaxInt=8192\nimDatPrb_type=7777\n';
    writeFileSync(join(day, 'x_t0.imec0.ap.meta'), meta);
    await refused(day, /gain of a probe of type 7777 is not known.*Add the line imChan0apGain/);
    writeFileSync(
      join(day, 'x_t0.imec0.ap.meta'),
      `${meta}imChan0apGain=80\n~snsShankMap=(1,2,2)${'(0:0:0:1)'.repeat(12)}\n`,
    );
    expect((await imported(day)).warnings).toContainEqual(
      expect.stringMatching(
        /does not say where the sites of its probe \(type 7777\) are; they are taken from .*channel_positions/,
      ),
    );
  });
});

describe('channels', () => {
  it('must fit the recording and each other', async () => {
    const day = await session();
    const map = (list: number[]) =>
      replace(inSorter(day, 'channel_map.npy'), Int32Array.from(list), [list.length, 1], '<i4');
    const columns = Array.from({ length: 12 }, (_, c) => c);
    await map(columns.with(3, 12));
    await refused(day, /channel_map\.npy: names column 12 of the recording, but params\.py says that it has 12/);
    await map(columns.with(3, 4));
    await refused(day, /names a column of the recording twice/);
    await map(columns.slice(1));
    await refused(day, /channel_positions\.npy: expected a position for each of the 11 channels but found 12/);
    await map(columns);
    await replace(inSorter(day, 'channel_shanks.npy'), new Float64Array(3), [3], '<f8');
    await refused(day, /channel_shanks\.npy: expected a shank for each of the 12 channels but found 3/);
  });

  it('are on four shanks if they are 250 µm apart, although the sorter calls every shank 0', async () => {
    const day = await session();
    await replace(inSorter(day, 'channel_shanks.npy'), new Float64Array(12), [12, 1], '<f8');
    const positions = Float64Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? 250 * Math.floor(i / 6) : 15 * i));
    await replace(inSorter(day, 'channel_positions.npy'), positions, [12, 2], '<f8');
    const { data } = await imported(day);
    const shanks = await readNpy(join(data, 'channel_shanks.npy'), { as: 'int32' });
    expect([...shanks.data]).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
  });
});

describe('two recordings side by side', () => {
  it('are told apart by what params.py names', async () => {
    const day = await session({ name: 'probe0_t0.imec0.ap.bin' });
    const scale = 'imSampRate=30000\nimAiRangeMax=0.6\nimChan0apGain=500\nimMaxInt=512\nimDatPrb_type=9\n';
    const meta = `nSavedChans=12\nsnsApLfSy=12,0,0\n${scale}`;
    writeFileSync(join(day, 'probe0_t0.imec0.ap.meta'), meta);
    const { waveforms } = await imported(day);
    mkdirSync(join(day, 'other'));
    writeFileSync(join(day, 'other/probe1_t0.imec1.ap.bin'), Buffer.alloc(24 * 30_000));
    writeFileSync(join(day, 'other/probe1_t0.imec1.ap.meta'), meta);
    expect((await imported(day)).waveforms).toEqual(waveforms);
  });
});

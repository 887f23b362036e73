import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { writeNpy } from '../../lib/files/npy_writer.js';
import { importSessions } from '../../lib/import/import_sessions.js';
import { readLabelTable } from '../../lib/import/labels.js';
import { readUnitsTable } from '../../lib/import/units_table.js';
import { temporaryFolder } from '../cli/folder.js';
import { copyOf } from './fixtures.js';

// Folders of real sorters, without their recordings: noise takes their place.
const fixtures = fileURLToPath(new URL('../../../shared/fixtures', import.meta.url));
const phyTemplate = join(fixtures, 'phy-template');
const fiveDays = join(fixtures, 'ks25-five-days');
const folder = temporaryFolder();

function writeRecording(session: string, columns: number, rows: number, sampleRateHz: number): void {
  const samples = Int16Array.from({ length: columns * rows }, (_, i) => ((i * 7919) % 41) - 20);
  writeFileSync(join(session, 'raw.dat'), new Uint8Array(samples.buffer));
  const params = `dat_path = 'raw.dat'\nn_channels_dat = ${columns}\ndtype = 'int16'\noffset = 0\nsample_rate = ${sampleRateHz}\nhp_filtered = True\n`;
  writeFileSync(join(session, 'params.py'), params);
}

describe.skipIf(!existsSync(phyTemplate))('phy-template', () => {
  it('is imported with all spikes of its clusters, of which phy judged one', async () => {
    const session = copyOf(phyTemplate, join(folder.path, 'session'));
    const data = join(folder.path, 'data');
    const sources = [{ folder: session, uvPerBit: 0.5 }];
    await expect(importSessions(sources, data)).rejects.toThrow(/params\.py: there is no such file.*sample_rate/);
    writeRecording(session, 32, 300_000, 25_000);
    // Cluster 4 has 6 spikes.
    await expect(importSessions(sources, data)).rejects.toThrow(
      /no unit is left: the clusters are 61 unsorted, 1 good, and those that are good with at least 10 spikes/,
    );
    const { warnings } = await importSessions(sources, data, { minSpikes: 1 });
    expect(warnings).toEqual([
      expect.stringMatching(/neither phy nor the sorter has a label for cluster 0, 1, 2, 3, 5 and 56 more/),
    ]);
    expect((await readUnitsTable(data))!.map(({ clusterId, label }) => [clusterId, label])).toEqual([[4, 'good']]);

    const all = `${data}-all`;
    const { units, channels } = await importSessions(sources, all, { minSpikes: 1, labels: ['good', 'unsorted'] });
    const times = await readNpy(join(phyTemplate, 'spike_times.npy'), { as: 'float64' });
    const clusters = await readNpy(join(phyTemplate, 'spike_clusters.npy'), { as: 'int32' });
    expect({ units, channels }).toEqual({ units: new Set(clusters.data).size, channels: 32 });
    for (const [k, { clusterId }] of (await readUnitsTable(all))!.entries()) {
      const { data: found } = await readNpy(join(all, `spike_times/Unit${k}.npy`), { as: 'float64' });
      const own = [...times.data].filter((_, i) => clusters.data[i] === clusterId);
      expect([...found]).toEqual(own.map((sample) => (1000 * sample) / 25_000));
    }
    const shanks = await readNpy(join(all, 'channel_shanks.npy'), { as: 'int32' });
    const own = await readNpy(join(phyTemplate, 'channel_shanks.npy'), { as: 'int32' });
    expect([...shanks.data]).toEqual([...own.data]);
  });
});

const bombcell = join(fixtures, 'bombcell/data/ks_bombcell/cluster_bc_unitType.tsv');
it.skipIf(!existsSync(bombcell))('Bombcell’s table of labels is read', async () => {
  expect([...(await readLabelTable(bombcell))].slice(0, 3)).toEqual([
    [0, 'good'],
    [2, 'mua'],
    [3, 'good'],
  ]);
});

describe.skipIf(!existsSync(fiveDays))('ks25-five-days', () => {
  /** Two spikes of each cluster that has a label. */
  const makeDay = async (day: number) => {
    const session = copyOf(join(fiveDays, `D${day}`), join(folder.path, `D${day}`));
    const lines = readFileSync(join(session, 'cluster_KSLabel.tsv'), 'utf8').trim().split(/\r?\n/).slice(1);
    const ids = lines.map((line) => Number(line.split('\t')[0]));
    writeRecording(session, 95, 5000, 30_000);
    const spikes = ids.flatMap((id, k) => [1000 + k, 3000 + k].map((sample) => ({ id, sample })));
    spikes.sort((a, b) => a.sample - b.sample);
    const column = (values: number[], dtype: string) => ({
      data: Float64Array.from(values),
      shape: [values.length, 1],
      dtype,
    });
    await writeNpy(
      join(session, 'spike_times.npy'),
      column(
        spikes.map(({ sample }) => sample),
        '<u8',
      ),
    );
    await writeNpy(
      join(session, 'spike_clusters.npy'),
      column(
        spikes.map(({ id }) => id),
        '<u4',
      ),
    );
    const good = lines.filter((line) => line.endsWith('good')).map((line) => Number(line.split('\t')[0]));
    return { source: { folder: session, uvPerBit: 1 }, good };
  };

  it('share their 95 channels, and their good units are imported', async () => {
    const days = await Promise.all([1, 2, 3, 4, 5].map(makeDay));
    const sources = days.map(({ source }) => source);
    const data = join(folder.path, 'data');
    const summary = await importSessions(sources, data, { minSpikes: 1 });
    expect(summary).toMatchObject({ channels: 95, warnings: [] });
    expect(summary.unitsPerSession).toEqual(days.map(({ good }) => good.length));
    const table = (await readUnitsTable(data))!;
    for (const [d, { good }] of days.entries()) {
      expect(table.filter(({ session }) => session === d + 1).map(({ clusterId }) => clusterId)).toEqual(good);
    }
    // The file is in Fortran order.
    const positions = await readNpy(join(fiveDays, 'D1/channel_positions.npy'), { as: 'float64' });
    const locations = await readNpy(join(data, 'channel_locations.npy'), { as: 'float64' });
    expect([...locations.data]).toEqual([...positions.data]);
    expect(new Set(positions.data.filter((_, i) => i % 2 === 0)).size).toBeLessThan(5);
    // A table of metrics has no labels.
    await expect(importSessions(sources, `${data}2`, { minSpikes: 1, labelTables: ['metrics.csv'] })).rejects.toThrow(
      /Session 1: .*metrics\.csv: which column holds the labels\? Call it label\. The table has firing_rate, presence_ratio/,
    );
  });
});

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { loadDataset } from '../../lib/dataset/load.js';
import { importSessions } from '../../lib/import/import_sessions.js';
import { readRegions, regionsOfSites } from '../../lib/import/regions.js';
import { temporaryFolder } from '../cli/folder.js';
import { regular, writeSession } from './write_session.js';

const folder = temporaryFolder();
const written = (text: string) => {
  const path = join(folder.path, 'regions.csv');
  writeFileSync(path, text);
  return path;
};
const unitsAt = (...channels: number[]) =>
  channels.map((channel, id) => ({ id, channel, spikes: regular(1000 + 150 * id, 500, 29_000) }));
const days = async (...channels: number[][]) =>
  Promise.all(
    channels.map(async (list, day) => ({
      folder: await writeSession(join(folder.path, `day${day + 1}`), unitsAt(...list), { seed: day }),
      uvPerBit: 1,
    })),
  );
const clusters = (data: string) =>
  readFileSync(join(data, 'units.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').slice(1, 4));

describe('regions', () => {
  it('are read by channel, by range of channels and by depth, on a shank', async () => {
    const sites = [0, 1, 2, 3].map((i) => ({ shank: i >> 1, x: 0, y: 100 * i }));
    const columns = [[4], [5], [6], [7]];
    const of = async (text: string, probe?: string) =>
      regionsOfSites(await readRegions(written(text)), sites, columns, probe);
    expect(await of('channel,region\n4,V1\n5,V1\n7,CA1\n')).toEqual(['V1', 'V1', undefined, 'CA1']);
    expect(await of('first_channel;last_channel;region\n4;6;V1\n')).toEqual(['V1', 'V1', 'V1', undefined]);
    expect(await of('region\tdepth_from_um\tdepth_to_um\tshank\r\nV1\t0\t100\t\r\nM1\t100\t400\t1\r\n')).toEqual([
      'V1',
      undefined,
      'M1',
      'M1',
    ]);
    const probes = 'probe,channel,region\nimec0,4,V1\nimec1,4,CA1\n';
    expect(await of(probes, 'imec1')).toEqual(['CA1', undefined, undefined, undefined]);
    await expect(of('channel,place\n1,V1\n')).rejects.toThrow(
      /expected the columns region, and channel.*found channel, place/,
    );
    await expect(of('channel,region\nx,V1\n')).rejects.toThrow(/line 2: expected a number for channel but found "x"/);
    await expect(of('depth_from_um,depth_to_um,region\n5,5,V1\n')).rejects.toThrow(
      /line 2: expected a range from less to more/,
    );
    await expect(of('depth_from_um,depth_to_um,region\n0,201,V1\n200,300,M1\n')).rejects.toThrow(
      /lines 2 \(V1\) and 3 \(M1\) both hold the site at a depth of 200 µm\. Give each depth one region/,
    );
    await expect(of('channel,region\n')).rejects.toThrow(/there are no regions/);
  });

  it('become data folders of their own, each with the units that peak there', async () => {
    const sources = await days([1, 4, 9], [1, 9], [1, 10]);
    const table = written('depth_from_um,depth_to_um,region\n0,50,CA1/2\n160,300,DG\n');
    const data = join(folder.path, 'data');
    const { warnings, dataSets, units } = await importSessions(sources, data, { regionTable: table });
    expect(units).toBe(6);
    expect(dataSets.map(({ name, folder: path, unitsPerSession }) => [name, path, unitsPerSession])).toEqual([
      ['CA1-2', join(data, 'CA1-2'), [1, 1, 1]],
      ['DG', join(data, 'DG'), [1, 1, 1]],
    ]);
    expect(warnings).toEqual([
      expect.stringMatching(/regions\.csv gives no region to the sites of 1 unit, which was left out/),
    ]);
    expect(readdirSync(data).sort()).toEqual(['CA1-2', 'DG']);
    expect(clusters(join(data, 'DG')).map(([session, , id]) => [session, id])).toEqual([
      ['1', '2'],
      ['2', '1'],
      ['3', '1'],
    ]);
    expect((await loadDataset(join(data, 'DG'))).sessionCount).toBe(3);
  });

  it('number their sessions anew where one has no unit there, and say so', async () => {
    const sources = await days([1, 9], [1], [2, 10]);
    const data = join(folder.path, 'data');
    const { warnings } = await importSessions(sources, data, {
      regionTable: written('channel,region\n1,A\n2,A\n9,B\n10,B\n5,C\n'),
    });
    expect(warnings).toEqual([
      'Region B has no unit in session 2; its other sessions are numbered 1 to 2 (units.csv names their folders).',
      'Region C has no unit in session 1, 2 and 3 and makes no data set.',
    ]);
    expect(existsSync(join(data, 'C'))).toBe(false);
    expect(clusters(join(data, 'B')).map(([session, path]) => [session, path])).toEqual([
      ['1', join(folder.path, 'day1/sorter')],
      ['2', join(folder.path, 'day3/sorter')],
    ]);
    expect((await loadDataset(join(data, 'B'))).sessionCount).toBe(2);
  });

  it('are refused where no unit or site is in any, or two have one folder', async () => {
    const sources = await days([1]);
    const refused = (table: string, message: RegExp) =>
      expect(importSessions(sources, join(folder.path, 'data'), { regionTable: written(table) })).rejects.toThrow(
        message,
      );
    await refused('channel,region\n100,A\n', /none of the 12 sites is in any of the regions/);
    await refused('channel,region\n7,A\n', /no unit is in any of the regions/);
    await refused('channel,region\n1,A/B\n2,A:B\n', /A\/B and A:B would both be written to A-B/);
    expect(readdirSync(folder.path).sort()).toEqual(['day1', 'regions.csv']);
  });
});

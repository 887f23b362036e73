import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readOpenEphysProbe } from '../../lib/import/open_ephys_settings.js';
import { parsePhyParams } from '../../lib/import/params_py.js';
import { selectSpikes } from '../../lib/import/select_spikes.js';
import { interpolation, sharedSites, shanksByPosition } from '../../lib/import/sites.js';
import { parseSpikeGlxMeta } from '../../lib/import/spikeglx_meta.js';
import { parseClusterTable } from '../../lib/import/tables.js';
import { temporaryFolder } from '../cli/folder.js';

const imro = (gain: (c: number) => number) =>
  `~imroTbl=(0,384)${Array.from({ length: 384 }, (_, c) => `(${c} 0 0 ${gain(c)} 250 1)`).join('')}`;
const meta = (...lines: string[]) =>
  parseSpikeGlxMeta('x.ap.meta', ['imSampRate=29999.977', 'imAiRangeMax=0.6', ...lines].join('\n'));

describe('parseSpikeGlxMeta', () => {
  it('scales a Neuropixels 1.0 probe by the gains of the channels that were saved', () => {
    const { columns, neuralColumns, uvPerBit, sampleRateHz } = meta(
      'nSavedChans=4',
      'snsApLfSy=3,0,1',
      'snsSaveChanSubset=0,198:199,768',
      'userNotes=a=b',
      imro((c) => (c === 199 ? 250 : 500)),
    );
    expect({ columns, neuralColumns, sampleRateHz }).toEqual({ columns: 4, neuralColumns: 3, sampleRateHz: 29999.977 });
    expect([...uvPerBit]).toEqual([2.34375, 2.34375, 4.6875]);
  });

  it('scales a Neuropixels 2.0 probe: 0.763 µV a count', () => {
    const { uvPerBit } = parseSpikeGlxMeta(
      'x.ap.meta',
      'imSampRate=30000\nimAiRangeMax=0.5\nimMaxInt=8192\nimDatPrb_type=24\nnSavedChans=3\nsnsApLfSy=2,0,1\n' +
        'snsSaveChanSubset=0:1,384\n~imroTbl=(24,384)(0 0 0 0 0)(1 0 0 0 1)\n',
    );
    expect(uvPerBit[0]).toBeCloseTo(0.76294, 5);
  });

  it('takes the first 200 channels of a full ~imroTbl where only they were saved', () => {
    const { uvPerBit, columns, neuralColumns } = meta(
      'imDatPrb_type=0',
      'nSavedChans=201',
      'snsApLfSy=200,0,1',
      'snsSaveChanSubset=0:199,768',
      imro((c) => (c < 200 ? 500 : 250)),
    );
    expect({ columns, neuralColumns }).toEqual({ columns: 201, neuralColumns: 200 });
    expect([...new Set(uvPerBit)]).toEqual([2.34375]);
  });

  it('finds the same sites in snsGeomMap and in snsShankMap', () => {
    const common = ['imDatPrb_type=2013', 'imDatPrb_pn=NP2013', 'nSavedChans=5', 'snsApLfSy=4,0,1', 'imMaxInt=2048'];
    const geom = meta(...common, '~snsGeomMap=(NP2013,4,250,70)(0:27:0:1)(0:59:15:1)(3:27:30:1)(3:59:30:0)');
    const shank = meta(...common, '~snsShankMap=(4,2,640)(0:0:0:1)(0:1:1:1)(3:0:2:1)(3:1:2:0)');
    expect(geom.sites).toEqual(shank.sites);
    expect(geom.sites![2]).toEqual({ shank: 3, x: 777, y: 30 });
    const np1 = meta(
      'nSavedChans=5',
      'snsApLfSy=4,0,1',
      imro(() => 500),
      '~snsShankMap=(1,2,480)(0:0:0:1)(0:1:0:1)(0:0:1:1)(0:1:1:1)',
    );
    expect(np1.sites!.map(({ x, y }) => [x, y])).toEqual([
      [27, 0],
      [59, 0],
      [11, 20],
      [43, 20],
    ]);
  });

  it('goes by the part number where a type has two layouts', () => {
    const { sites } = meta(
      'imDatPrb_type=1030',
      'imDatPrb_pn=NP1032',
      'nSavedChans=1',
      'snsApLfSy=1,0,0',
      imro(() => 500),
      '~snsShankMap=(1,2,4416)(0:1:1:1)',
    );
    expect(sites).toEqual([{ shank: 0, x: 114, y: 20 }]);
  });

  it('knows what CatGT has filtered', () => {
    const common = ['nSavedChans=1', 'snsApLfSy=1,0,0', imro(() => 500)];
    expect(meta(...common).isFiltered).toBe(false);
    expect(meta(...common, 'catGTCmdline0=<CatGT -dir=x -run=y -apfilter=butter,12,300,9000>').isFiltered).toBe(true);
  });

  it('refuses what does not add up', () => {
    expect(() =>
      meta(
        'nSavedChans=3',
        'snsApLfSy=2,0,1',
        'snsSaveChanSubset=0:4',
        imro(() => 500),
      ),
    ).toThrow(/names 5 channels but nSavedChans is 3/);
    expect(() =>
      meta(
        'nSavedChans=385',
        'snsApLfSy=0,384,1',
        imro(() => 500),
      ),
    ).toThrow(/Use the \.ap\.meta/);
    expect(() => meta('nSavedChans=2', 'snsApLfSy=2,0,0', 'imDatPrb_type=7777')).toThrow(/imChan0apGain/);
    expect(() => parseSpikeGlxMeta('x.meta', 'a=b')).toThrow(/x\.meta: there is no nSavedChans/);
  });
});

describe('readOpenEphysProbe', () => {
  const folder = temporaryFolder();
  const settings = (probes: string, version = '0.6.4') => {
    const recording = join(folder.path, 'Record Node 101/experiment1/recording1');
    mkdirSync(recording, { recursive: true });
    const xml = `<?xml version="1.0"?>\n<SETTINGS><INFO><VERSION>${version}</VERSION></INFO>${probes}</SETTINGS>`;
    writeFileSync(join(folder.path, 'Record Node 101/settings.xml'), xml);
    return join(recording, 'structure.oebin');
  };
  // As XML writers order names: CH0, CH1, CH10, CH11, CH2
  const order = [...Array(12).keys()].map(String).sort();
  const list = (value: (c: number) => number | string) => order.map((c) => `CH${c}="${value(Number(c))}"`).join(' ');
  const probe = (name: string, shift = 0) =>
    `<NP_PROBE slot="2" probe_serial_number="19108310${shift}" probe_part_number="NP2013" custom_probe_name='${name}'>
       <CHANNELS ${list((c) => `0:${c % 4}`)}/>
       <ELECTRODE_XPOS ${list((c) => 27 + 250 * (c % 4) + shift)}/><ELECTRODE_YPOS ${list((c) => 15 * c)}/></NP_PROBE>`;
  const names = Array.from({ length: 12 }, (_, c) => `CH${11 - c}`);

  it('finds the sites by the names of the channels, whatever their order', async () => {
    const found = await readOpenEphysProbe(settings(probe('ProbeA')), 'Neuropix-PXI-100.ProbeA-AP', names);
    expect(found).toMatchObject({ part: 'NP2013', serialNumber: '191083100' });
    expect(found!.sites![0]).toEqual({ shank: 3, x: 777, y: 165 });
    expect(found!.sites![10]).toEqual({ shank: 1, x: 277, y: 15 });
  });

  it('finds the probe of the stream among several, and says nothing that is not certain', async () => {
    const two = settings(probe('ProbeA') + probe('ProbeB', 5));
    expect(await readOpenEphysProbe(two, 'x.ProbeB-AP', names)).toMatchObject({ serialNumber: '191083105' });
    expect(await readOpenEphysProbe(two, 'x.ProbeC-AP', names)).toBeUndefined();
    expect((await readOpenEphysProbe(two, 'x.ProbeA-AP', ['CH0', 'CH12']))!.sites).toBeUndefined();
    expect((await readOpenEphysProbe(two, 'x.ProbeA-AP', ['AP1', 'AP2']))!.sites).toBeUndefined();
    const old = settings(probe('ProbeA'), '0.5.5');
    expect((await readOpenEphysProbe(old, 'x.ProbeA-AP', names))!.sites).toBeUndefined();
    expect(await readOpenEphysProbe(join(folder.path, 'a/b/c/structure.oebin'), 'x', names)).toBeUndefined();
  });
});

describe('parsePhyParams', () => {
  it('reads what Kilosort and phy write', () => {
    expect(
      parsePhyParams(
        'params.py',
        "dat_path = r'E:\\data\\x.ap.bin'\nn_channels_dat = 385\ndtype = 'int16'\noffset = 0\nsample_rate = 30000.\nhp_filtered = False",
      ),
    ).toEqual({
      datPaths: ['E:\\data\\x.ap.bin'],
      columns: 385,
      dtype: 'int16',
      offsetBytes: 0,
      sampleRateHz: 30000,
      isFiltered: false,
    });
    const four =
      'n_channels_dat = 385\r\nsample_rate = 3e4\r\nhp_filtered=True\r\ndat_path = [\r\n \'a.bin\', # first\r\n "b.bin",\r\n]\r\nimport os\r\n';
    expect(parsePhyParams('params.py', four)).toMatchObject({
      datPaths: ['a.bin', 'b.bin'],
      isFiltered: true,
      sampleRateHz: 30000,
    });
  });

  it.each(["''", '[]', '""'])('takes dat_path = %s for none', (text) => {
    expect(parsePhyParams('params.py', `dat_path = ${text}\nsample_rate = 25000`).datPaths).toEqual([]);
  });

  it('executes nothing', () => {
    expect(() => parsePhyParams('p/params.py', "dat_path = open('x')\nsample_rate = 1")).toThrow(/neither a text/);
    expect(() => parsePhyParams('p/params.py', 'a = 1')).toThrow(/no sample_rate/);
  });
});

describe('parseClusterTable', () => {
  it('reads Windows line ends, a byte order mark, blank rows and both names of the id', () => {
    const { columns, rows } = parseClusterTable('t.tsv', '\uFEFFcluster_id\tgroup\r\n0\tgood\r\n\r\n\t\r\n12\t\r\n');
    expect(columns).toEqual(['group']);
    expect([...rows]).toEqual([
      [0, { cluster_id: '0', group: 'good' }],
      [12, { cluster_id: '12', group: '' }],
    ]);
    expect(parseClusterTable('t.csv', 'id,label\n3,"a, b"\n').rows.get(3)).toEqual({ id: '3', label: 'a, b' });
  });

  it('names the file of a table that is none', () => {
    expect(() => parseClusterTable('t.tsv', 'a\tb\n1\t2\n')).toThrow(/t\.tsv: expected a column cluster_id/);
    expect(() => parseClusterTable('t.tsv', 'cluster_id\tb\nx\t2\n')).toThrow(/found "x"/);
  });
});

describe('sites', () => {
  const at = (shank: number, x: number, y: number) => ({ shank, x, y });

  it('are matched by shank and position, not by index', () => {
    const { sites, indices } = sharedSites(
      [
        [at(0, 0, 0), at(0, 0, 20), at(1, 0, 0)],
        [at(1, 0, 0), at(0, 0.2, 20), at(0, 32, 0)],
      ],
      0.1,
    );
    expect(sites).toEqual([at(0, 0, 20), at(1, 0, 0)]);
    expect(indices.map((list) => [...list])).toEqual([
      [1, 2],
      [1, 0],
    ]);
  });

  it('are kept where a session lacks one in ten, and interpolated from those around', () => {
    const column = Array.from({ length: 40 }, (_, i) => at(0, 0, 20 * i));
    const without = (...missing: number[]) => column.filter((_, i) => !missing.includes(i));
    const { sites, indices } = sharedSites([column, without(10), without(0, 20, 30)], 0.1);
    expect(sites).toEqual(column);
    expect([indices[1]![10], indices[1]![11], indices[2]![20]]).toEqual([-1, 10, -1]);
    expect(sharedSites([column, without(0, 10, 20, 30)], 0.1).sites).toEqual(without(0, 10, 20, 30));
    expect(sharedSites([column, without(10)], 0).sites).toEqual(without(10));
    const [{ site, from }] = interpolation(sites, indices[1]!) as [ReturnType<typeof interpolation>[number]];
    expect(site).toBe(10);
    expect(from.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(from.find((other) => other.site === 9)!.weight).toBeCloseTo(
      from.find((other) => other.site === 11)!.weight,
      12,
    );
    expect(from.every((other) => Math.abs(other.site - 10) < 6)).toBe(true);
  });

  it('are on different shanks where there are gaps', () => {
    expect(shanksByPosition([0, 32, 250, 282, 750, 500])).toEqual([0, 0, 1, 1, 3, 2]);
    expect(shanksByPosition([11, 27, 43, 59])).toEqual([0, 0, 0, 0]);
  });
});

describe('selectSpikes', () => {
  it('draws one spike of each part of the session, the same ones for the same seed', () => {
    const spikes = Float64Array.from({ length: 1003 }, (_, i) => 10 * i);
    const drawn = selectSpikes(spikes, 100, [1, 2, 3]);
    expect(drawn.length).toBe(100);
    drawn.forEach((spike, part) => {
      expect(Math.abs(spike / 10 - (part + 0.5) * 10.03)).toBeLessThan(6.1);
    });
    expect(selectSpikes(spikes, 100, [1, 2, 3])).toEqual(drawn);
    expect(selectSpikes(spikes, 100, [1, 2, 4])).not.toEqual(drawn);
    expect(selectSpikes(spikes, 2000, [1])).toBe(spikes);
  });
});

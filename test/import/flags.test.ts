import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';
import { regular, writeSession } from './write_session.js';

const folder = temporaryFolder();
const rows = 60_000;
const channels = 12;
const values = (data: string, name = 'waveform_all.npy') => readNpy(join(data, name), { as: 'float64' });

/** Twice as large, 40 times in the first half and 20 times in the second. */
const growing = [
  { id: 3, channel: 2, spikes: regular(1000, 700, 29_000).slice(0, 40), amplitude: 150 },
  { id: 3, channel: 2, spikes: regular(31_000, 1400, 59_000).slice(0, 20), amplitude: 300 },
  { id: 5, channel: 9, spikes: regular(1100, 900, 28_000), amplitude: 200 },
];
const labels = 'cluster_id\tgroup\n3\tgood\n5\tgood\n';

/** `dant import kilosort` of a session with a scale of 1 µV; returns the data folder. */
async function imported(session: string, flags: string[]): Promise<{ data: string; stderr: string }> {
  const list = join(folder.path, 'sessions.json');
  writeFileSync(list, JSON.stringify({ sessions: [{ folder: session, uv_per_bit: 1 }] }));
  const data = join(folder.path, `data${flags.join('').replaceAll(/\W/g, '')}`);
  const { code, stderr } = await dant(['import', 'kilosort', list, '-o', data, ...flags]);
  expect(code, stderr).toBe(0);
  return { data, stderr };
}

describe('dant import kilosort', () => {
  it('--halves writes the means of both halves, in each region too', async () => {
    const session = await writeSession(join(folder.path, 'day'), growing, { rows, channels, labels });
    const { data } = await imported(session, ['--halves']);
    const whole = await values(data);
    const halves = await values(data, 'waveform_halves.npy');
    expect(halves.shape).toEqual([2, 2, channels, 61]);
    const size = channels * 61;
    const half = (unit: number, part: number) =>
      halves.data.subarray((2 * unit + part) * size, (2 * unit + part + 1) * size);
    // The trough of channel 2
    const [first, second] = [half(0, 0), half(0, 1)].map((waveform) => waveform[2 * 61 + 20]!) as [number, number];
    expect(second / first).toBeCloseTo(2, 1);
    half(0, 0).forEach((value, i) => {
      expect(whole.data[i]).toBeCloseTo((40 * value + 20 * half(0, 1)[i]!) / 60, 3);
    });
    // Silent in the second half
    expect([...half(1, 0)].map((value) => value.toFixed(3))).toEqual(
      [...whole.data.subarray(size)].map((value) => value.toFixed(3)),
    );
    expect(half(1, 1).every(Number.isNaN)).toBe(true);

    const regions = join(folder.path, 'regions.csv');
    writeFileSync(regions, 'region,first_channel,last_channel\nCA1,0,5\nV1,6,11\n');
    const split = (await imported(session, ['--halves', '--regions', regions])).data;
    for (const [region, unit] of [
      ['CA1', 0],
      ['V1', 1],
    ] as const) {
      const own = await values(join(split, region), 'waveform_halves.npy');
      expect(own.shape).toEqual([1, 2, channels, 61]);
      expect(own.data).toEqual(halves.data.subarray(2 * unit * size, 2 * (unit + 1) * size));
      expect(readdirSync(join(split, region)).filter((name) => name.endsWith('.part'))).toEqual([]);
    }
    const without = await imported(session, []);
    expect(readdirSync(without.data)).not.toContain('waveform_halves.npy');
  });

  it('--common-median takes away what all channels have in common', async () => {
    const session = await writeSession(join(folder.path, 'day'), growing, { rows, channels, labels });
    // 100 µV for 0.3 ms at each spike, on every channel
    const path = join(session, 'raw.dat');
    const samples = new Int16Array(Uint8Array.from(readFileSync(path)).buffer);
    for (const { spikes } of growing) {
      for (const spike of spikes) {
        for (let i = (spike + 10) * channels; i < (spike + 19) * channels; i++) samples[i]! += 100;
      }
    }
    writeFileSync(path, new Uint8Array(samples.buffer));
    const far = async (flags: string[]) => {
      const { data } = await values((await imported(session, flags)).data);
      // Unit 3 peaks on channel 2; its spike is not seen on 6 to 11
      return Math.max(...data.subarray(6 * 61, channels * 61).map(Math.abs));
    };
    expect(await far([])).toBeGreaterThan(60);
    // What is left are spikes of unit 5 in the same windows.
    expect(await far(['--common-median'])).toBeLessThan(15);
    const record = JSON.parse(readFileSync(join(folder.path, 'datacommonmedian', 'import.json'), 'utf8')) as object;
    expect(record).toMatchObject({ options: { commonMedian: true, halves: false } });
  });

  it('takes the sites of an Open Ephys recording from its settings.xml', async () => {
    const session = await writeSession(join(folder.path, 'day'), growing, { rows, channels, labels });
    const stream = 'Neuropix-PXI-100.ProbeA-AP';
    const node = join(session, 'Record Node 101');
    const recording = join(node, 'experiment1/recording1');
    mkdirSync(join(recording, 'continuous', stream), { recursive: true });
    renameSync(join(session, 'raw.dat'), join(recording, 'continuous', stream, 'continuous.dat'));
    // Column c is the channel CHn, n = 11 − c
    const structure = {
      continuous: [
        {
          folder_name: `${stream}/`,
          sample_rate: 30_000,
          channels: Array.from({ length: channels }, (_, c) => ({ channel_name: `CH${11 - c}`, bit_volts: 0.195 })),
        },
      ],
    };
    writeFileSync(join(recording, 'structure.oebin'), JSON.stringify(structure));
    const list = (value: (c: number) => number | string) =>
      [...Array(channels).keys()]
        .map(String)
        .sort()
        .map((c) => `CH${c}="${value(Number(c))}"`)
        .join(' ');
    writeFileSync(
      join(node, 'settings.xml'),
      `<?xml version="1.0"?><SETTINGS><INFO><VERSION>0.6.7</VERSION></INFO>
       <NP_PROBE probe_serial_number="191" probe_part_number="NP2013" probe_name="ProbeA"><CHANNELS ${list(() => '0:1')}/>
       <ELECTRODE_XPOS ${list((c) => 27 + c)}/><ELECTRODE_YPOS ${list((c) => 15 * c)}/></NP_PROBE></SETTINGS>`,
    );
    const { data, stderr } = await imported(session, []);
    expect(stderr).toMatch(/puts \d+ of 12 channels at other depths than the recording/);
    const { data: positions } = await values(data, 'channel_locations.npy');
    const sites = Array.from({ length: channels }, (_, c) => [positions[2 * c], positions[2 * c + 1]]);
    expect(sites.sort((a, b) => a[1]! - b[1]!)).toEqual([...Array(channels).keys()].map((c) => [27 + c, 15 * c]));
    const shanks = await values(data, 'channel_shanks.npy');
    expect([...shanks.data]).toEqual(new Array(channels).fill(1));
    // The peak of unit 3 is in column 2, CH9
    const [, first] = readFileSync(join(data, 'units.csv'), 'utf8').trim().split('\n');
    expect(Number(first!.split(',')[6])).toBe(15 * 9);
    expect(JSON.parse(readFileSync(join(data, 'import.json'), 'utf8'))).toMatchObject({
      geometry: 'recording',
      sessions: [{ probe: 'NP2013', serialNumber: '191' }],
    });
  });
});

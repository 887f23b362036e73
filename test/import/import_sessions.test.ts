import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { loadDataset } from '../../lib/dataset/load.js';
import { readNpy } from '../../lib/files/npy.js';
import { writeNpy } from '../../lib/files/npy_writer.js';
import { readNpz } from '../../lib/files/npz.js';
import { importSessions } from '../../lib/import/import_sessions.js';
import { readSessionsFile } from '../../lib/import/sessions_file.js';
import { loadSettings } from '../../lib/settings/index.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';
import { copyOf, haveFixtures, np1, np2, unpack } from './fixtures.js';

const folder = temporaryFolder();
const run = 'X_g0/X_g0_imec0/X_g0_t0.imec0.ap';
const days = (root: string, count: number) =>
  Array.from({ length: count }, (_, d) => ({ folder: join(root, `D${d + 1}`) }));
const table = (data: string) =>
  readFileSync(join(data, 'units.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));

/** A copy of a fixture's first days, and where its data go. */
function copied(root: string, count = 1) {
  const experiment = join(folder.path, 'experiment');
  mkdirSync(experiment);
  for (let d = 1; d <= count; d++) copyOf(join(root, `D${d}`), join(experiment, `D${d}`));
  return {
    experiment,
    day: join(experiment, 'D1'),
    sessions: days(experiment, count),
    data: join(folder.path, 'data'),
  };
}

describe.skipIf(!haveFixtures)('importSessions', () => {
  it('makes a data folder that the tracker takes, of three days of a Neuropixels 1.0 probe', async () => {
    const data = join(folder.path, 'data');
    const summary = await importSessions(days(np1, 3), data, { maxMissing: 0 });
    expect(summary).toMatchObject({ units: 21, unitsPerSession: [6, 7, 8], channels: 29 });

    const { settings } = await loadSettings(join(data, 'settings.json'));
    expect(settings.path_to_data).toBeDefined();
    const dataset = await loadDataset(data);
    expect(dataset.warnings).toEqual([]);
    expect(readdirSync(data).sort()).toEqual([
      'channel_locations.npy',
      'channel_shanks.npy',
      'import.json',
      'session_index.npy',
      'settings.json',
      'spike_times',
      'units.csv',
      'waveform_all.npy',
    ]);

    // The means of the units, at the sites of all three days
    const expected = await readNpz(join(np1, 'expected.npz'));
    const { data: waveforms, shape } = await readNpy(join(data, 'waveform_all.npy'), { as: 'float64' });
    expect(shape).toEqual([21, 29, 61]);
    const columns = [...(expected.D3_columns!.data as Int32Array)];
    const ids = Array.from(expected.D1_ids!.data as Int32Array, Number);
    const aligned = expected.D1_aligned!.data as Float32Array;
    for (const [k, , , id] of table(data).filter(([, session]) => session === '1') as [
      string,
      string,
      string,
      string,
    ][]) {
      const row = ids.indexOf(Number(id));
      const largest = Math.max(
        ...columns.flatMap((column, c) =>
          Array.from({ length: 61 }, (_, t) =>
            Math.abs(waveforms[(Number(k) * 29 + c) * 61 + t]! - aligned[(row * 32 + column) * 61 + t]!),
          ),
        ),
      );
      // A few spikes more than there, which are nearer to the ends
      expect(largest).toBeLessThan(2);
    }

    // Spike times in ms, all of them
    const spikes = await readNpy(join(data, 'spike_times/Unit0.npy'), { as: 'float64' });
    expect(spikes.shape).toEqual([117]);
    expect(spikes.data[0]! * 30).toBeLessThan(10);
  });

  it('interpolates sites that few sessions lack', async () => {
    const data = join(folder.path, 'data');
    const { channels, warnings } = await importSessions(days(np1, 3), data);
    expect(channels).toBe(32);
    expect(warnings.filter((text) => text.includes('interpolated'))).toEqual([
      expect.stringMatching(/^Session 3: 3 of 32/),
    ]);
    const { data: waveforms } = await readNpy(join(data, 'waveform_all.npy'), { as: 'float64' });
    const truth = await readNpz(join(np1, 'truth.npz'));
    const wave = truth.D3_waveform!.data as Float64Array;
    const pairs = Array.from(truth.D3_cluster_neuron!.data as Int32Array, Number);
    const neurons = Array.from(truth.D3_neuron!.data as Int32Array, Number);
    const depthOf = (samples: ArrayLike<number>) => -Math.min(...Array.from(samples));
    for (const [k, session, , id] of table(data)) {
      if (session !== '3') continue;
      const at = pairs.findIndex((value, i) => i % 2 === 0 && value === Number(id));
      const neuron = neurons.indexOf(pairs[at + 1]!);
      for (const column of [5, 17, 31]) {
        const found = depthOf(waveforms.subarray((Number(k) * 32 + column) * 61, (Number(k) * 32 + column + 1) * 61));
        const length = wave.length / (neurons.length * 32);
        const expected = depthOf(wave.subarray((neuron * 32 + column) * length, (neuron * 32 + column + 1) * length));
        expect(Math.abs(found - expected), `${id!} ${column}`).toBeLessThan(8 + 0.3 * expected);
      }
    }
  });

  it('goes by the labels that somebody chose in phy, else by the sorter’s', async () => {
    const data = join(folder.path, 'data');
    await importSessions(days(np1, 1), data);
    // 9 is mua although the sorter calls it good, 12 the other way round; 15 has no group; 200, 201, 202 split and merged
    expect(table(data).map(([, , , id]) => Number(id))).toEqual([0, 12, 15, 18, 200, 202]);
    await importSessions(days(np1, 1), `${data}-all`, { labels: ['Good', 'mua', 'noise', 'unsorted'], minSpikes: 1 });
    const labels: Record<string, string | undefined> = Object.fromEntries(
      table(`${data}-all`).map(([, , , id, label]) => [id!, label] as const),
    );
    expect(labels).toMatchObject({ 0: 'good', 1: 'noise', 9: 'mua', 12: 'good', 15: 'good' });
  });

  it('is the truth of a four-shank probe, whose sites are on the shanks of the recording', async () => {
    const data = join(folder.path, 'data');
    await importSessions(days(np2, 2), data);
    const truth = await readNpz(join(np2, 'truth.npz'));
    const clusters = truth.D1_cluster_neuron!.data as Int32Array;
    const neurons = Array.from(truth.D1_neuron!.data as Int32Array, Number);
    const shank = truth.neuron_shank!.data as Int32Array;
    const found = await readNpy(join(data, 'channel_shanks.npy'), { as: 'int32' });
    const wave = truth.D1_waveform!;
    expect(neurons.length).toBe(wave.shape[0]);
    for (const [, session, , id, , channel] of table(data)) {
      if (session !== '1') continue;
      let neuron = -1;
      for (let i = 0; i < clusters.length; i += 2)
        if (Number(clusters[i]) === Number(id)) neuron = Number(clusters[i + 1]);
      expect(found.data[Number(channel)]).toBe(Number(shank[neuron]));
    }
  });

  it('leaves out small, silent and slow units, and averages as many spikes as asked for', async () => {
    const data = join(folder.path, 'data');
    await importSessions(days(np1, 1), data, { minAmplitudeUv: 200, minRateHz: 10, spikesPerUnit: 50 });
    const units = table(data);
    expect(units.map(([, , , id]) => Number(id))).toEqual([0, 12, 18]);
    expect(units.map((row) => Number(row.at(-1)))).toEqual([50, 50, 50]);
    await expect(importSessions(days(np1, 1), `${data}2`, { minAmplitudeUv: 5000 })).rejects.toThrow(
      /no unit reaches 5000/,
    );
    expect(existsSync(`${data}2`)).toBe(false);
  });

  it('writes the means of both halves of each session, in the order of the units, if asked for', async () => {
    const data = join(folder.path, 'data');
    await importSessions(days(np1, 2), data, { halves: true, maxMissing: 0 });
    expect(readdirSync(data).filter((name) => name.endsWith('.part'))).toEqual([]);
    const whole = await readNpy(join(data, 'waveform_all.npy'), { as: 'float64' });
    const halves = await readNpy(join(data, 'waveform_halves.npy'), { as: 'float64' });
    const [units, channels] = whole.shape as [number, number];
    expect(halves.shape).toEqual([units, 2, channels, 61]);
    const size = channels * 61;
    for (let unit = 0; unit < units; unit++) {
      const mean = whole.data.subarray(unit * size, (unit + 1) * size);
      const peak = Math.max(...mean.map(Math.abs));
      for (const half of [2 * unit, 2 * unit + 1]) {
        const found = halves.data.subarray(half * size, (half + 1) * size);
        // A mean of as many spikes has less than a few µV of noise.
        expect(Math.max(...found.map((value, i) => Math.abs(value - mean[i]!)))).toBeLessThan(5 + 0.1 * peak);
      }
    }
    expect((await loadDataset(data)).warnings).toEqual([]);
  });

  it('takes labels from a table', async () => {
    const labels = join(folder.path, 'labels.csv');
    writeFileSync(labels, 'cluster_id,bc_unitType\n0,GOOD\n9,Good\n12,MUA\n');
    const data = join(folder.path, 'data');
    await importSessions([{ folder: join(np1, 'D1'), labelTable: labels }], data);
    expect(table(data).map(([, , , id]) => Number(id))).toEqual([0, 9]);
  });

  it('takes files in sequence for one recording', async () => {
    const { day, sessions, data } = copied(np1);
    const path = unpack(join(day, `${run}.cbin`));
    await importSessions(sessions, data);
    const bytes = readFileSync(path);
    const middle = 33 * 2 * 50_001;
    const parts = ['a.ap', 'b.ap'].map((name) => join(day, name));
    writeFileSync(`${parts[0]!}.bin`, bytes.subarray(0, middle));
    writeFileSync(`${parts[1]!}.bin`, bytes.subarray(middle));
    const meta = readFileSync(join(day, `${run}.meta`), 'utf8').replace(/^fileSizeBytes=.*$/m, '');
    for (const part of parts) writeFileSync(`${part}.meta`, meta);
    await importSessions([{ folder: day, recording: parts.map((part) => `${part}.bin`) }], `${data}2`);
    expect(readFileSync(join(`${data}2`, 'waveform_all.npy'))).toEqual(readFileSync(join(data, 'waveform_all.npy')));
  });

  it('takes a plain binary whose scale is given', async () => {
    const { day, sessions, data } = copied(np2);
    await importSessions(sessions, data);
    const path = unpack(join(day, `${run}.cbin`));
    renameSync(path, join(day, 'raw.dat'));
    const uvPerBit = (1e6 * 0.62) / 2048 / 100;
    await importSessions([{ folder: day, recording: [join(day, 'raw.dat')], uvPerBit }], `${data}2`);
    expect(readFileSync(join(`${data}2`, 'waveform_all.npy'))).toEqual(readFileSync(join(data, 'waveform_all.npy')));
  });

  it('takes an Open Ephys recording, whose columns are in the order of its list', async () => {
    const { day, sessions, data } = copied(np2);
    await importSessions(sessions, data);
    const path = unpack(join(day, `${run}.cbin`));
    const recording = join(day, 'Record Node 101/experiment1/recording1');
    const stream = join(recording, 'continuous/Neuropix-PXI-100.ProbeA-AP');
    mkdirSync(stream, { recursive: true });
    renameSync(path, join(stream, 'continuous.dat'));
    rmSync(join(day, 'X_g0'), { recursive: true });
    // In the order in which Open Ephys sorts names
    const names = Array.from({ length: 48 }, (_, c) => `CH${c}`).sort();
    const channels = [
      ...names.map((channel_name) => ({ channel_name, bit_volts: (1e6 * 0.62) / 2048 / 100, units: 'uV' })),
      { channel_name: 'SYNC', bit_volts: 1, units: '' },
    ];
    writeFileSync(
      join(recording, 'structure.oebin'),
      JSON.stringify({
        continuous: [
          { folder_name: 'Neuropix-PXI-100.ProbeA-LFP/', sample_rate: 2500, num_channels: 49, channels },
          { folder_name: 'Neuropix-PXI-100.ProbeA-AP/', sample_rate: 30000, num_channels: 49, channels },
        ],
      }),
    );
    const { warnings } = await importSessions(sessions, `${data}2`);
    expect(warnings.join()).toMatch(/took .*continuous\.dat, the only recording here/);
    expect(readFileSync(join(`${data}2`, 'waveform_all.npy'))).toEqual(readFileSync(join(data, 'waveform_all.npy')));
  });

  it('finds a recording whose name holds UUIDs', async () => {
    const { day, sessions, data } = copied(np1);
    const uuid = (digit: string) => `${digit.repeat(8)}-1111-2222-3333-${digit.repeat(12)}`;
    renameSync(join(day, `${run}.cbin`), join(day, `${run}.${uuid('a')}.cbin`));
    renameSync(join(day, `${run}.ch`), join(day, `${run}.${uuid('b')}.ch`));
    renameSync(join(day, `${run}.meta`), join(day, `${run}.${uuid('c')}.meta`));
    expect((await importSessions(sessions, data)).units).toBe(6);
  });

  it('sorts spike times that are not in order, and drops a few beyond the end', async () => {
    const { day, sessions, data } = copied(np1);
    await importSessions(sessions, data);
    const path = join(day, 'kilosort2.5/spike_times.npy');
    const times = await readNpy(path, { as: 'float64' });
    const clustersPath = join(day, 'kilosort2.5/spike_clusters.npy');
    const clusters = await readNpy(clustersPath, { as: 'int32' });
    rmSync(path);
    rmSync(clustersPath);
    await writeNpy(path, { data: Float64Array.of(5e6, ...times.data.toReversed()), shape: [times.data.length + 1] });
    await writeNpy(clustersPath, {
      data: Int32Array.of(0, ...clusters.data.toReversed()),
      shape: [clusters.data.length + 1],
    });
    const { warnings } = await importSessions(sessions, `${data}2`);
    expect(warnings).toEqual([
      'Session 1: The spike times are not in order; they were sorted.',
      expect.stringMatching(/^Session 1: 1 of \d+ spikes are beyond the end/),
    ]);
    expect(readFileSync(join(`${data}2`, 'waveform_all.npy'))).toEqual(readFileSync(join(data, 'waveform_all.npy')));
  });

  it('takes templates for clusters where nobody curated', async () => {
    const { day, sessions, data } = copied(np1);
    rmSync(join(day, 'kilosort2.5/spike_clusters.npy'));
    expect((await importSessions(sessions, data)).units).toBeGreaterThan(3);
  });

  it('stops at once when asked to, and leaves nothing', async () => {
    const data = join(folder.path, 'data');
    const signal = AbortSignal.abort();
    await expect(importSessions(days(np1, 1), data, {}, { signal })).rejects.toThrow(/abort/);
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe.skipIf(!haveFixtures)('importSessions refuses', () => {
  const refused = async (sessions: Parameters<typeof importSessions>[0], message: RegExp) => {
    const data = join(folder.path, 'data');
    await expect(importSessions(sessions, data)).rejects.toMatchObject({
      code: 'DANT_DATA',
      message: expect.stringMatching(message) as string,
    });
    expect(readdirSync(folder.path).filter((name) => name !== 'experiment')).toEqual([]);
  };
  const change = (path: string, from: string | RegExp, to: string) => {
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
  };

  it('a session without a recording, and says why templates do not do', async () => {
    const { day, sessions } = copied(np1);
    rmSync(join(day, 'X_g0'), { recursive: true });
    await refused(sessions, /^Session 1: .*params\.py: there is no raw recording.*whitened.*Put the recording/);
  });

  it('the whitened file of the sorter', async () => {
    const { day, sessions } = copied(np1);
    rmSync(join(day, 'X_g0'), { recursive: true });
    change(join(day, 'kilosort2.5/params.py'), /dat_path.*/, "dat_path = 'temp_wh.dat'");
    writeFileSync(join(day, 'kilosort2.5/temp_wh.dat'), 'x');
    await refused(sessions, /temp_wh\.dat, which the sorter has whitened/);
  });

  it('two recordings that both could be it', async () => {
    const { day, sessions } = copied(np1);
    copyOf(join(day, 'X_g0'), join(day, 'Y_g0'));
    change(join(day, 'kilosort2.5/params.py'), /dat_path.*/, "dat_path = 'gone.bin'");
    await refused(sessions, /more than one that it could be: .*X_g0.*Y_g0/);
  });

  it('another number of columns than was sorted: a sync channel', async () => {
    const { day, sessions } = copied(np1);
    change(join(day, 'kilosort2.5/params.py'), /n_channels_dat = 33/, 'n_channels_dat = 32');
    await refused(sessions, /has 33 columns, .*params\.py says n_channels_dat = 32/);
  });

  it('the sync channel as a neural one', async () => {
    const { day, sessions } = copied(np1);
    const path = join(day, 'kilosort2.5/channel_map.npy');
    const map = await readNpy(path, { as: 'int32' });
    map.data[31] = 32;
    rmSync(path);
    await writeNpy(path, map);
    await refused(sessions, /column 32, but only the first 32 .* sync/);
  });

  it('a plain binary of unknown scale, and one that is no whole number of rows', async () => {
    const { day } = copied(np1);
    const recording = [join(day, 'raw.dat')];
    writeFileSync(recording[0]!, Buffer.alloc(33 * 2 * 1000 + 1));
    await refused([{ folder: day, recording, uvPerBit: 1 }], /not whole rows of 33 samples/);
    truncateSync(recording[0]!, 33 * 2 * 1000);
    await refused([{ folder: day, recording }], /uv_per_bit/);
  });

  it('a recording that is cut off', async () => {
    const { day, sessions } = copied(np1);
    const path = unpack(join(day, `${run}.cbin`));
    truncateSync(path, 33 * 2 * 60_000);
    await refused(sessions, /spikes are beyond the 60000 samples/);
  });

  it('a .cbin that is cut off or damaged', async () => {
    const { day, sessions } = copied(np1);
    const path = join(day, `${run}.cbin`);
    const bytes = readFileSync(path);
    bytes[700_000]! ^= 0x55;
    writeFileSync(path, bytes);
    await refused(sessions, /chunk 1 cannot be decompressed/);
    truncateSync(path, 1_000_000);
    await refused(sessions, /^Session 1: .*the file is cut off: its \.ch says 1911905 bytes but it has 1000000/);
  });

  it('different probes, sampling rates, and the same folder twice', async () => {
    await refused([{ folder: join(np1, 'D1') }, { folder: join(np2, 'D1') }], /Sessions 1 and 2 have different probes/);
    await refused(
      [{ folder: join(np1, 'D1') }, { folder: join(np1, 'D1/kilosort2.5') }],
      /Sessions 1 and 2 are the same folder/,
    );
    const { experiment, sessions } = copied(np1, 2);
    change(join(experiment, `D2/${run}.meta`), 'imSampRate=30000', 'imSampRate=32000');
    await refused(sessions, /was recorded at 32000 Hz but params\.py says 30000 Hz/);
    change(join(experiment, 'D2/kilosort4/params.py'), 'sample_rate = 30000', 'sample_rate = 32000');
    await refused(sessions, /different sampling rates/);
  });

  it('sessions without a common site', async () => {
    const { experiment, sessions } = copied(np1, 2);
    change(
      join(experiment, `D2/${run}.meta`),
      /^~snsShankMap=.*$/m,
      `~snsShankMap=(1,2,480)${Array.from({ length: 32 }, (_, c) => `(0:${c % 2}:${100 + (c >> 1)}:1)`).join('')}`,
    );
    await refused(sessions, /No site was recorded in all 2 sessions/);
  });

  it('a selection that leaves no unit', async () => {
    const data = join(folder.path, 'data');
    await expect(importSessions(days(np1, 1), data, { labels: ['great'] })).rejects.toThrow(
      /no unit is left: the clusters are .*good.*--labels/,
    );
  });

  it('spikes and clusters that do not belong together, times in seconds', async () => {
    const { day, sessions } = copied(np1);
    const path = join(day, 'kilosort2.5/spike_times.npy');
    const times = await readNpy(path, { as: 'float64' });
    rmSync(path);
    await writeNpy(path, { data: times.data.map((time) => time / 30_000), shape: times.shape });
    await refused(sessions, /expected whole numbers.*seconds or ms/);
    rmSync(path);
    await writeNpy(path, { data: times.data.slice(1), shape: [times.data.length - 1] });
    await refused(sessions, /spike_clusters\.npy: holds \d+ spikes but spike_times\.npy \d+/);
  });

  it('a folder without a sorting, and one with several', async () => {
    const { experiment } = copied(np1, 2);
    await refused([{ folder: experiment }], /more than one sorting.*kilosort2\.5.*kilosort4/);
    await refused([{ folder: join(experiment, 'D1/X_g0') }], /no spike_times\.npy/);
  });
});

describe.skipIf(!haveFixtures)('dant import kilosort', () => {
  it('imports folders or a file of sessions, and tells what comes next', async () => {
    const data = join(folder.path, 'data');
    const { code, stdout, stderr } = await dant([
      'import',
      'kilosort',
      join(np1, 'D1'),
      join(np1, 'D3'),
      '--output',
      data,
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('Imported 14 units of 2 sessions (6, 8), 32 channels');
    expect(stdout).toContain('dant run');
    expect(stderr).toContain('Warning: Session 2: 3 of 32 sites were not sorted; they are interpolated');
    const list = join(folder.path, 'sessions.yaml');
    writeFileSync(list, `# two days\nsessions:\n  - ${join(np1, 'D1')}\n  - folder: ${join(np1, 'D3')}\n`);
    expect((await dant(['import', 'kilosort', list, '--output', `${data}2`])).code).toBe(0);
    expect(readFileSync(join(`${data}2`, 'waveform_all.npy'))).toEqual(readFileSync(join(data, 'waveform_all.npy')));
    expect((await dant(['run', data])).stderr).not.toMatch(/^dant:/m);
    expect(existsSync(join(data, 'DANT_Output/IdxCluster.npy'))).toBe(true);
    appendFileSync(list, '  - 3\n');
    const wrong = await dant(['import', 'kilosort', list, '--output', `${data}3`]);
    expect(wrong).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('sessions.yaml: expected a list') as string,
    });
  });

  it('begins with a file of the sessions below a folder', async () => {
    const { experiment, data } = copied(np1, 2);
    const list = join(experiment, 'sessions.yaml');
    const { code, stdout, stderr } = await dant(['import', 'init', experiment]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Wrote ${list} with 2 sessions.`);
    expect(readFileSync(list, 'utf8')).toMatch(
      /sessions:\n {2}- folder: D1\/kilosort2\.5\n {4}# found: D1\/X_g0.*cbin\n {2}- folder: D2\/kilosort4\n/,
    );
    expect((await importSessions(await readSessionsFile(list), data)).unitsPerSession).toEqual([6, 7]);
    expect(await dant(['import', 'init', experiment])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('it exists already and is not overwritten') as string,
    });
  });
});

import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { exportToNwb } from '../../lib/export/nwb.js';
import { Hdf5File } from '../../lib/files/hdf5.js';
import { readNpy } from '../../lib/files/npy.js';
import { writeNpy } from '../../lib/files/npy_writer.js';
import { importMatlab } from '../../lib/import/matlab/import_matlab.js';
import { importNwb } from '../../lib/import/nwb/import_nwb.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';
import { copyOf } from '../import/fixtures.js';
import { haveShelf, shelf } from '../import/shelf/shelf_fixtures.js';

const folder = temporaryFolder();

/** Imported data of copies of two files, 3 and 6 units, and a result of them. */
async function tracked() {
  const source = copyOf(join(shelf, 'nwb/data'), join(folder.path, 'days'));
  const files = ['pynwb_dense.nwb', 'pynwb_sparse.nwb'].map((name) => join(source, name));
  const data = join(folder.path, 'data');
  await importNwb(files, data);
  const result = join(data, 'DANT_Output');
  mkdirSync(result);
  await writeNpy(join(result, 'IdxCluster.npy'), {
    data: Int32Array.of(1, 2, -1, 2, -1, 1, -1, -1, 3),
    shape: [9],
    dtype: '<i8',
  });
  await writeNpy(join(result, 'ClusterConfidence.npy'), { data: Float64Array.of(0.9, 0.75, 0.5), shape: [3] });
  return { files, data, result, output: join(folder.path, 'out') };
}

describe.skipIf(!haveShelf)('export to NWB', () => {
  it('copies the files of the sessions with the neuron of each unit', async () => {
    const { files, result, output } = await tracked();
    const before = files.map((path) => readFileSync(path));
    const { code, stdout, stderr } = await dant(['export', 'nwb', result, '--output', output]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('neurons of 5 units');
    // The originals are as they were.
    expect(files.map((path, s) => readFileSync(path).equals(before[s]!))).toEqual([true, true]);

    const dense = await Hdf5File.open(join(output, 'pynwb_dense.nwb'));
    // Of the first file units 0, 2 and 4 were imported.
    expect([...(await dense.numbers('units/tracked_neuron'))]).toEqual([1, -1, 2, -1, -1, -1]);
    expect([...(await dense.numbers('units/match_confidence'))]).toEqual([0.9, NaN, 0.75, NaN, NaN, NaN]);
    const { colnames } = await dense.attributes('units');
    expect(colnames).toEqual([
      ...['quality', 'cluster_id', 'spike_times', 'obs_intervals', 'electrodes', 'electrode_group'],
      ...['waveform_mean', 'waveform_sd', 'tracked_neuron', 'match_confidence'],
    ]);
    expect(await dense.attributes('units/tracked_neuron')).toMatchObject({
      namespace: 'hdmf-common',
      neurodata_type: 'VectorData',
      object_id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/) as string,
    });
    await dense.close();
    const sparse = await Hdf5File.open(join(output, 'pynwb_sparse.nwb'));
    expect([...(await sparse.numbers('units/tracked_neuron'))]).toEqual([2, -1, 1, -1, -1, 3]);
    await sparse.close();
  });

  it('writes the same bytes again', async () => {
    const { data, result, output } = await tracked();
    const first = await exportToNwb(result, output, data);
    const second = await exportToNwb(result, join(folder.path, 'again'), data);
    expect(first.files.map((path, s) => readFileSync(path).equals(readFileSync(second.files[s]!)))).toEqual([
      true,
      true,
    ]);
  });

  it('can be imported again, but not be exported to twice', async () => {
    const { data, result, output } = await tracked();
    const { files } = await exportToNwb(result, output, data);
    const again = join(folder.path, 'again');
    await importNwb(files, again);
    await expect(exportToNwb(result, join(folder.path, 'out2'), again)).rejects.toThrow(
      /units has a column tracked_neuron already\. Export to the files as they were before/,
    );
    expect(existsSync(join(folder.path, 'out2'))).toBe(false);
  });

  it('needs the files', async () => {
    const { files, data, result, output } = await tracked();
    renameSync(files[1]!, `${files[1]!}.away`);
    await expect(exportToNwb(result, output, data)).rejects.toThrow(/pynwb_sparse\.nwb: there is no such file/);
    expect(existsSync(output)).toBe(false);
  });
});

/** A data folder of two sessions, 7 units, that is of no NWB file, and a result of it. */
async function trackedMatlab() {
  const data = join(folder.path, 'matlab');
  await importMatlab([join(shelf, 'matlab/data/v73_typical/spikeInfo.mat')], data);
  const result = join(data, 'DANT_Output');
  mkdirSync(result);
  const clusters = Int32Array.of(1, -1, 2, -1, 2, 1, -1);
  await writeNpy(join(result, 'IdxCluster.npy'), { data: clusters, shape: [7], dtype: '<i8' });
  return { data, result, output: join(folder.path, 'out') };
}

const starts = ['2024-05-01T09:30:00+02:00', '2024-05-02T09:30:00Z'];

describe.skipIf(!haveShelf)('export to new NWB files', () => {
  it('writes sessions of any other form, which come back as they were', async () => {
    const { data, result, output } = await trackedMatlab();
    const flags = ['--output', output, '--session-start', ...starts];
    const { code, stdout, stderr } = await dant(['export', 'nwb', result, ...flags]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const files = ['1_spikeInfo.nwb', '2_spikeInfo.nwb'].map((name) => join(output, name));
    expect(stdout).toBe(`Wrote the neurons of 4 units to\n${files.map((file) => `  ${file}\n`).join('')}`);

    const first = await Hdf5File.open(files[0]!);
    expect([...(await first.numbers('units/tracked_neuron'))]).toEqual([1, -1, 2, -1]);
    expect(await first.texts('session_start_time')).toEqual([starts[0]]);
    expect(await first.attributes('units/waveform_mean')).toMatchObject({
      unit: 'volts',
      neurodata_type: 'VectorData',
    });
    await first.close();

    const again = join(folder.path, 'again');
    await importNwb(files, again, { minSpikes: 0, waveformUnit: 'V' });
    for (const name of ['channel_locations.npy', 'session_index.npy']) {
      expect(readFileSync(join(again, name)).equals(readFileSync(join(data, name)))).toBe(true);
    }
    const numbers = async (from: string, name: string) => (await readNpy(join(from, name), { as: 'float64' })).data;
    for (const name of ['waveform_all.npy', ...Array.from({ length: 7 }, (_, k) => `spike_times/Unit${k}.npy`)]) {
      const [before, after] = [await numbers(data, name), await numbers(again, name)];
      expect(after).toHaveLength(before.length);
      // Volts in single precision; seconds in double
      const largest = before.reduce((most, value, i) => Math.max(most, Math.abs(value - after[i]!)), 0);
      expect(largest).toBeLessThan(name === 'waveform_all.npy' ? 1e-4 : 1e-9);
    }
  });

  it('has all that the schema asks for, of the types that pynwb writes', async () => {
    const { data, result, output } = await trackedMatlab();
    const { files } = await exportToNwb(result, output, data, { sessionStarts: starts });
    const ours = await Hdf5File.open(files[0]!);
    const theirs = await Hdf5File.open(join(shelf, 'nwb/data/pynwb_dense.nwb'));
    const ephys = 'general/extracellular_ephys/electrodes';
    const columns = ['spike_times', 'spike_times_index', 'electrodes', 'electrodes_index', 'waveform_mean', 'id'];
    const names = [
      // The table itself was a DynamicTable before NWB 2.9, which every version reads.
      ...['', 'units', ...['id', 'group', 'group_name', 'location'].map((name) => `${ephys}/${name}`)],
      ...columns.map((name) => `units/${name}`),
    ];
    for (const name of names) {
      const [own, known] = [await ours.attributes(name), await theirs.attributes(name)];
      expect([name, own.neurodata_type, own.namespace]).toEqual([name, known.neurodata_type, known.namespace]);
      expect(own.object_id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    }
    for (const name of ['identifier', 'session_description', 'file_create_date', 'timestamps_reference_time']) {
      expect((await ours.texts(name))[0]).not.toBe('');
    }
    expect(ours.targets(`${ephys}/group`)[0]).toBe('general/extracellular_ephys/shank1');
    await Promise.all([ours.close(), theirs.close()]);
  });

  it('writes the same bytes later', async () => {
    const { data, result, output } = await trackedMatlab();
    const first = await exportToNwb(result, output, data, { sessionStarts: starts });
    // HDF5 keeps times to the second.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const second = await exportToNwb(result, join(folder.path, 'again'), data, { sessionStarts: starts });
    expect(first.files.map((path, s) => readFileSync(path).equals(readFileSync(second.files[s]!)))).toEqual([
      true,
      true,
    ]);
  });

  it('asks when the sessions began', async () => {
    const { data, result, output } = await trackedMatlab();
    const refused = async (sessionStarts: string[], message: RegExp) => {
      await expect(exportToNwb(result, output, data, { sessionStarts })).rejects.toThrow(message);
      await expect(exportToNwb(result, output, data, { sessionStarts })).rejects.toMatchObject({
        code: 'DANT_ARGUMENT',
      });
      expect(existsSync(output)).toBe(false);
    };
    await refused(
      [],
      /nothing says of session 1 \(.*spikeInfo\.mat\), 2 .* these 2.* instead of 0 times: --session-start/,
    );
    await refused(starts.slice(1), /instead of 1 times/);
    await refused(['2024-05-01', '2024-05-02T09:30:00Z'], /with the time zone.* "2024-05-01"/);
  });
});

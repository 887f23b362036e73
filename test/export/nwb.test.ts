import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { exportToNwb } from '../../lib/export/nwb.js';
import { Hdf5File } from '../../lib/files/hdf5.js';
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
    expect(first.files.map((path) => readFileSync(path))).toEqual(second.files.map((path) => readFileSync(path)));
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

  it('needs the files, in HDF5', async () => {
    const { files, data, result, output } = await tracked();
    renameSync(files[1]!, `${files[1]!}.away`);
    await expect(exportToNwb(result, output, data)).rejects.toThrow(/pynwb_sparse\.nwb: there is no such file/);
    expect(existsSync(output)).toBe(false);

    const other = join(folder.path, 'other');
    await importMatlab([join(shelf, 'matlab/data/v73_typical/spikeInfo.mat')], other);
    mkdirSync(join(other, 'DANT_Output'));
    await writeNpy(join(other, 'DANT_Output/IdxCluster.npy'), { data: new Int32Array(7), shape: [7], dtype: '<i8' });
    await expect(exportToNwb(join(other, 'DANT_Output'), output, other)).rejects.toThrow(
      /spikeInfo\.mat: session 1 is of no NWB file in HDF5/,
    );
  });
});

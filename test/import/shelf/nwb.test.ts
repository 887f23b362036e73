import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { File, ready } from 'h5wasm/node';
import { beforeAll, describe, expect, it } from 'vitest';

import { loadDataset } from '../../../lib/dataset/load.js';
import { importNwb, type NwbImportOptions } from '../../../lib/import/nwb/import_nwb.js';
import { dant } from '../../cli/dant.js';
import { temporaryFolder } from '../../cli/folder.js';
import { copyOf } from '../fixtures.js';
import { haveShelf, numbersOf, recordOf, shelf, unitsOf } from './shelf_fixtures.js';

const folder = temporaryFolder();
const fileOf = (name: string) => join(shelf, 'nwb/data', `${name}.nwb`);
const expected = join(shelf, 'nwb/expected');
const out = () => join(folder.path, 'data');
const all = { labels: ['good', 'mua', 'noise', 'unsorted'], minSpikes: 0 };
const index = haveShelf
  ? (JSON.parse(readFileSync(join(expected, 'index.json'), 'utf8')) as {
      cases: Record<string, { unit_ids: number[]; n_spikes: number[] }>;
    })
  : { cases: {} };

describe.skipIf(!haveShelf)('an NWB file', () => {
  it.each([
    ['pynwb_dense', 'pynwb_dense', 'pynwb_dense'],
    ['pynwb_sparse', 'pynwb_sparse', 'pynwb_sparse'],
    ['allen_like', 'allen_like', 'allen_like'],
    // gzip with shuffle, and lzf
    ['pynwb_compressed', 'allen_like', 'pynwb_compressed'],
    ['pynwb_dense.nwb.zarr', 'allen_like', 'pynwb_dense_zarr'],
  ])('%s has what pynwb wrote', async (name, folderOfExpected, caseName) => {
    const data = out();
    const path = name.endsWith('zarr') ? join(shelf, 'nwb/data', name) : fileOf(name);
    const { warnings } = await importNwb([path], data, all);
    const own = (file: string) => numbersOf(join(data, file));
    const wanted = (file: string) => numbersOf(join(expected, folderOfExpected, file));

    const waveforms = await own('waveform_all.npy');
    const means = await wanted('waveform_all.npy');
    expect(waveforms.length).toBe(means.length);
    // A channel that a unit was not measured at is NaN there, zero here.
    const worst = means.map((value, i) => Math.abs((Number.isNaN(value) ? 0 : value) - waveforms[i]!));
    expect(Math.max(...worst)).toBeLessThan(1e-4);
    expect(await own('channel_locations.npy')).toEqual(await wanted('channel_locations.npy'));
    expect(await own('channel_shanks.npy')).toEqual(await wanted('channel_shanks.npy'));
    const { unit_ids: ids, n_spikes: counts } = index.cases[caseName]!;
    expect(unitsOf(data).map(({ cluster_id: id }) => Number(id))).toEqual(ids);
    for (let u = 0; u < ids.length; u++) {
      const times = await own(`spike_times/Unit${u}.npy`);
      expect(times.length).toBe(counts[u]);
      expect(times).toEqual(await wanted(`spike_times/Unit${u}.npy`));
    }
    expect(warnings.some((warning) => warning.includes('taken as µV (--waveform-unit)'))).toBe(name === 'allen_like');
    expect((await loadDataset(data)).warnings).toEqual([]);
  });

  it('of NeuroConv says volts but holds µV, has names for its units, and no positions', async () => {
    const path = fileOf('neuroconv_analyzer');
    await expect(importNwb([path], out(), all)).rejects.toThrow(
      /electrodes has no rel_x and rel_y, nor probe_horizontal_position and probe_vertical_position, .*--positions channel_locations\.npy/,
    );
    const analyzer = join(shelf, 'sorting-analyzer/expected/binary_sparse_uv');
    const positions = `${analyzer}.channel_locations.npy`;
    const { warnings } = await importNwb([path], out(), { ...all, positions });
    const waveforms = await numbersOf(join(out(), 'waveform_all.npy'));
    expect(waveforms).toEqual(await numbersOf(`${analyzer}.waveform_all_uV.npy`));
    expect(unitsOf(out()).map((unit) => unit.unit_name)).toEqual(['u3', 'u10', 'u7', 'u1', 'u20', 'u15']);
    expect(unitsOf(out()).map((unit) => unit.label)).toEqual(['good', 'mua', 'good', 'noise', 'mua', 'good']);
    // The zeros around the units were not measured.
    expect(warnings.join('\n')).toMatch(
      /waveforms are of \d+ to \d+ of 24 channels; at the others they were not measured/,
    );
    expect(recordOf(out()).sessions[0]).toMatchObject({ positionsFrom: positions, waveformUnit: 'uV' });
  });

  it('is taken in the unit that is said', async () => {
    await importNwb([fileOf('pynwb_dense')], out(), { ...all, waveformUnit: 'uV' });
    const waveforms = await numbersOf(join(out(), 'waveform_all.npy'));
    expect(Math.max(...waveforms)).toBeLessThan(1e-3);
  });

  it('gives the time in which its units were observed', async () => {
    await importNwb([fileOf('pynwb_dense')], out(), all);
    // 0 to 9 and 10 to 20 s, of all units
    expect(recordOf(out()).sessions[0]!.durationS).toBe(19);
    const [first] = unitsOf(out());
    expect(first!.rate_hz).toBe((293 / 19).toFixed(4));
  });

  it('has units by a column of labels', async () => {
    await importNwb([fileOf('pynwb_dense')], out());
    expect(unitsOf(out()).map(({ cluster_id: id, label }) => [id, label])).toEqual([
      ['0', 'good'],
      ['2', 'good'],
      ['4', 'good'],
    ]);
    await expect(importNwb([fileOf('pynwb_dense')], join(folder.path, 'b'), { labelColumn: 'nosuch' })).rejects.toThrow(
      /units has no column nosuch; it has .*quality/,
    );
    await importNwb([fileOf('pynwb_dense')], join(folder.path, 'c'), {
      labelColumn: 'cluster_id',
      labels: ['9', '31'],
    });
    expect(unitsOf(join(folder.path, 'c')).map(({ cluster_id: id }) => id)).toEqual(['1', '5']);
  });

  it('makes PETHs of its trials', async () => {
    const options = {
      ...all,
      trials: 'start_time',
      trialCondition: 'outcome',
      pethWindowMs: [-200, 800],
      pethSmoothMs: 0,
    };
    await importNwb([fileOf('pynwb_dense')], out(), { ...options, pethBinMs: 100 });
    expect(recordOf(out()).sessions[0]!.events).toEqual({ 'start_time / hit': 3, 'start_time / miss': 2 });
    const peth = await numbersOf(join(out(), 'peth.npy'));
    const spikes = await numbersOf(join(out(), 'spike_times/Unit3.npy'));
    // Hits begin at 1, 7 and 13 s, misses at 4 and 10 s.
    const slow = [
      [1000, 7000, 13_000],
      [4000, 10_000],
    ].flatMap((events) =>
      Array.from({ length: 10 }, (_, bin) => {
        const [from, to] = [-200 + 100 * bin, -100 + 100 * bin];
        const count = events.flatMap((event) =>
          spikes.filter((time) => time >= event + from && time < event + to),
        ).length;
        return count / events.length / 0.1;
      }),
    );
    expect(peth.slice(60, 80).map((value) => value.toFixed(9))).toEqual(slow.map((value) => value.toFixed(9)));
    await expect(
      importNwb([fileOf('pynwb_dense')], join(folder.path, 'b'), { ...options, trials: 'nosuch' }),
    ).rejects.toThrow(/intervals\/trials has no column nosuch; it has .*start_time/);
    await expect(importNwb([fileOf('pynwb_sparse')], join(folder.path, 'b'), { ...options })).rejects.toThrow(
      /there is no table intervals\/trials/,
    );
  });

  it('is imported by the command, several in order of time', async () => {
    const args = ['import', 'nwb', fileOf('pynwb_dense'), fileOf('pynwb_sparse'), '--output', out()];
    const { code, stdout, stderr } = await dant(args);
    expect(code).toBe(0);
    expect(stdout).toContain('Imported 9 units of 2 sessions (3, 6), 24 channels');
    expect(stderr).toMatch(/Session 2: no unit has a label such as good or mua; all are taken/);
    expect(recordOf(out()).sessions.map(({ identifier, subject }) => [identifier, subject])).toEqual([
      ['plain', 'sim01'],
      ['sparse', 'sim01'],
    ]);
  });
});

describe.skipIf(!haveShelf)('an NWB file that cannot be used', () => {
  beforeAll(async () => {
    (await ready).activate_throwing_error_handler();
  });

  const refused = async (path: string, message: RegExp, options: NwbImportOptions = all) => {
    await expect(importNwb([path], out(), options)).rejects.toThrow(message);
    await expect(importNwb([path], out(), options)).rejects.toMatchObject({ code: 'DANT_DATA' });
    expect(existsSync(out())).toBe(false);
  };
  const copied = (name: string) => {
    const path = join(folder.path, 'copy.nwb');
    writeFileSync(path, readFileSync(fileOf(name)));
    return path;
  };
  /** Changes a copy of a file. */
  const changed = (name: string, change: (file: File) => void) => {
    const path = copied(name);
    const file = new File(path, 'a');
    change(file);
    file.close();
    return path;
  };
  /** Puts other numbers in the place of some of a column. */
  const set = (file: File, name: string, first: number, values: Float64Array | BigInt64Array | Uint16Array) => {
    const dataset = file.get(name) as unknown as { write_slice: (ranges: [number, number][], data: unknown) => void };
    dataset.write_slice([[first, first + values.length]], values);
  };

  it('has one channel for each unit: the reason is told', async () => {
    await refused(
      fileOf('pynwb_peak_only'),
      /units\/waveform_mean has the shape \(6, 60\), one channel for each unit\. Neurons are followed by their waveforms on several channels/,
    );
  });

  it('is not sorted', async () => {
    await refused(fileOf('no_units'), /no_units\.nwb: there is no table "units": this session is not sorted/);
  });

  it('is absent, no HDF5, or cut off', async () => {
    await refused(join(folder.path, 'none.nwb'), /none\.nwb: there is no such file/);
    const path = join(folder.path, 'copy.nwb');
    writeFileSync(path, 'x'.repeat(5000));
    await refused(path, /this is not an HDF5 file/);
    copyFileSync(copied('pynwb_dense'), path);
    truncateSync(path, 200_000);
    await refused(path, /the file is cut off/);
  });

  it('names electrodes by ids instead of rows: told, and taken as ids', async () => {
    // The ids are 100, 101 …
    const path = changed('pynwb_dense', (file) => {
      const ids = BigInt64Array.from({ length: 24 }, (_, c) => BigInt(100 + c));
      set(file, 'general/extracellular_ephys/electrodes/id', 0, ids);
      set(
        file,
        'units/electrodes',
        0,
        BigInt64Array.from({ length: 144 }, (_, i) => ids[i % 24]!),
      );
    });
    const { warnings } = await importNwb([path], out(), all);
    expect(warnings.join('\n')).toMatch(
      /units\/electrodes holds ids such as 100, where rows .* belong; they were taken as ids/,
    );
    const waveforms = await numbersOf(join(out(), 'waveform_all.npy'));
    await importNwb([fileOf('pynwb_dense')], join(folder.path, 'b'), all);
    expect(waveforms).toEqual(await numbersOf(join(folder.path, 'b/waveform_all.npy')));
  });

  it('names electrodes that are neither', async () => {
    const path = changed('pynwb_dense', (file) => {
      set(file, 'units/electrodes', 3, BigInt64Array.of(99n));
    });
    await refused(path, /units\/electrodes names electrode 99; expected rows of the electrode table, 0 to 23/);
  });

  it('has an index beyond the end, or one that falls', async () => {
    const beyond = changed('pynwb_dense', (file) => {
      set(file, 'units/spike_times_index', 5, Uint16Array.of(1085));
    });
    await refused(
      beyond,
      /units\/spike_times_index goes to 1085, beyond the end of units\/spike_times, which has 1084 values/,
    );
    const falling = changed('pynwb_dense', (file) => {
      set(file, 'units/spike_times_index', 1, Uint16Array.of(1));
    });
    await refused(falling, /units\/spike_times_index: expected 6 ascending ends/);
  });

  it('has times in ms: told, with the flag that says so', async () => {
    const path = changed('pynwb_sparse', (file) => {
      const times = (file.get('units/spike_times') as { value: Float64Array }).value;
      set(
        file,
        'units/spike_times',
        0,
        times.map((time) => 1000 * time),
      );
    });
    const { warnings } = await importNwb([path], out(), all);
    expect(warnings.join('\n')).toMatch(
      /half of its units fire with less than .* in another unit than s \(--times-unit ms\)/,
    );
    const right = await importNwb([path], join(folder.path, 'b'), { ...all, timesUnit: 'ms' });
    expect(right.warnings.join('\n')).not.toMatch(/--times-unit/);
    const times = await numbersOf(join(folder.path, 'b/spike_times/Unit0.npy'));
    const wanted = await numbersOf(join(expected, 'pynwb_sparse/spike_times/Unit0.npy'));
    expect(Math.max(...times.map((time, i) => Math.abs(time - wanted[i]!)))).toBeLessThan(1e-9);
  });

  it('has a spike at no time, or no position of an electrode', async () => {
    const time = changed('pynwb_dense', (file) => {
      set(file, 'units/spike_times', 0, Float64Array.of(NaN));
    });
    await refused(time, /units\/spike_times: unit 0 has a spike at NaN/);
    const place = changed('pynwb_dense', (file) => {
      set(file, 'general/extracellular_ephys/electrodes/rel_x', 4, Float64Array.of(NaN));
    });
    await refused(place, /electrode 5 has no position in rel_x, rel_y \(NaN\)/);
  });

  it('has units without spikes or waveforms: these are left out', async () => {
    const path = changed('pynwb_dense', (file) => {
      const dataset = file.get('units/waveform_mean') as unknown as {
        write_slice: (ranges: [number, number][], data: unknown) => void;
      };
      dataset.write_slice([[1, 2]], new Float64Array(60 * 24).fill(NaN));
      set(file, 'units/spike_times_index', 2, Uint16Array.of(454));
    });
    const { units, warnings } = await importNwb([path], out(), { ...all, minSpikes: 1 });
    // Of unit 2 no spike is left.
    expect(units).toBe(4);
    expect(warnings.join('\n')).toMatch(/1 of 5 have no waveform \(1\); they were left out/);
  });

  it('has a column of another kind', async () => {
    await refused(fileOf('pynwb_dense'), /units\/electrode_group: expected numbers/, {
      ...all,
      labelColumn: 'electrode_group',
    });
  });

  it('is compressed in a way that cannot be undone: told before it is read', async () => {
    const path = copied('pynwb_compressed');
    const bytes = readFileSync(path);
    // Of a filter (version 1 of the message): its number, three lengths and flags of two bytes, its name.
    const at = bytes.indexOf('lzf\0') - 8;
    expect(bytes.readUInt16LE(at)).toBe(32000);
    bytes.writeUInt16LE(32015, at);
    writeFileSync(path, bytes);
    await refused(
      path,
      /units\/waveform_mean is compressed by the HDF5 filter 32015 .* cannot be undone here\. Write the file anew with gzip: h5repack/,
    );
  });

  it('is Zarr whose columns cannot be decoded', async () => {
    const path = copyOf(join(shelf, 'nwb/data/pynwb_dense.nwb.zarr'), join(folder.path, 'z.nwb.zarr'));
    const header = join(path, 'general/extracellular_ephys/electrodes/group_name/.zarray');
    writeFileSync(header, readFileSync(header, 'utf8').replace('vlen-utf8', 'pickle'));
    await refused(path, /group_name: is written in a way that is not read here \(.*pickle.*Write it anew/);
  });
});

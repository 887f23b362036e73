import { copyFileSync, existsSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { File, ready } from 'h5wasm/node';
import { beforeAll, describe, expect, it } from 'vitest';

import { importNwb, type NwbImportOptions } from '../../../lib/import/nwb/import_nwb.js';
import { temporaryFolder } from '../../cli/folder.js';
import { copyOf } from '../fixtures.js';
import { haveShelf, numbersOf, shelf } from './shelf_fixtures.js';

const folder = temporaryFolder();
const fileOf = (name: string) => join(shelf, 'nwb/data', `${name}.nwb`);
const expected = join(shelf, 'nwb/expected');
const out = () => join(folder.path, 'data');
const all = { labels: ['good', 'mua', 'noise', 'unsorted'], minSpikes: 0 };

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

  it('is given twice, by whatever name', async () => {
    const path = copied('pynwb_dense');
    const link = join(folder.path, 'link.nwb');
    symlinkSync(path, link);
    const twice = importNwb([path, fileOf('pynwb_sparse'), link], out(), all);
    await expect(twice).rejects.toMatchObject({
      code: 'DANT_DATA',
      message: `Paths 1 and 3 are the same file or folder: ${link}.`,
    });
    const none = join(folder.path, 'none.nwb');
    await expect(importNwb([none, none], out(), all)).rejects.toThrow(/none\.nwb: there is no such file/);
    expect(existsSync(out())).toBe(false);
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

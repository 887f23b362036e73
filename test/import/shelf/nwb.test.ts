import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { loadDataset } from '../../../lib/dataset/load.js';
import { importNwb } from '../../../lib/import/nwb/import_nwb.js';
import { dant } from '../../cli/dant.js';
import { temporaryFolder } from '../../cli/folder.js';
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

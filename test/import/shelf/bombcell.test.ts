import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { loadDataset } from '../../../lib/dataset/load.js';
import { writeNpy } from '../../../lib/files/npy_writer.js';
import { importBombcell, type BombcellImportOptions } from '../../../lib/import/bombcell/import_bombcell.js';
import { dant } from '../../cli/dant.js';
import { temporaryFolder } from '../../cli/folder.js';
import { copyOf } from '../fixtures.js';
import { haveShelf, numbersOf, shelf, unitsOf } from './shelf_fixtures.js';

const folder = temporaryFolder();
const folderOf = (name: string) => join(shelf, 'bombcell/data', name);
const expected = join(shelf, 'bombcell/expected');
const out = () => join(folder.path, 'data');
const all = { labels: ['good', 'mua', 'noise', 'non-soma good'], minSpikes: 0, uvPerBit: 2.34375 };

describe.skipIf(!haveShelf)('RawWaveforms', () => {
  it.each([
    ['ks', 'unitmatch_ks25', [0, 2, 3, 7, 11, 12], 82],
    // 7 is missing, 12 all NaN.
    ['ks_bombcell', 'bombcell_ks4', [0, 2, 3, 11], 61],
    // Fortran order; three units
    ['matlab_qMetrics', 'matlab_fortran', [0, 2, 3], 82],
  ])('of %s are what the program that wrote them meant', async (name, caseName, ids, samples) => {
    const data = out();
    const { warnings } = await importBombcell([folderOf(name)], data, all);
    expect(unitsOf(data).map(({ cluster_id: id }) => Number(id))).toEqual(ids);
    const wanted = await numbersOf(join(expected, `${caseName}.waveform_all_uV.npy`));
    const map = await numbersOf(join(folderOf(name), 'channel_map.npy'));
    const waveforms = await numbersOf(join(data, 'waveform_all.npy'));
    expect(waveforms.length).toBe(ids.length * map.length * samples);
    let compared = 0;
    waveforms.forEach((value, i) => {
      const t = i % samples;
      const c = Math.floor(i / samples) % map.length;
      const u = Math.floor(i / (samples * map.length));
      // Columns of the recording, of which the sorter left two out
      const own = wanted[(u * 32 + map[c]!) * samples + t]!;
      if (Number.isNaN(own)) return;
      compared++;
      if (Math.abs(own - value) > 1e-4) expect([u, c, t, value]).toEqual([u, c, t, own]);
    });
    // One channel of one unit was not measured.
    expect(waveforms.length - compared).toBe(name === 'ks_bombcell' ? samples : 0);
    expect(waveforms.every(Number.isFinite)).toBe(true);
    if (ids.length < 6)
      expect(warnings.join('\n')).toMatch(/have no waveform \((7, 12|7, 11, 12)\); they were left out/);
    // Cluster 11 fired once.
    const single = ids.indexOf(11);
    expect((await loadDataset(data)).warnings).toEqual(
      single < 0
        ? []
        : [`Unit ${single} has a single spike, hence no autocorrelogram and no ISI histogram to compare.`],
    );
  });

  it('have the labels of Bombcell', async () => {
    await importBombcell([folderOf('ks')], out(), { ...all, labels: ['good', 'non-soma good'], minSpikes: 10 });
    expect(unitsOf(out()).map(({ cluster_id: id, label }) => [id, label])).toEqual([
      ['0', 'good'],
      ['3', 'good'],
      ['7', 'non-soma good'],
    ]);
  });

  it('are imported by the command', async () => {
    const args = ['import', 'bombcell', folderOf('ks'), folderOf('matlab_qMetrics'), '--output', out()];
    const { code, stdout } = await dant([...args, '--uv-per-bit', '2.34375']);
    expect(code).toBe(0);
    expect(stdout).toContain('Imported 4 units of 2 sessions (2, 2), 30 channels');
    const wrong = await dant([...args, '--uv-per-bit', 'x']);
    expect(wrong.code).toBe(2);
  });
});

describe.skipIf(!haveShelf)('RawWaveforms that cannot be used', () => {
  const copied = (name = 'ks') => copyOf(folderOf(name), join(folder.path, 'ks'));
  const refused = async (path: string, message: RegExp, options: BombcellImportOptions = all) => {
    await expect(importBombcell([path], out(), options)).rejects.toThrow(message);
    expect(existsSync(out())).toBe(false);
  };

  it('are in counts of an unknown size', async () => {
    await refused(folderOf('ks'), /the waveforms are counts of the recording, and how many µV .*Say --uv-per-bit/, {});
  });

  it('are absent', async () => {
    const path = copied();
    renameSync(join(path, 'RawWaveforms'), join(path, 'Raw'));
    await refused(path, /there is no RawWaveforms, qMetrics\/RawWaveforms, bombcell\/RawWaveforms\. Run Bombcell/);
  });

  it('have another shape, or fewer channels than the recording', async () => {
    const path = copied();
    const file = join(path, 'RawWaveforms/Unit3_RawSpikes.npy');
    rmSync(file);
    await writeNpy(file, { data: new Float64Array(82 * 32), shape: [82, 32] });
    await refused(path, /Unit3_RawSpikes\.npy: expected the shape \(samples, channels, 2\) but found \(82, 32\)/);
    rmSync(file);
    await writeNpy(file, { data: new Float64Array(61 * 32 * 2), shape: [61, 32, 2] });
    await refused(
      path,
      /Unit3_RawSpikes\.npy: has the shape \(61, 32, 2\), that of Unit0_RawSpikes\.npy begins with 82, 32/,
    );
    const map = join(path, 'channel_map.npy');
    const bytes = readFileSync(map);
    bytes.writeInt32LE(32, bytes.length - 4);
    writeFileSync(map, bytes);
    await refused(path, /the waveforms have 32 channels, but channel_map\.npy names column 32 of the recording/);
  });
});

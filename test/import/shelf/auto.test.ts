import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { findSorterFolder } from '../../../lib/import/find_recording.js';
import { recogniseAll } from '../../../lib/import/import_auto.js';
import { recognise } from '../../../lib/import/recognise.js';
import { dant } from '../../cli/dant.js';
import { temporaryFolder } from '../../cli/folder.js';
import { copyOf, haveFixtures, np1 } from '../fixtures.js';
import { haveIblFixtures, oneCache } from '../ibl/fixtures.js';
import { haveShelf, shelf, unitsOf } from './shelf_fixtures.js';

const folder = temporaryFolder();

describe.skipIf(!haveShelf || !haveFixtures || !haveIblFixtures)('dant import auto', () => {
  it.each([
    ['nwb', 'nwb/data/pynwb_dense.nwb', 'an NWB file'],
    ['nwb', 'nwb/data/pynwb_dense.nwb.zarr', 'an NWB file (Zarr)'],
    ['spikeinterface', 'sorting-analyzer/data/binary_sparse_uv', 'a SortingAnalyzer of SpikeInterface (binary_folder)'],
    ['spikeinterface', 'sorting-analyzer/data/zarr_sparse_uv.zarr', 'a SortingAnalyzer of SpikeInterface (Zarr)'],
    ['spikeinterface', 'sorting-analyzer/data/waveform_extractor_sparse_uv', 'a WaveformExtractor of SpikeInterface'],
    [
      'bombcell',
      'bombcell/data/ks_bombcell',
      'a sorting with RawWaveforms of Bombcell or UnitMatch, without its recording',
    ],
    ['matlab', 'matlab/data/v5_plain/spikeInfo.mat', "DANT's spikeInfo of MATLAB"],
    ['matlab', 'matlab/data/v5_plain', "DANT's spikeInfo of MATLAB"],
    ['ibl', 'ibl/one_cache', 'a ONE cache: 3 sessions of SIM01'],
  ])('recognises %s: %s', async (form, path, description) => {
    expect(await recognise(join(shelf, path))).toMatchObject({ form, description });
  });

  it('recognises sorters, by their recording if it is there', async () => {
    expect(await recognise(join(np1, 'D1'))).toMatchObject({ form: 'kilosort', paths: [join(np1, 'D1')] });
    // With waveforms that Bombcell extracted, the recording is better.
    const day = copyOf(join(np1, 'D1'), join(folder.path, 'D1'));
    copyOf(join(shelf, 'bombcell/data/ks/RawWaveforms'), join(await findSorterFolder(day), 'RawWaveforms'));
    expect((await recognise(day)).description).toBe('a sorting of Kilosort or phy with its recording');
  });

  it('takes the NWB files of a folder in the order of their names', async () => {
    const days = join(folder.path, 'days');
    for (const name of ['day10', 'day9']) {
      mkdirSync(days, { recursive: true });
      writeFileSync(join(days, `${name}.nwb`), '');
    }
    expect((await recognise(days)).paths).toEqual([join(days, 'day9.nwb'), join(days, 'day10.nwb')]);
  });

  it('says what it saw, the command, and imports', async () => {
    const path = join(shelf, 'nwb/data/pynwb_dense.nwb');
    const { code, stdout, stderr } = await dant(['import', 'auto', path, '--output', join(folder.path, 'data')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`${path}: an NWB file\nThis is: dant import nwb ${path} --output "${folder.path}/data"\n`);
    expect(stdout).toContain('Imported 3 units of 1 session');
  });

  it('repeats the flags that were given', async () => {
    const path = join(shelf, 'matlab/data/v5_plain/spikeInfo.mat');
    const more = ['--max-missing', '0.20', '--min-amplitude-uv', '5'];
    const { stdout, stderr } = await dant(['import', 'auto', path, ...more, '-o', join(folder.path, 'auto')]);
    const printed = /^This is: dant (import matlab .*)$/m.exec(stdout)![1]!;
    expect(printed, stderr).toBe(
      `import matlab ${path} --min-amplitude-uv 5 --max-missing 0.2 --output "${folder.path}/auto"`,
    );
    // It does the same.
    const words = printed.replaceAll('"', '').split(' --output ')[0]!.split(' ');
    const { code } = await dant([...words, '--output', join(folder.path, 'again')]);
    expect(code).toBe(0);
    for (const name of ['waveform_all.npy', 'units.csv']) {
      expect(readFileSync(join(folder.path, 'again', name))).toEqual(readFileSync(join(folder.path, 'auto', name)));
    }
  });

  it('takes no labels where units have none', async () => {
    const path = join(shelf, 'matlab/data/v5_plain/spikeInfo.mat');
    const output = join(folder.path, 'labels');
    const { code, stderr } = await dant(['import', 'auto', path, '--labels', 'good', '--output', output]);
    expect(code).toBe(1);
    expect(stderr).toContain('The units of a spikeInfo have no labels: leave out --labels.');
  });

  it('asks for what it cannot know', async () => {
    const path = join(shelf, 'bombcell/data/ks');
    const { code, stdout, stderr } = await dant(['import', 'auto', path, '--output', join(folder.path, 'data')]);
    expect(code).toBe(1);
    expect(stdout).toContain('This is: dant import bombcell');
    expect(stderr).toContain('Say --uv-per-bit');
  });

  it('imports the sessions of a ONE cache, or asks for the subject', async () => {
    const output = join(folder.path, 'ibl');
    const more = ['--labels', 'good,2/3', '--min-spikes', '1', '--output', output];
    const { code, stdout } = await dant(['import', 'auto', oneCache, ...more]);
    expect(code).toBe(0);
    expect(stdout).toContain(
      `This is: dant import ibl ${oneCache} --subject SIM01 --min-spikes 1 --labels "good,2/3" --output "${output}"\n`,
    );
    expect(unitsOf(output)).toHaveLength(6);

    const two = copyOf(oneCache, join(folder.path, 'two'));
    cpSync(join(two, 'testlab/Subjects/SIM01'), join(two, 'testlab/Subjects/SIM02'), { recursive: true });
    await expect(recogniseAll([two])).rejects.toThrow(
      /a ONE cache: 3 sessions of SIM01, 3 sessions of SIM02. Say of which subject: dant import ibl .* --subject/,
    );
    await expect(recogniseAll([oneCache, two])).rejects.toThrow(/Give one folder, that of the cache/);
    const sorting = join(oneCache, 'testlab/Subjects/SIM01/2024-05-01/001/alf/probe00/pykilosort');
    await expect(recognise(sorting)).rejects.toThrow(
      /a sorting in the ALF format, pykilosort.* Give the folder of its/,
    );
  });

  it('refuses what is of several forms, or of none', async () => {
    const nwb = join(shelf, 'nwb/data/pynwb_dense.nwb');
    const mat = join(shelf, 'matlab/data/v5_plain');
    await expect(recogniseAll([nwb, mat])).rejects.toThrow(
      /must be of one form, but .* is an NWB file; .* is DANT's spikeInfo/,
    );
    await expect(recognise(folder.path)).rejects.toThrow(
      /this is nothing that can be imported: expected a folder of Kilosort/,
    );
    await expect(recognise(join(folder.path, 'none'))).rejects.toThrow(/there is no such file or folder/);
  });
});

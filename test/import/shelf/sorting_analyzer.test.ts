import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { loadDataset } from '../../../lib/dataset/load.js';
import { importAnalyzers } from '../../../lib/import/sorting_analyzer/import_analyzers.js';
import { dant } from '../../cli/dant.js';
import { temporaryFolder } from '../../cli/folder.js';
import { copyOf } from '../fixtures.js';
import { haveShelf, numbersOf, recordOf, shelf, unitsOf } from './shelf_fixtures.js';

const folder = temporaryFolder();
const fixtures = join(shelf, 'sorting-analyzer/data');
const expected = join(shelf, 'sorting-analyzer/expected');
const folderOf = (name: string) => join(fixtures, name.startsWith('zarr') ? `${name}.zarr` : name);
const out = () => join(folder.path, 'data');
const all = { labels: ['good', 'mua', 'noise', 'unsorted'], minSpikes: 0 };
interface Case {
  unit_ids: (string | number)[];
  nbefore: number;
  num_samples: number[];
  properties: Record<string, string[]>;
}
const casesOf = (file: string) =>
  (JSON.parse(readFileSync(join(expected, file), 'utf8')) as { cases: Record<string, Case> }).cases;

/** (units, channels, samples), of (units, samples, channels) */
function swapped(values: number[], [units, samples, channels]: [number, number, number]): number[] {
  return Array.from({ length: values.length }, (_, i) => {
    const t = i % samples;
    const c = Math.floor(i / samples) % channels;
    const u = Math.floor(i / (samples * channels));
    expect(u).toBeLessThan(units);
    return values[(u * samples + t) * channels + c]!;
  });
}

describe.skipIf(!haveShelf)('a SortingAnalyzer', () => {
  it.each(['binary_sparse_uv', 'binary_dense_counts', 'zarr_sparse_uv', 'zarr_dense_counts', 'binary_two_segments'])(
    '%s has what SpikeInterface reads',
    async (name) => {
      const { unit_ids: ids, num_samples: lengths, properties } = casesOf('index.json')[name]!;
      const data = out();
      const { warnings } = await importAnalyzers([folderOf(name)], data, all);

      const waveforms = await numbersOf(join(data, 'waveform_all.npy'));
      const wanted = await numbersOf(join(expected, `${name}.waveform_all_uV.npy`));
      expect(waveforms.length).toBe(wanted.length);
      expect(Math.max(...wanted.map((value, i) => Math.abs(value - waveforms[i]!)))).toBeLessThan(1e-5);
      expect(await numbersOf(join(data, 'channel_locations.npy'))).toEqual(
        await numbersOf(join(expected, `${name}.channel_locations.npy`)),
      );
      for (let u = 0; u < ids.length; u++) {
        const times: number[] = [];
        for (let k = 0, begin = 0; k < lengths.length; begin += lengths[k++]!) {
          const samples = await numbersOf(join(expected, `${name}.spikes_samples.seg${k}.row${u}.npy`));
          times.push(...samples.map((sample) => (1000 * (begin + sample)) / 30_000));
        }
        expect(await numbersOf(join(data, 'spike_times', `Unit${u}.npy`))).toEqual(times);
      }
      const units = unitsOf(data);
      expect(units.map((unit) => unit.unit_name ?? Number(unit.cluster_id))).toEqual(ids);
      expect(units.map((unit) => unit.label)).toEqual(
        ids.map((_, u) => [properties.quality![u], properties.KSLabel![u]].find((label) => label !== '')),
      );
      const told = warnings.join('\n');
      expect(told.includes('its 2 segments were put one after the other')).toBe(lengths.length > 1);
      // What is outside the sparsity is said to be missing.
      expect(/waveforms are of \d+ to \d+ of 24 channels; at the others they were not measured/.test(told)).toBe(
        !name.includes('dense'),
      );
      expect((await loadDataset(data)).warnings).toEqual([]);
    },
  );

  it('of a recording without gains is judged by its size', async () => {
    const data = out();
    const name = 'binary_sparse_2shank_float';
    const { warnings } = await importAnalyzers([folderOf(name)], data, all);
    expect(warnings.join('\n')).toMatch(/no gains .* taken as µV \(--waveform-unit\)/);
    const templates = await numbersOf(join(expected, `${name}.templates_average_dense.npy`));
    expect(await numbersOf(join(data, 'waveform_all.npy'))).toEqual(swapped(templates, [6, 90, 24]).map(Math.fround));
    expect(await numbersOf(join(data, 'channel_shanks.npy'))).toEqual([
      ...new Array<number>(12).fill(0),
      ...new Array<number>(12).fill(1),
    ]);
    rmSync(data, { recursive: true });
    await importAnalyzers([folderOf(name)], data, { ...all, waveformUnit: 'V' });
    expect((await numbersOf(join(data, 'waveform_all.npy')))[1]).toBe(
      Math.fround(1e6 * swapped(templates, [6, 90, 24])[1]!),
    );
  });

  it('has the labels that are asked for', async () => {
    const { units } = await importAnalyzers([folderOf('binary_sparse_uv')], out());
    expect(units).toBe(3);
    expect(unitsOf(out()).map((unit) => unit.unit_name)).toEqual(['u3', 'u7', 'u15']);
    expect(recordOf(out()).sessions[0]).toMatchObject({
      format: 'binary_folder',
      clustersByLabel: { good: 3, mua: 2, noise: 1 },
    });
  });

  it('is imported with others, of another form, by the command', async () => {
    const { code, stdout, stderr } = await dant([
      ...['import', 'spikeinterface', folderOf('binary_sparse_uv'), folderOf('zarr_dense_counts')],
      ...['--output', out(), '--labels', 'good,mua,noise', '--max-missing', '0'],
    ]);
    // These are two probes, whose sites differ.
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('No site was recorded in all 2 sessions');
    const same = await dant([
      ...['import', 'spikeinterface', folderOf('binary_sparse_uv'), folderOf('zarr_sparse_uv')],
      ...['--output', out()],
    ]);
    expect(same.code).toBe(0);
    expect(same.stdout).toContain('Imported 6 units of 2 sessions (3, 3), 24 channels');
  });
});

describe.skipIf(!haveShelf)('a WaveformExtractor', () => {
  /** A sorting as sorting.save writes it, whose unit k has k + 10 spikes. */
  function sorting(ids: (string | number)[], reversed = false): string {
    const path = join(folder.path, 'sorting');
    mkdirSync(path);
    const order = reversed ? [...ids].reverse() : ids;
    writeFileSync(
      join(path, 'numpysorting_info.json'),
      JSON.stringify({ sampling_frequency: 30_000, unit_ids: order }),
    );
    const source = readFileSync(join(folderOf('binary_sparse_uv'), 'sorting/spikes.npy'));
    const header = source.subarray(0, 10 + source.readUInt16LE(8));
    const spikes = order.flatMap((_, u) => Array.from({ length: u + 10 }, (_, i) => [1000 * i + u, u, 0]));
    const text = header.toString('latin1').replace('(442,)', `(${spikes.length},)`.padEnd(6));
    const records = BigInt64Array.from(spikes.flat(), BigInt);
    writeFileSync(join(path, 'spikes.npy'), Buffer.concat([Buffer.from(text, 'latin1'), Buffer.from(records.buffer)]));
    return path;
  }

  it.each(['waveform_extractor_sparse_uv', 'waveform_extractor_dense_counts'])('%s is read', async (name) => {
    const { unit_ids: ids } = casesOf('old_index.json')[name]!;
    const data = out();
    await importAnalyzers([folderOf(name)], data, { ...all, sortings: [sorting(ids)] });
    const templates = await numbersOf(join(expected, `${name}.templates_average_dense.npy`));
    const gain = name.endsWith('counts') ? 2.34375 : 1;
    expect(await numbersOf(join(data, 'waveform_all.npy'))).toEqual(
      swapped(templates, [6, 90, 24]).map((value) => Math.fround(value * gain)),
    );
    expect(unitsOf(data).map(({ unit_name: unit, spikes }) => [unit, Number(spikes)])).toEqual(
      ids.map((id, u) => [id, u + 10]),
    );
  });

  it('says that its sorting is needed', async () => {
    await expect(importAnalyzers([folderOf('waveform_extractor_sparse_uv')], out(), all)).rejects.toThrow(
      /sorting\.json: the spikes are in the sorting .*tmp_srt\/s, which is not there\. Say where it is \(--sorting\)/,
    );
  });
});

describe.skipIf(!haveShelf)('a SortingAnalyzer that cannot be used', () => {
  const copied = (name: string) => copyOf(folderOf(name), join(folder.path, name.startsWith('zarr') ? 'a.zarr' : 'a'));
  const refused = async (path: string, message: RegExp) => {
    await expect(importAnalyzers([path], out(), all)).rejects.toThrow(message);
    await expect(importAnalyzers([path], out(), all)).rejects.toMatchObject({ code: 'DANT_DATA' });
    expect(existsSync(out())).toBe(false);
  };

  it('is absent, or something else', async () => {
    await refused(join(folder.path, 'none'), /there is no such folder/);
    await refused(expected, /neither a SortingAnalyzer .* nor a WaveformExtractor/);
  });

  it('was not given templates: the command that computes them is named', async () => {
    const message =
      /the extension "templates" was not computed.*analyzer\.compute\(\["random_spikes", "waveforms", "templates"\]\)/;
    for (const name of ['binary_sparse_uv', 'zarr_sparse_uv']) {
      const path = copied(name);
      rmSync(join(path, 'extensions/templates'), { recursive: true });
      await refused(path, message);
    }
  });

  it('has spikes beyond the end, or of no unit', async () => {
    const path = copied('binary_sparse_uv');
    const file = join(path, 'sorting/spikes.npy');
    const bytes = readFileSync(file);
    const last = bytes.length - 24;
    bytes.writeBigInt64LE(240_000n, last);
    writeFileSync(file, bytes);
    await refused(path, /1 spikes are beyond the end of the recording \(240000 samples\)/);
    bytes.writeBigInt64LE(0n, last);
    bytes.writeBigInt64LE(6n, last + 8);
    writeFileSync(file, bytes);
    await refused(path, /a spike is of the unit in row 6, but there are 6 units/);
    truncateSync(file, last);
    await refused(path, /spikes\.npy: the file is cut off: 442 spikes need/);
  });

  it('has object columns', async () => {
    const path = copied('zarr_sparse_uv');
    const array = join(path, 'sorting/unit_ids/.zarray');
    const header = JSON.parse(readFileSync(array, 'utf8')) as Record<string, unknown>;
    writeFileSync(array, JSON.stringify({ ...header, dtype: '|O', filters: [{ id: 'pickle', protocol: 5 }] }));
    await refused(path, /sorting\/unit_ids: is written in a way that is not read here \(.*pickle/);
  });

  it('has a chunk that is damaged', async () => {
    const path = copied('zarr_sparse_uv');
    truncateSync(join(path, 'extensions/templates/average/0.0.0'), 100);
    await refused(path, /average\/0\.0\.0: the chunk has 100 bytes, expected \d+\. Copy the folder anew/);
  });

  it('has settings that are no JSON, do not tell, or may not be read', async () => {
    const path = copied('binary_sparse_uv');
    const file = join(path, 'settings.json');
    writeFileSync(file, Buffer.from([0x7b, 0xff, 0x7d]));
    await refused(path, /settings\.json: the text is not UTF-8/);
    writeFileSync(file, '{}');
    await refused(path, /settings\.json: the settings do not tell whether the templates are in µV/);
    chmodSync(file, 0);
    if (process.getuid?.() !== 0) await refused(path, /no permission/);
  });

  it('has no probe, or another number of channels', async () => {
    const path = copied('binary_sparse_uv');
    const file = join(path, 'recording_info/probegroup.json');
    const group = JSON.parse(readFileSync(file, 'utf8')) as { probes: { contact_positions: number[][] }[] };
    group.probes[0]!.contact_positions.pop();
    writeFileSync(file, JSON.stringify(group));
    await refused(path, /the probe has 23 connected contacts but the recording 24 channels/);
    rmSync(file);
    await refused(path, /the recording has no probe/);
  });

  it('has units without spikes or waveforms: these are left out, and named', async () => {
    const path = copied('binary_sparse_uv');
    const mask = join(path, 'sparsity_mask.npy');
    const bytes = readFileSync(mask);
    const begin = bytes.length - 6 * 24;
    bytes.fill(0, begin, begin + 24);
    // The second unit has one channel.
    bytes.fill(0, begin + 24, begin + 48);
    bytes[begin + 24 + 19] = 1;
    writeFileSync(mask, bytes);
    const { units, warnings } = await importAnalyzers([path], out(), all);
    expect(units).toBe(4);
    expect(warnings.join('\n')).toMatch(/1 of 6 have no waveform \(u3\); they were left out/);
    expect(warnings.join('\n')).toMatch(/1 of 6 have a waveform on one channel only.* \(u10\); they were left out/);
  });

  it('is of another sampling rate than the others', async () => {
    const path = copied('binary_sparse_uv');
    const file = join(path, 'recording_info/recording_attributes.json');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('"sampling_frequency": 30000.0', '"sampling_frequency": 25000.0'),
    );
    await expect(importAnalyzers([path, folderOf('binary_sparse_uv')], out(), all)).rejects.toThrow(
      /The sampling rates differ: 25000 Hz .* and 30000 Hz/,
    );
  });

  it('has another window than the others: what all have is taken', async () => {
    const path = copied('binary_dense_counts');
    const file = join(path, 'extensions/templates/params.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"ms_before": 1.0', '"ms_before": 0.5'));
    cpSync(folderOf('binary_dense_counts'), join(folder.path, 'b'), { recursive: true });
    const { warnings } = await importAnalyzers([path, join(folder.path, 'b')], out(), all);
    expect(warnings.join('\n')).toMatch(/the 75 samples that all have are taken, 15 of them before the spike/);
    const waveforms = await numbersOf(join(out(), 'waveform_all.npy'));
    const wanted = await numbersOf(join(expected, 'binary_dense_counts.waveform_all_uV.npy'));
    // Of the second one the first 15 samples are cut off, of the first one the last 15.
    const size = 6 * 24 * 75;
    expect(waveforms.length).toBe(2 * size);
    expect(waveforms[size]).toBeCloseTo(wanted[15]!, 5);
    expect(waveforms[74]).toBeCloseTo(wanted[74]!, 5);
  });
});

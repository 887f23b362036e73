import { mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { writeNpy } from '../../lib/files/npy_writer.js';
import { importSessions } from '../../lib/import/import_sessions.js';
import { temporaryFolder } from '../cli/folder.js';
import { copyOf, haveFixtures, np1, np2, unpack } from './fixtures.js';
import { regular, writeSession } from './write_session.js';

const folder = temporaryFolder();
const run = 'X_g0/X_g0_imec0/X_g0_t0.imec0.ap';

/** A copy of a day that may be changed. */
function dayOf(root: string, name: string, as = name) {
  mkdirSync(join(folder.path, 'experiment'), { recursive: true });
  return copyOf(join(root, name), join(folder.path, 'experiment', as));
}
const change = (path: string, from: string | RegExp, to: string) => {
  const text = readFileSync(path, 'utf8');
  expect(text.search(from)).toBeGreaterThanOrEqual(0);
  writeFileSync(path, text.replace(from, to));
};
const units = (data: string) =>
  readFileSync(join(data, 'units.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
const waveforms = (data: string) => readFileSync(join(data, 'waveform_all.npy'));

/** Imports days; `data` is a new folder. */
async function imported(days: string[], options = {}) {
  const data = join(folder.path, `data ${Math.random()}`);
  const { warnings } = await importSessions(
    days.map((path) => ({ folder: path })),
    data,
    options,
  );
  return { data, warnings: warnings.join('\n') };
}

describe.skipIf(!haveFixtures)('recordings as people have them', () => {
  it('are of one probe each: the one whose name params.py has', async () => {
    const day = dayOf(np1, 'D1');
    const other = join(day, 'X_g0/X_g0_imec1');
    mkdirSync(other);
    for (const end of ['cbin', 'ch', 'meta']) {
      const from = dayOf(np1, 'D2', `other ${end}`);
      renameSync(join(from, `${run}.${end}`), join(other, `X_g0_t0.imec1.ap.${end}`));
    }
    change(join(day, 'kilosort2.5/params.py'), /dat_path.*/, "dat_path = r'E:\\data\\X_g0_t0.imec0.ap.bin'");
    const { data, warnings } = await imported([day]);
    expect(warnings).toMatch(/imec0\.ap\.cbin has its name/);
    expect(waveforms(data)).toEqual(waveforms((await imported([join(np1, 'D1')])).data));
    change(join(day, 'kilosort2.5/params.py'), /dat_path.*/, "dat_path = ''");
    await expect(imported([day])).rejects.toThrow(/more than one that it could be: .*imec0.*imec1/);
  });

  it('say that nobody knows their probe, and the sorter’s positions are taken', async () => {
    const day = dayOf(np2, 'D2');
    const meta = join(day, `${run}.meta`);
    change(meta, /^imDatPrb_pn=.*$/m, 'imDatPrb_pn=NP9999');
    change(meta, /^imDatPrb_type=.*$/m, 'imDatPrb_type=9999');
    await expect(imported([day])).rejects.toThrow(/type 9999 is not known.*Add the line imChan0apGain/);
    change(meta, /^imDatPrb_sn=/m, 'imChan0apGain=100\nimDatPrb_sn=');
    const { data, warnings } = await imported([day]);
    expect(warnings).toMatch(/Session 1: .*where the sites of its probe \(NP9999\) are; .*channel_positions\.npy/);
    const positions = await readNpy(join(data, 'channel_locations.npy'), { as: 'float64' });
    const own = await readNpy(join(day, 'kilosort2/channel_positions.npy'), { as: 'float64' });
    expect([...positions.data]).toEqual([...own.data]);
  });

  it('tell where their sites are, all of them, or else the sorters do', async () => {
    const day = dayOf(np2, 'D2');
    unpack(join(day, `${run}.cbin`));
    for (const end of ['cbin', 'ch', 'meta']) rmSync(join(day, `${run}.${end}`));
    const sources = [{ folder: join(np2, 'D1') }, { folder: day, uvPerBit: 1 }];
    const { warnings } = await importSessions(sources, join(folder.path, 'mixed'));
    expect(warnings.join('\n')).toMatch(
      /recording of session 2 does not tell .*; the positions of all sessions are those of the sorters/,
    );
  });

  it('that CatGT filtered are not filtered again, and have no offset', async () => {
    const day = dayOf(np1, 'D1');
    change(join(day, `${run}.meta`), /$/, 'catGTCmdline0=<CatGT -dir=D:/x -run=X -apfilter=butter,3,300,0 -gblcar>\n');
    const { data } = await imported([day], { spikesPerUnit: 10_000 });
    const record = JSON.parse(readFileSync(join(data, 'import.json'), 'utf8')) as {
      sessions: { filteredBefore: boolean }[];
    };
    expect(record.sessions[0]!.filteredBefore).toBe(true);
    // The recording of the fixture is not filtered: what was averaged is the raw signal less one number per channel.
    const path = unpack(join(day, `${run}.cbin`));
    const samples = new Int16Array(Uint8Array.from(readFileSync(path)).buffer);
    const { data: values } = await readNpy(join(data, 'waveform_all.npy'), { as: 'float64' });
    const spikes = await readNpy(join(data, 'spike_times/Unit0.npy'), { as: 'float64' });
    const times = [...spikes.data].map((ms) => Math.round(30 * ms)).filter((t) => t >= 330 && t + 351 <= 120_000);
    const uv = (c: number) => (1e6 * 0.6) / 512 / (c >= 24 ? 250 : 500);
    const raw = (c: number, t: number) =>
      (uv(c) * times.reduce((sum, time) => sum + samples[(time + t) * 33 + c]!, 0)) / times.length;
    const meanOf = (c: number) => {
      let sum = 0;
      for (let r = 0; r < 120_000; r += 16) sum += samples[r * 33 + c]!;
      return (uv(c) * sum) / 7500;
    };
    const peak = Number(units(data)[0]![5]);
    const waveform = values.subarray(peak * 61, (peak + 1) * 61);
    const shift = Array.from({ length: 21 }, (_, i) => i - 10).find(
      (s) => Math.abs(raw(peak, s) - meanOf(peak) - waveform[20]!) < 1e-3,
    )!;
    for (const c of [0, 13, peak, 31]) {
      for (const t of [0, 20, 60]) {
        expect(values[c * 61 + t]).toBeCloseTo(raw(c, t - 20 + shift) - meanOf(c), 3);
      }
    }
  });

  it('whose .ch has the checksum of another one are told', async () => {
    const day = dayOf(np1, 'D1');
    change(join(day, `${run}.ch`), /"sha1_uncompressed": "2/, '"sha1_uncompressed": "3');
    expect((await imported([day])).warnings).toMatch(/\.ch has another checksum .*: 3b1e.* and 2B1E/);
  });

  it('that end within a row, or before their .meta says, are read as far as they go', async () => {
    const day = dayOf(np1, 'D1');
    const path = unpack(join(day, `${run}.cbin`));
    truncateSync(path, 33 * 2 * 119_990 + 7);
    const { warnings } = await imported([day]);
    expect(warnings).toMatch(/has 7919347 bytes but its \.meta says 7920000: the end of the recording is missing/);
    change(join(day, `${run}.meta`), /^fileSizeBytes=.*\n/m, '');
    expect((await imported([day])).warnings).toMatch(/ends within a row/);
  });

  it('need neither the templates of the sorter nor what Python pickled: 61 or 82 samples, NaN or none', async () => {
    const day = dayOf(np1, 'D2');
    const { data } = await imported([join(np1, 'D1'), day]);
    const sorter = join(day, 'kilosort4');
    writeFileSync(join(sorter, 'ops.npy'), 'cos\nsystem\n(S"exit 1"\ntR.');
    rmSync(join(sorter, 'templates.npy'));
    await writeNpy(join(sorter, 'templates.npy'), { data: new Float32Array(82).fill(NaN), shape: [1, 82, 1] });
    expect(waveforms((await imported([join(np1, 'D1'), day])).data)).toEqual(waveforms(data));
  });

  it('may have clusters that no table labels, and spikes of templates beyond the table', async () => {
    const day = dayOf(np1, 'D1');
    const sorter = join(day, 'kilosort2.5');
    const path = join(sorter, 'spike_templates.npy');
    const { shape } = await readNpy(path, { as: 'float64' });
    rmSync(path);
    await writeNpy(path, { data: new Int32Array(shape[0]!).fill(9999), shape: [shape[0]!] });
    for (const name of ['cluster_info.tsv', 'cluster_KSLabel.tsv']) {
      change(join(sorter, name), /^15\t.*\n/m, '');
    }
    const { data } = await imported([day], { labels: ['good', 'unsorted'] });
    expect(units(data).find(([, , , id]) => id === '15')).toContain('unsorted');
  });
});

describe('plain binaries', () => {
  const units = [{ id: 1, channel: 4, spikes: regular(1000, 650, 29_000) }];

  it('of single precision are those of 16 bits, to the rounding; whatever offset a channel has', async () => {
    const day = await writeSession(join(folder.path, 'day'), units);
    const path = join(day, 'raw.dat');
    const before = join(folder.path, 'before');
    await importSessions([{ folder: day, uvPerBit: 1.7123 }], before);
    const counts = new Int16Array(Uint8Array.from(readFileSync(path)).buffer);
    // In mV, with up to 44 mV of offset
    const floats = Float32Array.from(counts, (count, i) => 0.0017123 * count + 4 * (i % 12));
    writeFileSync(path, new Uint8Array(floats.buffer));
    change(join(day, 'sorter/params.py'), "'int16'", "'float32'");
    const source = { folder: day, uvPerBit: 1000 };
    for (const isFiltered of [false, true]) {
      if (isFiltered) {
        change(join(day, 'sorter/params.py'), 'hp_filtered = False', 'hp_filtered = True');
        writeFileSync(path, new Uint8Array(counts.buffer));
        change(join(day, 'sorter/params.py'), "'float32'", "'int16'");
        rmSync(before, { recursive: true });
        await importSessions([{ folder: day, uvPerBit: 1.7123 }], before);
        writeFileSync(path, new Uint8Array(floats.buffer));
        change(join(day, 'sorter/params.py'), "'int16'", "'float32'");
      }
      const after = join(folder.path, `after ${isFiltered}`);
      await importSessions([source], after);
      const [a, b] = await Promise.all(
        [before, after].map((data) => readNpy(join(data, 'waveform_all.npy'), { as: 'float64' })),
      );
      expect(Math.max(...a!.data)).toBeGreaterThan(5);
      const worst = Math.max(...a!.data.map((value, i) => Math.abs(value - b!.data[i]!)));
      // 0.1 µV / √12 of each sample, of 43 spikes; offsets of 44,000 µV in single precision add 0.002 each.
      expect(worst).toBeLessThan(0.03);
      expect(worst).toBeGreaterThan(0);
    }
    floats[12 * 5000 + 3] = NaN;
    writeFileSync(path, new Uint8Array(floats.buffer));
    await expect(importSessions([source], join(folder.path, 'none'))).rejects.toThrow(
      /raw\.dat: sample 5000 of column 3 is NaN/,
    );
    writeFileSync(path, new Uint8Array(floats.buffer).subarray(0, 48 * 1000 + 4));
    await expect(importSessions([source], join(folder.path, 'none'))).rejects.toThrow(/not whole rows of 12 samples/);
  });

  it('of other types are refused by name', async () => {
    const day = await writeSession(join(folder.path, 'day'), units);
    for (const type of ['uint16', 'float64', 'int32']) {
      change(join(day, 'sorter/params.py'), /dtype = '.*'/, `dtype = '${type}'`);
      await expect(importSessions([{ folder: day, uvPerBit: 1 }], join(folder.path, 'none'))).rejects.toThrow(
        new RegExp(`raw\\.dat: holds samples of type ${type} \\(params\\.py\\); expected int16, .*float32`),
      );
    }
  });
});

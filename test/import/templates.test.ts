import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { writeNpy } from '../../lib/files/npy_writer.js';
import { importSessions } from '../../lib/import/import_sessions.js';
import type { ImportOptions, SessionSource } from '../../lib/import/options.js';
import { Random } from '../../lib/random.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';
import { copyOf, haveFixtures, np2 } from './fixtures.js';
import { regular, writeSession } from './write_session.js';

const folder = temporaryFolder();
const channels = 12;
/** The sorter found three; phy merged the first two (40 and 20 spikes) to 20. */
const found = [
  { id: 0, channel: 2, spikes: regular(1000, 700, 29_000).slice(0, 40) },
  { id: 1, channel: 3, spikes: regular(1300, 1400, 29_000).slice(0, 20) },
  { id: 4, channel: 9, spikes: regular(1100, 900, 28_000) },
];
const clusterOf = new Map([
  [0, 20],
  [1, 20],
  [4, 4],
]);
/** Counts, (61, 12) of each template; 5 channels from its own on; templates 2 and 3 are not used. */
const waveforms = Array.from({ length: 5 }, (_, template) =>
  Array.from({ length: 61 }, (_, t) =>
    Array.from({ length: channels }, (_, c) =>
      Math.abs(c - 2 * template) > 2 ? 0 : (-50 + 3 * template + c) * Math.exp(-0.5 * ((t - 20) / 4) ** 2),
    ),
  ),
);
let session: string;
let sorter: string;

/** Replaces a file of the sorter. */
async function put(name: string, data: Float64Array | Int32Array, shape: number[]) {
  rmSync(join(sorter, name), { force: true });
  await writeNpy(join(sorter, name), { data, shape });
}

/** (C, C) inverse whitening, and the whitening, whose blocks of channels are those that templates use. */
function whitening() {
  const random = new Random(3);
  const values = new Float32Array(channels * channels);
  random.addNormal(values, 0.05);
  const inverse = Array.from({ length: channels }, (_, a) =>
    Array.from({ length: channels }, (_, b) => (a === b ? 8 : 0) + values[Math.min(a, b) * channels + Math.max(a, b)]!),
  );
  return inverse;
}

/** x with x · A = b, by Gaussian elimination. */
function solve(a: number[][], b: number[]): number[] {
  const n = b.length;
  const rows = Array.from({ length: n }, (_, i) => [...a.map((row) => row[i]!), b[i]!]);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = rows[i]![k]! / rows[k]![k]!;
      rows[i] = rows[i]!.map((value, j) => value - factor * rows[k]![j]!);
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
}

/** Templates (5, samples, 12) that, unwhitened, are the waveforms with the trough at floor(20 · samples / 61). */
function templates(samples = 61, inverse = whitening()) {
  const all = new Float64Array(5 * samples * channels);
  const begin = Math.floor((20 * samples) / 61) - 20;
  waveforms.forEach((waveform, k) => {
    const used = Array.from({ length: channels }, (_, c) => c).filter((c) => waveform[20]![c] !== 0);
    const block = used.map((a) => used.map((b) => inverse[a]![b]!));
    waveform.forEach((row, t) => {
      solve(
        block,
        used.map((c) => row[c]!),
      ).forEach((value, i) => {
        all[(k * samples + begin + t) * channels + used[i]!] = value;
      });
    });
  });
  return all;
}

beforeEach(async () => {
  session = await writeSession(join(folder.path, 'day'), found, {
    channels,
    labels: 'cluster_id\tgroup\n4\tgood\n20\tgood\n',
  });
  sorter = join(session, 'sorter');
  rmSync(join(session, 'raw.dat'));
  const before = await readNpy(join(sorter, 'spike_clusters.npy'), { as: 'int32' });
  await put('spike_templates.npy', before.data, before.shape as number[]);
  await put(
    'spike_clusters.npy',
    before.data.map((id) => clusterOf.get(id)!),
    before.shape as number[],
  );
  await put('spike_detection_templates.npy', before.data, before.shape as number[]);
  await put('whitening_mat_inv.npy', Float64Array.from(whitening().flat()), [channels, channels]);
  await put('templates.npy', templates(), [5, 61, channels]);
});

const data = () => join(folder.path, 'data');
const take = (options: ImportOptions = {}, source: Partial<SessionSource> = {}) =>
  importSessions([{ folder: session, uvPerBit: 2.5, ...source }], data(), { templates: 'kilosort4', ...options });

async function expectWaveforms() {
  const { data: values, shape } = await readNpy(join(data(), 'waveform_all.npy'), { as: 'float64' });
  expect(shape).toEqual([2, channels, 61]);
  for (let c = 0; c < channels; c++) {
    for (let t = 0; t < 61; t++) {
      const of = (k: number) => 2.5 * waveforms[k]![t]![c]!;
      expect(values[c * 61 + t]).toBeCloseTo(of(4), 4);
      expect(values[(channels + c) * 61 + t]).toBeCloseTo((40 * of(0) + 20 * of(1)) / 60, 4);
    }
  }
}

describe('a session without raw recording', () => {
  it('has the templates of Kilosort 4, unwhitened, if the command says so, and import.json tells', async () => {
    const list = join(folder.path, 'sessions.yaml');
    writeFileSync(list, 'sessions:\n  - { folder: day, uv_per_bit: 2.5 }\n');
    const refused = await dant(['import', 'kilosort', list, '-o', data()]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /Session 1: .*no raw recording: .*templates cannot take its place.*--templates kilosort4/s,
    );
    const { code, stderr } = await dant(['import', 'kilosort', list, '-o', data(), '--templates', 'kilosort4']);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/Session 1: there is no raw recording: its mean waveforms are the templates of Kilosort 4/);
    await expectWaveforms();
    const record = JSON.parse(readFileSync(join(data(), 'import.json'), 'utf8')) as {
      options: object;
      sessions: object[];
      warnings: string[];
    };
    expect(record.options).toMatchObject({ templates: 'kilosort4' });
    expect(record.sessions).toMatchObject([{ waveforms: 'templates of Kilosort 4', recording: [] }]);
    expect(record.warnings.join()).toMatch(/no raw recording/);
    const [, first] = readFileSync(join(data(), 'units.csv'), 'utf8').trim().split('\n');
    // Spikes and rate, and no number of averaged spikes
    expect(first).toMatch(/,30,\d+\.\d+,$/);
    const other = await dant(['import', 'kilosort', list, '-o', data(), '--templates', 'kilosort3']);
    expect(other.stderr).toMatch(/Allowed choices are kilosort4/);
  });

  it('may have longer templates', async () => {
    await put('templates.npy', templates(82), [5, 82, channels]);
    await take();
    await expectWaveforms();
  });

  it('is told beside sessions that have one', async () => {
    const other = await writeSession(join(folder.path, 'other'), found, { channels });
    const sources = [session, other].map((path) => ({ folder: path, uvPerBit: 2.5 }));
    const { warnings, unitsPerSession } = await importSessions(sources, data(), { templates: 'kilosort4' });
    expect(unitsPerSession).toEqual([2, 3]);
    expect(warnings.join('\n')).toMatch(/waveforms of session 1 are templates, those of the others means/);
  });

  it('is refused where its templates are not of Kilosort 4, or have no µV', async () => {
    await expect(take({}, { uvPerBit: undefined })).rejects.toThrow(/Session 1: .*templates\.npy: .*uv_per_bit/);
    await expect(take({ halves: true, commonMedian: true })).rejects.toThrow(/--halves and --common-median need it/);
    await expect(take({}, { splitAt: [0.5] })).rejects.toThrow(/--split-at needs it/);
    const identity = Float64Array.from({ length: 144 }, (_, i) => (i % 13 === 0 ? 200 : 0));
    await put('whitening_mat_inv.npy', identity, [channels, channels]);
    await expect(take()).rejects.toThrow(/whitening_mat_inv\.npy: is a multiple of the identity/);
    await put('whitening_mat_inv.npy', identity, [6, 24]);
    await expect(take()).rejects.toThrow(/expected shape \(12, 12\) but found \(6, 24\)/);
    rmSync(join(sorter, 'spike_detection_templates.npy'));
    await expect(take()).rejects.toThrow(/expected the folder of Kilosort 4.*2\.5 and 3 cannot be undone/);
  });

  it('is refused where its templates are broken', async () => {
    const values = templates();
    await put('templates.npy', values, [5, 1, 61 * channels]);
    await expect(take()).rejects.toThrow(
      /templates\.npy: expected shape \(templates, 61 or more samples, 12 channels\)/,
    );
    values[4 * 61 * channels + 17] = NaN;
    await put('templates.npy', values, [5, 61, channels]);
    await expect(take()).rejects.toThrow(/template 4 holds NaN/);
    await put('templates.npy', templates().subarray(0, 4 * 61 * channels), [4, 61, channels]);
    await expect(take()).rejects.toThrow(/names template 4, but templates\.npy has 4/);
    const flat = templates();
    for (let k = 0; k < 5; k++) {
      const own = flat.subarray(k * 61 * channels, (k + 1) * 61 * channels);
      const norm = Math.hypot(...own);
      own.forEach((value, i) => (own[i] = value / norm));
    }
    await put('templates.npy', flat, [5, 61, channels]);
    await expect(take()).rejects.toThrow(/scaled to a norm of 1/);
    await put('spike_templates.npy', Int32Array.of(0, 1), [2]);
    await put('templates.npy', templates(), [5, 61, channels]);
    await expect(take()).rejects.toThrow(/spike_clusters\.npy: holds 90 spikes but spike_templates\.npy 2/);
  });

  it.skipIf(!haveFixtures)('is refused with early files of Kilosort 4, whose whitening is not in them', async () => {
    const day = copyOf(join(np2, 'D1'), join(folder.path, 'early'));
    rmSync(join(day, 'X_g0'), { recursive: true });
    await put('templates.npy', templates(), [5, 61, channels]);
    await expect(take({}, { folder: day })).rejects.toThrow(/multiple of the identity/);
  });
});

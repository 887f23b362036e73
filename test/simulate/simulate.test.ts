import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { readNpz } from '../../lib/files/npz.js';
import { loadSettings } from '../../lib/settings/index.js';
import type { SimulateOptions } from '../../lib/simulate/parameters.js';
import { simulate, type SimulateControl } from '../../lib/simulate/simulate.js';
import { makeAll } from './recording.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dant-simulate-'));
});
afterEach(() => rm(folder, { recursive: true }));

let made = 0;
async function simulated(options: SimulateOptions, control?: SimulateControl): Promise<string> {
  const path = join(folder, `recording${++made}`);
  await simulate(path, options, control);
  return path;
}

/** One hash over all files: their names and bytes. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of (await readdir(path, { recursive: true })).sort()) {
    if (file !== 'spike_times') hash.update(file).update(await readFile(join(path, file)));
  }
  return hash.digest('hex');
}

const small = { neurons: 12, channels: 32, sessions: 3, samples: 32, durationS: 20 };

describe('simulate', () => {
  it('writes an input folder of the tracker, with its truth', async () => {
    const path = join(folder, 'deep/recording');
    const summary = await simulate(path, { ...small, presence: 1, driftUm: 0, pethBins: 30 });
    expect(summary).toEqual({
      units: 36,
      unitsPerSession: [12, 12, 12],
      neurons: 12,
      sessions: 3,
      channels: 32,
      samples: 32,
    });
    expect((await readdir(path)).sort()).toEqual([
      'channel_locations.npy',
      'peth.npy',
      'session_index.npy',
      'settings.json',
      'spike_times',
      'truth.npz',
      'waveform_all.npy',
    ]);
    expect(await readdir(join(folder, 'deep'))).toEqual(['recording']);
    expect(await readNpy(join(path, 'waveform_all.npy'))).toMatchObject({ dtype: '<f4', shape: [36, 32, 32] });
    expect(await readNpy(join(path, 'peth.npy'))).toMatchObject({ dtype: '<f8', shape: [36, 30] });
    expect(await readNpy(join(path, 'channel_locations.npy'))).toMatchObject({ dtype: '<f8', shape: [32, 2] });
    const session = await readNpy(join(path, 'session_index.npy'), { as: 'int32' });
    expect(session.dtype).toBe('<i8');
    expect([...session.data]).toEqual(Array.from({ length: 36 }, (_, i) => 1 + Math.floor(i / 12)));
    expect((await readdir(join(path, 'spike_times'))).length).toBe(36);
    for (let k = 0; k < 36; k++) {
      const { data, shape } = await readNpy(join(path, `spike_times/Unit${k}.npy`), { as: 'float64' });
      expect(shape).toEqual([data.length]);
      expect(data.length).toBeGreaterThan(0);
    }
    const truth = await readNpz(join(path, 'truth.npz'));
    expect(Object.entries(truth).map(([name, { shape, dtype }]) => [name, shape, dtype])).toEqual([
      ['neuron', [36], '<i8'],
      ['fault', [36], '<i8'],
      ['shank', [36], '<i8'],
      ['location', [36, 3], '<f8'],
      ['drift', [3], '<f8'],
      ['linear', [3], '<f8'],
    ]);
  });

  it('writes what the generators make, unit by unit', async () => {
    const options = { ...small, dtype: 'float64' as const, splitFraction: 0.3, seed: 9 };
    const path = await simulated(options);
    const { units } = makeAll(options);
    const { data } = await readNpy(join(path, 'waveform_all.npy'), { as: 'float64' });
    const truth = await readNpz(join(path, 'truth.npz'));
    const peth = await readNpy(join(path, 'peth.npy'), { as: 'float64' });
    expect(data.length).toBe(units.length * 32 * 32);
    for (const [k, unit] of units.entries()) {
      expect(data.subarray(k * 1024, (k + 1) * 1024)).toEqual(unit.waveform);
      expect(peth.data.subarray(k * 200, (k + 1) * 200)).toEqual(unit.peth);
      const times = await readNpy(join(path, `spike_times/Unit${k}.npy`), { as: 'float64' });
      expect(times.data).toEqual(unit.spikeTimes);
    }
    expect([...truth.neuron!.data].map(Number)).toEqual(units.map(({ neuron }) => neuron));
    expect([...truth.fault!.data].map(Number)).toEqual(units.map(({ fault }) => fault));
    expect([...truth.location!.data]).toEqual(units.flatMap(({ locationUm }) => locationUm));
  });

  it('gives the same bytes for the same seed, and others for another', async () => {
    const options = { ...small, splitFraction: 0.2, mixedFraction: 0.2, depthDriftUmPerMm: 5 };
    const [first, second, other] = [
      await simulated({ ...options, seed: 1 }),
      await simulated({ ...options, seed: 1 }),
      await simulated({ ...options, seed: 2 }),
    ];
    expect(await hashOf(second)).toBe(await hashOf(first));
    expect(await hashOf(other)).not.toBe(await hashOf(first));
  });

  it('gives the same recording as ever', async () => {
    // Recordings are published by preset and seed: whoever changes them says so in CHANGELOG.md. (Rounded, as the
    // last bits of sines and exponentials may differ between versions of Node.)
    const path = await simulated({ ...small, seed: 4 });
    const sum = async (name: string) =>
      (await readNpy(join(path, name), { as: 'float64' })).data.reduce((a, b) => a + b);
    const truth = await readNpz(join(path, 'truth.npz'));
    expect([...truth.neuron!.data].slice(0, 10).join()).toBe('5,10,4,11,2,9,0,1,8,6');
    expect([...truth.drift!.data].map((value) => Number(value).toFixed(3)).join()).toBe('-1.934,10.967,-9.033');
    expect((await sum('waveform_all.npy')).toFixed(1)).toBe('-80926.9');
    expect((await sum('peth.npy')).toFixed(1)).toBe('9732.9');
    expect((await sum('spike_times/Unit7.npy')).toFixed(1)).toBe('523374.9');
  });

  it('gives the same bytes however many units are written at once', async () => {
    // Waveforms of more than one batch: 300 units × 32 channels × 512 samples × 8 bytes = 39 MB.
    const options = { ...small, neurons: 100, presence: 1, samples: 512, driftUm: 0, dtype: 'float64' as const };
    const path = await simulated(options);
    const { units } = makeAll(options);
    const { data, shape } = await readNpy(join(path, 'waveform_all.npy'), { as: 'float64' });
    const length = 32 * 512;
    expect(shape).toEqual([300, 32, 512]);
    const bytes = (array: Float64Array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
    for (const [k, { waveform }] of units.entries()) {
      expect(bytes(waveform).equals(bytes(data.subarray(k * length, (k + 1) * length)))).toBe(true);
    }
  });

  it.each<[string, SimulateOptions, object]>([
    [
      'PETH',
      small,
      { motionEstimation: { features: [['AutoCorr', 'PETH'], ['Waveform', 'AutoCorr', 'PETH']] } }, // prettier-ignore
    ],
    ['no PETH', { ...small, peth: false }, { motionEstimation: { features: [['Waveform', 'AutoCorr']] } }],
    ['depth drift', { ...small, depthDriftUmPerMm: 3 }, { waveformCorrection: { linear_correction: true } }],
    ['few channels', small, { waveformCorrection: { n_nearest_channels: 32, linear_correction: false } }],
    [
      'four shanks',
      { ...small, probe: 'neuropixels-2.0-four-shank', channels: 64 },
      { waveformCorrection: { n_nearest_channels: 16 } },
    ],
  ])('writes settings that suit a recording with %s', async (_, options, expected) => {
    const path = await simulated(options);
    const { settings, warnings } = await loadSettings(join(path, 'settings.json'));
    expect(warnings).toEqual([]);
    expect(settings).toMatchObject(expected);
    expect(settings.path_to_data).toBe(path);
    expect(settings.output_folder).toBe(join(path, 'DANT_Output'));
  });

  it('writes the shanks of a probe that has several', async () => {
    const path = await simulated({ ...small, neurons: 40, probe: 'neuropixels-2.0-four-shank', channels: 64 });
    const shanks = await readNpy(join(path, 'channel_shanks.npy'), { as: 'int32' });
    expect([...shanks.data]).toEqual(Array.from({ length: 64 }, (_, c) => 1 + Math.floor(c / 16)));
    const truth = await readNpz(join(path, 'truth.npz'));
    expect([...new Set([...truth.shank!.data].map(Number))].sort()).toEqual([1, 2, 3, 4]);
    // The unit is largest on the shank that it is on.
    const { data } = await readNpy(join(path, 'waveform_all.npy'), { as: 'float64' });
    for (const [k, shank] of [...truth.shank!.data].map(Number).entries()) {
      const ptt = Array.from({ length: 64 }, (_, c) => {
        const trace = data.subarray((k * 64 + c) * 32, (k * 64 + c + 1) * 32);
        return Math.max(...trace) - Math.min(...trace);
      });
      expect(1 + Math.floor(ptt.indexOf(Math.max(...ptt)) / 16)).toBe(shank);
    }
  });
});

describe('the folder', () => {
  it('may exist if it is empty, also as a link', async () => {
    await mkdir(join(folder, 'empty'));
    await symlink(join(folder, 'empty'), join(folder, 'link'));
    await simulate(join(folder, 'link'), small);
    expect((await readdir(join(folder, 'empty'))).length).toBe(7);
  });

  it('is left alone if there is anything in it', async () => {
    await writeFile(join(folder, 'mine.txt'), 'mine');
    await expect(simulate(folder, small)).rejects.toMatchObject({
      code: 'DANT_OUTPUT',
      message: `${folder}: this folder is not empty and was left as it is. Choose a new one.`,
    });
    expect(await readdir(folder)).toEqual(['mine.txt']);
  });

  it('must not be a file', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(simulate(join(folder, 'file'), small)).rejects.toMatchObject({ code: 'DANT_OUTPUT' });
    await expect(simulate(join(folder, 'file/below'), small)).rejects.toMatchObject({ code: 'DANT_OUTPUT' });
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('');
  });

  it('does not appear when the parameters cannot be used', async () => {
    await expect(simulate(join(folder, 'new'), { neurons: 0 })).rejects.toMatchObject({ code: 'DANT_ARGUMENT' });
    await expect(simulate(join(folder, 'new'), { driftUm: Array<number>(6).fill(1e5) })).rejects.toThrow('no unit');
    expect(await readdir(folder)).toEqual([]);
  });

  it('does not appear when the simulation is stopped', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const onProgress = (fraction: number) => {
      expect(fraction).toBeLessThan(1);
      controller.abort(reason);
    };
    const large = { neurons: 100, channels: 384, samples: 256, presence: 1 };
    await expect(simulate(join(folder, 'new'), large, { signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect(await readdir(folder)).toEqual([]);
    await mkdir(join(folder, 'empty'));
    await expect(simulate(join(folder, 'empty'), small, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await readdir(join(folder, 'empty'))).toEqual([]);
  });
});

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';

import type { NdArray } from '../../../lib/arrays.js';
import { readNpy } from '../../../lib/files/npy.js';
import { writeNpy } from '../../../lib/files/npy_writer.js';
import { readNpz } from '../../../lib/files/npz.js';
import { importIbl } from '../../../lib/import/ibl/import_ibl.js';
import { importSessions } from '../../../lib/import/import_sessions.js';
import { dant } from '../../cli/dant.js';
import { temporaryFolder } from '../../cli/folder.js';
import { haveFixtures, np1 } from '../fixtures.js';
import { writeAlf } from './alf_writer.js';
import { haveIblFixtures, oneCache } from './fixtures.js';
import { float64, samplesInFile, simulatedCache, width } from './simulated_cache.js';

const folder = temporaryFolder();
const everyLabel = ['good', '2/3', '1/3', '0/3', 'unsorted'];

const unitsOf = (data: string) =>
  parse<Record<string, string>>(readFileSync(join(data, 'units.csv'), 'utf8'), { columns: true });

describe('dant import ibl', () => {
  it('makes neurons of a subject’s sessions with two commands: those of the truth', async () => {
    const cache = join(folder.path, 'cache');
    const { data, unitOf, troughs, of, channels } = await simulatedCache(cache, join(folder.path, 'simulated'));
    const output = join(folder.path, 'imported');
    const imported = await dant(['import', 'ibl', cache, '--subject', 'M1', '--output', output]);
    expect(imported.code, imported.stderr).toBe(0);
    expect(imported.stdout).toMatch(/Imported \d+ units of 3 sessions/);
    expect(imported.stderr).toContain('the waveforms are of 40 of 64 channels around each unit');
    const run = await dant(['run', output, '--quiet']);
    expect(run.code, run.stderr).toBe(0);

    const units = unitsOf(output);
    expect(units.length).toBe(unitOf.flat().length);
    const origin = units.map(({ session, cluster_id: cluster }) => unitOf[Number(session) - 1]![Number(cluster)]!);
    const { data: waveforms, shape } = await readNpy(join(output, 'waveform_all.npy'), { as: 'float64' });
    expect(shape).toEqual([units.length, channels, 61]);
    let [zeros, worst] = [0, 0];
    for (const [k, unit] of origin.entries()) {
      expect(units[k]).toMatchObject({ label: 'good', averaged_spikes: '7' });
      expect(await float64(join(output, 'spike_times', `Unit${k}.npy`))).toHaveLength(Number(units[k]!.spikes));
      for (let channel = 0; channel < channels; channel++) {
        const own = waveforms.subarray((k * channels + channel) * 61, (k * channels + channel + 1) * 61);
        if (own.every((value) => value === 0)) zeros++;
        else {
          own.forEach((value, t) => {
            const at = troughs[unit]! - 20 + t;
            if (at >= 0 && at < 61) worst = Math.max(worst, Math.abs(value - of(unit, channel, at)));
          });
        }
      }
    }
    expect(zeros).toBe(units.length * (channels - width));
    expect(worst).toBeLessThan(1e-3);

    const neuron = (await readNpz(join(data, 'truth.npz'))).neuron!.data as Int32Array;
    const tracked = parse<Record<string, string>>(readFileSync(join(output, 'DANT_Output/tracked_units.csv'), 'utf8'), {
      columns: true,
    });
    const neuronOf = new Map(tracked.map((unit) => [Number(unit.unit), unit.neuron!]));
    const all = [...origin.keys()];
    const pairs = (isSame: (a: number, b: number) => boolean) =>
      all.flatMap((a) => all.filter((b) => b > a && isSame(a, b)).map((b) => `${a} ${b}`));
    const foundPairs = pairs((a, b) => neuronOf.get(a) !== '' && neuronOf.get(a) === neuronOf.get(b));
    const truePairs = new Set(pairs((a, b) => Number(neuron[origin[a]!]) === Number(neuron[origin[b]!])));
    const right = foundPairs.filter((pair) => truePairs.has(pair)).length;
    expect(right / foundPairs.length).toBeGreaterThan(0.97);
    expect(right / truePairs.size).toBeGreaterThan(0.85);
  });

  it('says which probe and what labels there are', async () => {
    const cache = join(folder.path, 'cache');
    await simulatedCache(cache, join(folder.path, 'simulated'));
    const second = join(cache, 'lab/Subjects/M1/2024-06-02/001/alf');
    cpSync(join(second, 'probe00'), join(second, 'probe01'), { recursive: true });
    const out = join(folder.path, 'out');
    await expect(importIbl(cache, { subject: 'M1' }, out)).rejects.toThrow(
      /more than one probe: probe00 in 3 sessions, probe01 in 1 sessions.*--probe/,
    );
    await expect(importIbl(cache, { subject: 'M1', probe: 'probe00', labels: ['mua'] }, out)).rejects.toThrow(
      /the clusters are \d+ good, and those that are mua/,
    );
    await expect(importIbl(cache, { subject: 'M1', probe: 'probe01', sorter: 'ks9' }, out)).rejects.toThrow(
      /no sorting "ks9" of probe01; there is iblsorter/,
    );
    await expect(importIbl(cache, { subject: 'X' }, out)).rejects.toThrow(/no session has subject X: there are M1/);
    expect(existsSync(out)).toBe(false);
    const summary = await importIbl(cache, { subject: 'M1', probe: 'probe01' }, out);
    expect(summary.unitsPerSession).toHaveLength(1);
    expect(summary.warnings.join()).toContain('Left out 2024-06-01/001: there are no sorted spikes of probe01');
  });

  it('refuses waveforms that contradict the sorting or are not in volts', async () => {
    const cache = join(folder.path, 'cache');
    await simulatedCache(cache, join(folder.path, 'simulated'));
    const sorting = join(cache, 'lab/Subjects/M1/2024-06-01/001/alf/probe00/iblsorter');
    const importIt = () => importIbl(cache, { subject: 'M1' }, join(folder.path, 'out'));
    const path = join(sorting, 'waveforms.templates.npy');
    const { data, shape } = (await readNpy(path)) as NdArray<Float32Array>;
    const put = async (values: Float32Array, size: readonly number[]) => {
      rmSync(path);
      await writeNpy(path, { data: values, shape: size });
    };
    await put(
      data.map((value) => 1e6 * value),
      shape,
    );
    await expect(importIt()).rejects.toThrow(/waveforms\.templates\.npy: holds values up to .*Are they µV/);
    await put(data.subarray(0, data.length - width * samplesInFile), [shape[0]! - 1, width, samplesInFile]);
    await expect(importIt()).rejects.toThrow(/has \d+ waveforms but the sorting \d+ clusters/);
    await put(data, [shape[0]!, 2 * width, samplesInFile / 2]);
    await expect(importIt()).rejects.toThrow(/has 64 samples; expected 128/);
  });
});

describe.skipIf(!haveFixtures)('sessions with a recording', () => {
  const sampleRateHz = 30_000;
  const sessionTime = (sample: number) => (sample * 1.00002) / sampleRateHz + 12.5;

  /** The third day as the International Brain Laboratory would keep it: columns are missing, and the session has a clock of its own. */
  async function rawCache(path: string, { withSamples = true } = {}) {
    const sorter = join(
      np1,
      'D3',
      readdirSync(join(np1, 'D3')).find((name) => name.startsWith('kilosort'))!,
    );
    const samples = await float64(join(sorter, 'spike_times.npy'));
    const clusters = Int32Array.from(await float64(join(sorter, 'spike_templates.npy')));
    const map = Int32Array.from(await float64(join(sorter, 'channel_map.npy')));
    const session = join(path, 'M1/2024-06-03/001');
    await writeAlf(join(session, 'alf/probe00/pykilosort'), {
      timesS: samples.map(sessionTime),
      clusters,
      samples: withSamples ? samples : undefined,
      channels: new Int32Array(Math.max(...clusters) + 1),
      localCoordinates: await float64(join(sorter, 'channel_positions.npy')),
      rawInd: map,
    });
    const raw = join(session, 'raw_ephys_data/probe00');
    mkdirSync(raw, { recursive: true });
    const uuid = 'a976e418-c8b8-4d24-be47-d05120b18341';
    for (const entry of readdirSync(join(np1, 'D3'), { recursive: true, withFileTypes: true })) {
      const [, ending] = /\.ap\.(cbin|ch|meta)$/.exec(entry.name) ?? [];
      if (ending === undefined) continue;
      cpSync(join(entry.parentPath, entry.name), join(raw, `_spikeglx_ephysData_g0_t0.imec0.ap.${uuid}.${ending}`));
    }
    const points = Float64Array.from([0, 30_000, 400_000].flatMap((sample) => [sample, sessionTime(sample)]));
    await writeNpy(join(raw, '_spikeglx_ephysData_g0_t0.imec0.timestamps.npy'), { data: points, shape: [3, 2] });
    return { sorter, session };
  }

  it.each([true, false])(
    'has the waveforms that the import of its sorter folder has (spikes.samples: %s)',
    async (withSamples) => {
      const cache = join(folder.path, 'cache');
      const { sorter } = await rawCache(cache, { withSamples });
      const [plain, ibl] = [join(folder.path, 'plain'), join(folder.path, 'ibl')];
      await importSessions([{ folder: join(np1, 'D3') }], plain, { labels: ['good', 'mua', 'unsorted'] });
      expect(existsSync(sorter)).toBe(true);
      await importIbl(cache, { subject: 'M1', labels: everyLabel }, ibl);
      const [wanted, found] = [unitsOf(plain), unitsOf(ibl)];
      expect(found.map((unit) => unit.cluster_id)).toEqual(wanted.map((unit) => unit.cluster_id));
      expect(found.map((unit) => unit.averaged_spikes)).toEqual(wanted.map((unit) => unit.averaged_spikes));
      expect(await readNpy(join(ibl, 'waveform_all.npy'))).toEqual(await readNpy(join(plain, 'waveform_all.npy')));
      const times = await float64(join(ibl, 'spike_times/Unit0.npy'));
      const samples = (await float64(join(plain, 'spike_times/Unit0.npy'))).map((ms) => (ms / 1000) * sampleRateHz);
      times.forEach((ms, i) => {
        expect(Math.abs(ms - 1000 * sessionTime(samples[i]!))).toBeLessThan(0.02);
      });
    },
  );

  it('refuses a recording that is not of the sorting', async () => {
    const cache = join(folder.path, 'cache');
    const { session } = await rawCache(cache);
    const sorting = join(session, 'alf/probe00/pykilosort');
    const out = join(folder.path, 'out');
    const change = async (name: string, by: number) => {
      const path = join(sorting, name);
      const { data, shape } = await readNpy(path, { as: 'float64' });
      rmSync(path);
      await writeNpy(path, { data: data.map((value) => value + by), shape });
    };
    await change('channels.rawInd.npy', 10);
    await expect(importIbl(cache, { subject: 'M1', labels: everyLabel }, out)).rejects.toThrow(
      /neural columns, but channels\.rawInd names column/,
    );
    await change('channels.rawInd.npy', -10);
    await change('spikes.samples.npy', 1e9);
    await expect(importIbl(cache, { subject: 'M1', labels: everyLabel }, out)).rejects.toThrow(
      /spikes are beyond the \d+ samples of .*Is it the recording that was sorted/,
    );
    expect(existsSync(out)).toBe(false);
  });
});

describe.skipIf(!haveIblFixtures)('the fixture', () => {
  it('gives the units of the session that has waveforms, and says why not the others', async () => {
    const out = join(folder.path, 'out');
    const summary = await importIbl(oneCache, { subject: 'SIM01', labels: ['2/3'] }, out);
    expect(summary).toMatchObject({ units: 6, unitsPerSession: [6], channels: 40 });
    expect(summary.warnings.filter((text) => /Left out 2024-05-0[13]\/001: .*neither/.test(text))).toHaveLength(2);
    const templates = (await readNpy(
      join(oneCache, 'testlab/Subjects/SIM01/2024-05-02/001/alf/probe00/iblsorter/waveforms.templates.npy'),
    )) as NdArray<Float32Array>;
    const { data } = (await readNpy(join(out, 'waveform_all.npy'))) as NdArray<Float32Array>;
    const channels = unitsOf(out).map(({ channel }) => Number(channel));
    expect(channels).toEqual([12, 32, 32, 37, 16, 35]);
    [0, 1, 2, 4, 5, 6].forEach((cluster, k) => {
      const row = (cluster * 40 + channels[k]!) * samplesInFile;
      const wanted = templates.data.subarray(row + 22, row + 83).map((value) => 1e6 * value);
      const found = data.subarray((k * 40 + channels[k]!) * 61, (k * 40 + channels[k]! + 1) * 61);
      expect(Math.max(...found.map((value, t) => Math.abs(value - wanted[t]!)))).toBeLessThan(1e-3);
    });
    const record = JSON.parse(readFileSync(join(out, 'import.json'), 'utf8')) as { sessions: object[] };
    expect(record.sessions).toMatchObject([
      { date: '2024-05-02', collection: 'alf/probe00/iblsorter', histology: 'alf', clustersByLabel: { '2/3': 6 } },
    ]);
    const tracked = await dant(['run', out, '--quiet']);
    expect(tracked.code, tracked.stderr).toBe(0);
  });
});

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { readNpz } from '../../lib/files/npz.js';
import { importSessions } from '../../lib/import/import_sessions.js';
import { parseSpikeGlxMeta } from '../../lib/import/spikeglx_meta.js';
import { readUnitsTable } from '../../lib/import/units_table.js';
import { simulationParameters } from '../../lib/simulate/parameters.js';
import { recordedNeurons } from '../../lib/simulate/plan.js';
import { makeSpikeGlxProbe } from '../../lib/simulate/probe.js';
import { rawDefaults, simulateRaw } from '../../lib/simulate/raw/simulate_raw.js';
import { makeRecording } from '../../lib/simulate/recording.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';

const folder = temporaryFolder();
const small = { channels: 24, neurons: 10, durationS: 5, sessions: 2 };
const run = 'run_g0/run_g0_imec0/run_g0_t0.imec0.ap';
const integers = async (path: string) => {
  const truth = await readNpz(path);
  return (name: string) => Array.from(truth[name]!.data as Int32Array, Number);
};

describe('simulateRaw', () => {
  it('is imported, tracked and scored: the way from the rig to neurons, with every neuron found again', async () => {
    const raw = join(folder.path, 'raw');
    const flags = ['--channels', '40', '--neurons', '14', '--duration-s', '10', '--seed', '3'];
    const simulated = await dant(['simulate', raw, '--raw', ...flags]);
    expect(simulated.code, simulated.stderr).toBe(0);
    // As it says itself
    const [track, score] = simulated.stdout
      .split('\n')
      .filter((line) => line.startsWith('  dant'))
      .map((line) =>
        line
          .trim()
          .match(/"[^"]*"|\S+/g)!
          .map((word) => word.replaceAll('"', ''))
          .slice(1),
      ) as [string[], string[]];
    expect(track.slice(0, 4)).toEqual(['track', join(raw, 'D1'), join(raw, 'D2'), join(raw, 'D3')]);
    const tracked = await dant(track);
    expect(tracked.code, tracked.stderr).toBe(0);
    const scored = await dant([...score, '--json']);
    expect(scored.code, scored.stderr).toBe(0);
    const { units, sessions, truePairs, precision, recall, motion } = JSON.parse(scored.stdout) as Record<
      string,
      number
    > & {
      motion: { rmsUm: number };
    };
    expect({ units, sessions }).toEqual({
      units: Number(/Imported (\d+) units/.exec(tracked.stdout)![1]),
      sessions: 3,
    });
    expect(truePairs).toBeGreaterThan(15);
    expect(precision).toBeGreaterThanOrEqual(0.95);
    expect(recall).toBeGreaterThanOrEqual(0.9);
    expect(motion.rmsUm).toBeLessThan(3);
  });

  it('gives the same bytes for the same seed', async () => {
    const hashes = async (name: string, seed: number) => {
      const path = join(folder.path, name);
      await simulateRaw(path, { ...small, durationS: 1, seed });
      return readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()
        .map((file) => [file.slice(path.length), createHash('sha1').update(readFileSync(file)).digest('hex')]);
    };
    const first = await hashes('a', 1);
    expect(await hashes('b', 1)).toEqual(first);
    expect(await hashes('c', 2)).not.toEqual(first);
  });

  it.each(['neuropixels-1.0', 'neuropixels-2.0', 'neuropixels-2.0-four-shank'] as const)(
    'writes what SpikeGLX would of a %s probe',
    async (probe) => {
      const path = join(folder.path, 'raw');
      await simulateRaw(path, { ...small, probe, durationS: 1 });
      const metaPath = join(path, 'D1', `${run}.meta`);
      const text = readFileSync(metaPath, 'utf8');
      const meta = parseSpikeGlxMeta(metaPath, text);
      const bytes = readFileSync(join(path, 'D1', `${run}.bin`));
      expect(meta).toMatchObject({ columns: 25, neuralColumns: 24, fileSizeBytes: bytes.length, isFiltered: false });
      expect(bytes.length).toBe(25 * 2 * 30_000);
      expect(/fileSHA1=(.*)/.exec(text)![1]).toBe(createHash('sha1').update(bytes).digest('hex').toUpperCase());
      expect(meta.uvPerBit[0]).toBeCloseTo(probe === 'neuropixels-1.0' ? 2.34375 : 0.76294, 5);
      const positions = await readNpy(join(path, 'D1/kilosort4/channel_positions.npy'), { as: 'float64' });
      expect(meta.sites!.flatMap(({ x, y }) => [x, y])).toEqual([...positions.data]);
      const shanks = await readNpy(join(path, 'D1/kilosort4/channel_shanks.npy'), { as: 'float64' });
      expect(meta.sites!.map(({ shank }) => shank)).toEqual([...shanks.data]);
      // The old table says the same: rows and columns of the probe
      const { shanks: count } = makeSpikeGlxProbe(simulationParameters({ ...small, probe }, undefined, rawDefaults));
      const old = [...meta.sites!].map(({ shank, x, y }) => {
        const pitch = probe === 'neuropixels-1.0' ? 20 : 15;
        const row = y / pitch;
        const first = probe === 'neuropixels-1.0' && row % 2 === 1 ? 11 : 27;
        return `(${shank}:${(x - 250 * shank - first) / 32}:${row}:1)`;
      });
      const withoutGeom = text.replace(/^~snsGeomMap=.*$/m, `~snsShankMap=(${count},2,640)${old.join('')}`);
      expect(parseSpikeGlxMeta(metaPath, withoutGeom).sites).toEqual(meta.sites);
    },
  );

  it('holds what its truth says: split, mixed and missed neurons, at their places', async () => {
    const path = join(folder.path, 'raw');
    const options = { ...small, neurons: 16, splitFraction: 0.25, mixedFraction: 0.25, missedFraction: 0.25, seed: 5 };
    await simulateRaw(path, options);
    const data = join(folder.path, 'data');
    await importSessions([{ folder: join(path, 'D1') }, { folder: join(path, 'D2') }], data, { minSpikes: 1 });
    const truth = await integers(join(path, 'truth.npz'));
    const [session, cluster, neuron, fault] = ['session', 'cluster_id', 'neuron', 'fault'].map(truth) as [
      number[],
      number[],
      number[],
      number[],
    ];
    const recording = makeRecording(
      simulationParameters(options, undefined, rawDefaults),
      makeSpikeGlxProbe(simulationParameters(options, undefined, rawDefaults)),
    );
    for (const s of [1, 2]) {
      const rows = session.flatMap((value, i) => (value === s ? [i] : []));
      const recorded = recordedNeurons(recording, s - 1);
      const found = new Set(rows.map((i) => neuron[i]!));
      // Of the noise cluster one that no session shares
      expect([...found].filter((n) => !recorded.includes(n))).toEqual([16 + s - 1]);
      expect(recorded.some((n) => !found.has(n))).toBe(true);
      const split = rows.filter((i) => fault[i] === 1);
      expect(split.length).toBeGreaterThan(0);
      expect(split.length).toBe(2 * new Set(split.map((i) => neuron[i])).size);
    }
    expect(fault).toContain(2);
    // Units are where their neurons are.
    const locations = (await readNpz(join(path, 'truth.npz'))).location!.data as Float64Array;
    const units = (await readUnitsTable(data))!;
    expect(units.length).toBe(neuron.length - 2);
    const distances = units.map((unit) => {
      const row = session.findIndex((value, i) => value === unit.session && cluster[i] === unit.clusterId);
      return Math.abs(unit.depthUm - locations[3 * row + 1]!);
    });
    expect(distances.sort((a, b) => a - b)[Math.floor(0.8 * distances.length)]).toBeLessThan(30);
  });

  it('refuses probes that SpikeGLX does not record, and leaves nothing when stopped', async () => {
    const path = join(folder.path, 'raw');
    await expect(simulateRaw(path, { probe: 'linear' })).rejects.toThrow(/Neuropixels probe.*linear/);
    await expect(simulateRaw(path, { missedFraction: 1 })).rejects.toThrow(/at most 1 together/);
    await expect(
      simulateRaw(path, { missedFraction: 1, splitFraction: 0, mixedFraction: 0, sessions: 1 }),
    ).rejects.toThrow(/Session 1 would have no unit: the sorter misses all/);
    await expect(simulateRaw(path, small, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/);
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

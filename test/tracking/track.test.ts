import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { readNpy, track, waveformSimilarity, type ProgressEvent, type TrackingArrays } from '../../lib/index.js';
import type { RunRecord } from '../../lib/results/run_record.js';
import { noise } from '../numbers.js';
import { sinceAbort } from '../work.js';

const mini = fileURLToPath(new URL('../fixtures/golden/mini-default/data', import.meta.url));
const multiShank = fileURLToPath(new URL('../fixtures/golden/mini-multi-shank/data', import.meta.url));

const reference = { method: 'reference' as const };
const withoutPeth = {
  ...reference,
  motionEstimation: { features: [['Waveform', 'AutoCorr'] as ('Waveform' | 'AutoCorr')[]] },
};

/** Neurons on a line probe that are seen in every session; drift in µm per session. */
function recording(neurons: number, driftsUm: readonly number[], alike = false): TrackingArrays & { neuron: number[] } {
  const [channels, samples] = [40, 24];
  const neuron: number[] = [];
  const sessions: number[] = [];
  const waveforms: number[] = [];
  const spikeTimesMs: number[][] = [];
  driftsUm.forEach((drift, s) => {
    for (let n = 0; n < neurons; ++n) {
      const id = alike ? 0 : n;
      const unit = neuron.length;
      neuron.push(n);
      sessions.push(s + 1);
      const depth = 100 + ((id * 37) % neurons) * (600 / neurons) + (alike ? 0 : drift);
      for (let c = 0; c < channels; ++c) {
        const amplitude = (150 + 20 * (id % 5)) / (1 + ((c * 20 - depth) / 25) ** 2);
        for (let t = 0; t < samples; ++t) {
          const wave =
            -Math.exp(-(((t - 8) / (1.5 + (id % 7) / 3)) ** 2)) + 0.4 * Math.exp(-(((t - 13 - (id % 4)) / 4) ** 2));
          waveforms.push(amplitude * wave + (alike ? 0 : noise(unit * 960 + c * 24 + t)));
        }
      }
      let time = 0;
      spikeTimesMs.push(
        Array.from(
          { length: 400 },
          (_, i) => (time += 3 + id + 40 * (0.5 + noise(i + (alike ? 0 : unit * 1000))) ** 2),
        ),
      );
    }
  });
  return {
    neuron,
    sessions,
    spikeTimesMs,
    waveforms: { data: Float32Array.from(waveforms), shape: [neuron.length, channels, samples] },
    channelLocationsUm: {
      data: Float64Array.from({ length: 2 * channels }, (_, i) => (i % 2 === 0 ? 0 : 10 * (i - 1))),
      shape: [channels, 2],
    },
  };
}

let scratch: string;
beforeEach(async () => (scratch = await mkdtemp(join(tmpdir(), 'dant-track-'))));
afterEach(() => rm(scratch, { recursive: true, force: true }));

describe('track', () => {
  it('finds the neurons of arrays in memory again', async () => {
    const { neuron, ...data } = recording(12, [0, 15, -10, 5]);
    const { clusters, clusterCount, matchedPairs, groups } = await track({ data, settings: withoutPeth });
    expect(clusterCount).toBe(12);
    expect(matchedPairs).toHaveLength(2 * 12 * 6);
    neuron.forEach((id, unit) => {
      expect(clusters[unit]).toBe(clusters[neuron.indexOf(id)]);
    });
    [-2.5, 12.5, -12.5, 2.5].forEach((um, s) => {
      expect(Math.abs(groups[0]!.motion.constantUm[s]! - um)).toBeLessThan(2);
    });
  });

  it('gives the same for any number of threads, to the bit', async () => {
    const [one, two] = await Promise.all(
      [1, 2].map((threads) => track({ data: multiShank, settings: withoutPeth, threads })),
    );
    const { seconds: _, ...first } = one!;
    const { seconds: __, ...second } = two!;
    expect(second).toEqual(first);
  });

  // The similarity of the first round was not meant to be a result when it was computed.
  it('has exact similarities when it goes back to the given motion', async () => {
    const { neuron, ...data } = recording(8, [0, 0, 0]);
    const motion = { constantUm: Float64Array.of(1, 0, -1), linear: new Float64Array(3) };
    const output = join(scratch, 'result');
    const settings = { ...withoutPeth, waveformCorrection: { n_templates: 1 } };
    await track({ data: { ...data, motion }, settings, output });
    const record = JSON.parse(await readFile(join(output, 'run.json'), 'utf8')) as RunRecord;
    expect(record.groups[0]).toMatchObject({ motionIterations: { length: 2 }, stoppedBecause: 'no more matches' });
    const ours = await readNpy(join(output, 'waveform_similarity_matrix.npy'), { as: 'float64' });
    const shiftsUm = {
      data: Float64Array.from(data.sessions as ArrayLike<number>, (session) => motion.constantUm[session - 1]!),
      shape: [1, neuron.length],
    };
    const { data: exact } = await waveformSimilarity({
      waveforms: data.waveforms,
      channelLocationsUm: data.channelLocationsUm,
      shiftsUm,
    });
    const worst = ours.data.reduce((largest, z, i) => Math.max(largest, Math.abs(z - exact[i]!)), 0);
    expect(worst).toBeLessThan(1e-6);
  });

  it('writes the same bytes every time', async () => {
    const outputs = ['a', 'b'].map((name) => join(scratch, name));
    for (const output of outputs) await track({ data: multiShank, settings: withoutPeth, output });
    const files = (await readdir(outputs[0]!, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    expect(files.length).toBeGreaterThan(100);
    for (const { parentPath, name } of files) {
      // These tell of the time that the run took, the report also of its folder.
      if (['RunTimeSec.npy', 'run.json', 'report.html'].includes(name)) continue;
      const path = join(parentPath, name);
      expect((await readFile(path)).equals(await readFile(path.replace(outputs[0]!, outputs[1]!))), path).toBe(true);
    }
  });

  it('tracks all shanks in one run when asked', async () => {
    const { groups, warnings } = await track({ data: multiShank, settings: { ...withoutPeth, shanks: 'together' } });
    expect(groups.map(({ shank }) => shank)).toEqual([undefined]);
    expect(groups[0]!.units).toHaveLength(93);
    expect(
      warnings.some((warning) =>
        /Shank 1 has 20 channels, fewer than waveformCorrection.n_nearest_channels/.test(warning),
      ),
    ).toBe(true);
  });

  it('tells how far it is', async () => {
    const events: ProgressEvent[] = [];
    await track({
      data: mini,
      settings: reference,
      onProgress: (event) => events.push(event),
      output: join(scratch, 'out'),
    });
    expect(new Set(events.map(({ stage }) => stage)).has('write')).toBe(true);
    for (const { fraction } of events) {
      expect(fraction).toBeGreaterThanOrEqual(0);
      expect(fraction).toBeLessThanOrEqual(1);
    }
    expect(events.some(({ message }) => (message ?? '').includes('54 pairs matched by Waveform, AutoCorr, PETH'))).toBe(
      true,
    );
  });

  it.each([
    ['one unit', recording(1, [0])],
    ['one unit in each session', recording(1, [0, 0])],
    ['one session', recording(8, [0])],
    ['all units alike', recording(6, [0, 0, 0], true)],
    ['units without spikes', { ...recording(5, [0, 0]), spikeTimesMs: Array.from({ length: 10 }, () => []) }],
  ])('gives a sensible result and a warning for %s', async (_, data) => {
    const { clusters, warnings, groups } = await track({ data, settings: withoutPeth, output: join(scratch, 'out') });
    expect(clusters).toHaveLength(data.sessions.length);
    expect(warnings.length).toBeGreaterThan(0);
    expect([...groups[0]!.motion.constantUm].every(Number.isFinite)).toBe(true);
    expect(await readdir(scratch)).toEqual(['out']);
  });

  it('matches nothing in a single session', async () => {
    const { clusterCount, warnings } = await track({ data: recording(8, [0]), settings: withoutPeth });
    expect(clusterCount).toBe(0);
    expect(warnings.some((warning) => warning.includes('one session'))).toBe(true);
  });

  it('names two units whose PETHs share no bin', async () => {
    const { neuron: _, ...data } = recording(3, [0, 0]);
    const peth = Float64Array.from({ length: 6 * 4 }, (_, i) =>
      i < 4 ? (i < 2 ? NaN : i) : i % 4 < 2 ? noise(i) : NaN,
    );
    await expect(
      track({ data: { ...data, peth: { data: peth, shape: [6, 4] } }, settings: reference }),
    ).rejects.toThrow(/^Units 0 and \d have no PETH bin in which both have a value/);
  });

  it('asks for the PETHs that the settings need', async () => {
    await expect(track({ data: recording(3, [0, 0]), settings: reference })).rejects.toThrow(/data\.peth/);
  });

  it.each<[string, Partial<TrackingArrays>, RegExp]>([
    ['a session index of 0', { sessions: [0, 1] }, /2 sessions, numbered 1, 2, … without gaps/],
    ['a gap between sessions', { sessions: [1, 3] }, /without gaps/],
    ['too few spike trains', { spikeTimesMs: [[1]] }, /spike times of 2 units/],
    [
      'NaN in a waveform',
      { waveforms: { data: new Float32Array(2 * 40 * 24).fill(NaN), shape: [2, 40, 24] } },
      /finite samples/,
    ],
    ['infinite spike times', { spikeTimesMs: [[1, Infinity], [1]] }, /finite spike times/],
    ['another number of channels', { channelShanks: [1, 1] }, /40 integers, the shank of each channel/],
  ])('refuses %s', async (_, change, message) => {
    await expect(track({ data: { ...recording(1, [0, 0]), ...change }, settings: withoutPeth })).rejects.toThrow(
      message,
    );
  });
});

describe('a run that does not end well', () => {
  it('leaves nothing behind when it is aborted, at any stage', async () => {
    for (const stage of ['read', 'features', 'motion', 'leafOrder', 'write', 'report'] as const) {
      const controller = new AbortController();
      const running = track({
        data: mini,
        output: join(scratch, 'results'),
        signal: controller.signal,
        onProgress: (event) => {
          if (event.stage === stage) controller.abort();
        },
      });
      await expect(running, stage).rejects.toMatchObject({ name: 'AbortError' });
      // What was written is removed afterwards.
      await vi.waitFor(async () => {
        expect(await readdir(scratch), stage).toEqual([]);
      }, 30_000);
    }
  });

  it('does not begin when it is aborted already', async () => {
    const reason = new Error('no longer wanted');
    await expect(track({ data: mini, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it.each(['write', 'report'] as const)(
    'leaves earlier results as they were when it is aborted at %s',
    async (last) => {
      const output = join(scratch, 'results');
      await track({ data: mini, output });
      const before = await readFile(join(output, 'Output.npz'));
      const controller = new AbortController();
      let expectLittleWork: (() => void) | undefined;
      await expect(
        track({
          data: mini,
          output,
          signal: controller.signal,
          onProgress: ({ stage, fraction }) => {
            // While figures are drawn, or at once
            if (stage !== last || (last === 'report' && fraction < 0.4) || expectLittleWork) return;
            controller.abort();
            expectLittleWork = sinceAbort();
          },
        }),
      ).rejects.toMatchObject({ name: 'AbortError' });
      expectLittleWork!();
      // What was written is removed afterwards.
      await vi.waitFor(async () => {
        expect(await readdir(scratch)).toEqual(['results']);
      }, 30_000);
      expect((await readFile(join(output, 'Output.npz'))).equals(before)).toBe(true);
    },
  );

  it('keeps earlier results beside the new ones, and says so', async () => {
    const output = join(scratch, 'results');
    await track({ data: mini, output });
    const { warnings } = await track({ data: mini, output });
    expect((await readdir(scratch)).sort()).toEqual(['results', 'results.previous-1']);
    expect(warnings.join()).toContain('results.previous-1');
  });

  it('refuses an output folder that holds something else, before any work', async () => {
    await mkdir(join(scratch, 'thesis'));
    await writeFile(join(scratch, 'thesis', 'chapter1.txt'), 'It was a dark night.');
    const events: ProgressEvent[] = [];
    await expect(
      track({ data: mini, output: join(scratch, 'thesis'), onProgress: (event) => events.push(event) }),
    ).rejects.toMatchObject({ code: 'DANT_OUTPUT' });
    expect(events).toEqual([]);
    expect(await readdir(join(scratch, 'thesis'))).toEqual(['chapter1.txt']);
  });
});

describe('run.json', () => {
  it('says with what the results were made and where the time went', async () => {
    const output = join(scratch, 'results');
    await track({ data: mini, output, threads: 1, settings: { ...reference, seed: 3 } });
    const record = JSON.parse(await readFile(join(output, 'run.json'), 'utf8')) as RunRecord;
    expect(record).toMatchObject({ threads: 1, clusters: 17, data: { units: 50 }, settings: { seed: 3 } });
    expect(record.versions.node).toBe(process.versions.node);
    expect(['base', 'avx2', 'avx512', 'avx512vnni', 'neon']).toContain(record.simd);
    expect(Object.keys(record.stages)).toEqual(
      expect.arrayContaining(['read', 'features', 'similarity', 'clustering', 'write']),
    );
    const sum = Object.values(record.stages).reduce((total, seconds) => total + seconds, 0);
    expect(sum).toBeLessThanOrEqual(record.seconds + 0.01);
    expect(record.peakMemoryBytes).toBeGreaterThan(1e7);
  });
});

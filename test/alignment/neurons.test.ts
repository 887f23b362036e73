// From sessions of a mouse to what its neurons do, day by day: the neuron that responds is known.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { exportTracking } from '../../lib/alignment/export_tracking.js';
import { writeNeuronRates } from '../../lib/alignment/neuron_page.js';
import { neuronRates, trackedNeurons, type NeuronRates } from '../../lib/alignment/neuron_rates.js';
import { neuronSvg } from '../../lib/alignment/neuron_svg.js';
import { SessionData } from '../../lib/alignment/session_data.js';
import { parseResponse } from '../../lib/alignment/trial_kind.js';
import { openExperiment } from '../../lib/experiment/folders.js';
import { loadTask } from '../../lib/experiment/task.js';
import { readNpy } from '../../lib/files/npy.js';
import { readNpz } from '../../lib/files/npz.js';
import { runTracking } from '../../lib/run/run.js';
import { loadSettings } from '../../lib/settings/index.js';
import { simulateExperiment, type SimulatedExperiment } from './simulated_experiment.js';

let folder: string;
let experiment: SimulatedExperiment;
let sessions: SessionData[];
let output: string;
let result: string;
let rates: NeuronRates;
const task = await loadTask('lever-push');
const push = parseResponse('rewarded_push@tone_onset', task);
const missed = parseResponse('missed_tone@tone_onset', task);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dant-neurons-'));
  experiment = await simulateExperiment(folder);
  const opened = await openExperiment(experiment.data);
  sessions = await Promise.all(opened.sessions.map((session) => SessionData.open(session)));
  output = join(folder, 'tracking');
  const summary = await exportTracking(sessions, output, { responses: [push] });
  expect(summary.unitsPerSession).toHaveLength(3);
  const { settings } = await loadSettings(output);
  ({ folder: result } = await runTracking({
    ...settings,
    outputs: { ...settings.outputs, figures: false, report: false },
  }));
  const neurons = await trackedNeurons(result, output, sessions);
  rates = await neuronRates(neurons, sessions, [push], { samples: 300 });
}, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the data folder', () => {
  it('has PETHs with the response, of the unit that responds', async () => {
    const { data, shape } = await readNpy(join(output, 'peth.npy'), { as: 'float64' });
    const units = readFileSync(join(output, 'units.csv'), 'utf8').trim().split('\n').slice(1);
    expect(shape[0]).toBe(units.length);
    const bins = shape[1]!;
    // 20 ms bins from −500 ms: the spikes are 50 ms after the event.
    const peak = Math.floor(550 / 20);
    for (const [s, cluster] of experiment.responding.clusters.entries()) {
      const row = units.findIndex(
        (line) => line.includes(`${experiment.sessions[s]!}/`) && line.split(',')[3] === String(cluster),
      );
      const own = data.subarray(row * bins, (row + 1) * bins);
      expect(Math.abs(own.indexOf(Math.max(...own)) - peak)).toBeLessThanOrEqual(1);
      expect(own[peak]).toBeGreaterThan(1.3 * own[5]!);
    }
  });

  it('is refused where something is, and for no session', async () => {
    await expect(exportTracking(sessions, output)).rejects.toMatchObject({ code: 'DANT_OUTPUT' });
    await expect(exportTracking([], join(folder, 'none'))).rejects.toMatchObject({ code: 'DANT_ARGUMENT' });
    await expect(exportTracking(sessions, join(folder, 'none'), { selection: { group: 'nothing' } })).rejects.toThrow(
      /no unit/,
    );
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('is made without action labels too, which is told once', async () => {
    const path = join(experiment.data, 'processed/210101_M1/action_labels_0.npy');
    renameSync(path, `${path}.away`);
    try {
      const [session] = (await openExperiment(experiment.data)).sessions;
      const [opened, bare] = [await SessionData.open(session!), join(folder, 'unlabelled')];
      const { warnings } = await exportTracking([opened], bare, { responses: [push, missed] });
      expect(warnings.filter((warning) => warning.includes('action labels'))).toEqual([
        '210101_M1 has no action labels, and so no responses.',
      ]);
      expect(existsSync(join(bare, 'peth.npy'))).toBe(false);
      const others = [opened, ...sessions.slice(1)];
      const found = await neuronRates(rates.neurons, others, [push, missed], { samples: 20 });
      expect(found.warnings.filter((warning) => warning.includes('210101_M1'))).toEqual([
        '210101_M1 has no action labels, and so no responses.',
      ]);
    } finally {
      renameSync(`${path}.away`, path);
    }
  });
});

describe('the neurons', () => {
  it('respond 50 ms after the event: the right one, on every day; others do not', () => {
    const { table } = rates;
    const { clusters } = experiment.responding;
    const isOwn = (k: number) =>
      clusters.some((id, s) => table.level('session')[k] === experiment.sessions[s] && table.level('unit')[k] === id);
    const columns = Array.from({ length: table.columns }, (_, k) => k);
    const own = columns.filter(isOwn);
    expect(new Set(own.map((k) => table.level('neuron')[k])).size).toBe(1);
    expect(own).toHaveLength(3 * 3);
    const times = table.index.values as Float64Array;
    const at = times.findIndex((time) => time > 0.05);
    const before = times.findIndex((time) => time > -0.3);
    for (const k of own.filter((_, i) => i % 3 === 0)) {
      // The lower end of the band is above the upper end before the event.
      expect(table.column(k)[at]).toBeGreaterThan(table.column(k + 2)[before]!);
      expect(table.level('percentile').slice(k, k + 3)).toEqual([2.5, 50, 97.5]);
    }
    const others = columns.filter((k) => !isOwn(k) && k % 3 === 0);
    const responding = others.filter((k) => table.column(k)[at]! > table.column(k + 2)[before]!);
    expect(responding.length / others.length).toBeLessThan(0.2);
  });

  it('are written as tables, figures and a page, again in their place', async () => {
    for (const _ of [1, 2]) {
      const files = await writeNeuronRates(result, rates, sessions, [push]);
      expect(files).toContain('neurons.html');
      for (const file of files) expect(existsSync(join(result, file))).toBe(true);
    }
    const page = readFileSync(join(result, 'neurons.html'), 'utf8');
    for (const { neuron } of rates.neurons) expect(page).toContain(`id="neuron-${neuron}"`);
    expect(page).toContain('rewarded_push@tone_onset');
    expect(readdirSync(join(result, 'NeuronRates'))).toHaveLength(rates.neurons.length);
    const { values, neuron } = await readNpz(join(result, 'neuron_rates.npz'));
    expect(values!.shape).toEqual([60, rates.table.columns]);
    expect(neuron!.shape).toEqual([rates.table.columns]);
    expect(readFileSync(join(result, '.dant-files'), 'utf8')).toContain('neurons.html');
    expect(readdirSync(result).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('are the same with the same seed', async () => {
    const again = await neuronRates(rates.neurons, sessions, [push], { samples: 300 }, { threads: 1 });
    expect(again.table.data).toEqual(rates.table.data);
  });

  it('tell of progress that only rises, up to 1', async () => {
    const shares: number[] = [];
    const onProgress = (share: number) => shares.push(share);
    // Long enough that the native jobs tell of theirs
    await neuronRates(rates.neurons, sessions, [push], { samples: 1000 }, { onProgress });
    expect(shares.length).toBeGreaterThan(3);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it('without events are told of; without any there is nothing', async () => {
    const two = await neuronRates(rates.neurons, sessions, [push, missed], { samples: 20 });
    expect(two.warnings).toContain('210101_M1 has no missed_tone@tone_onset.');
    expect(two.table.columns).toBe(rates.table.columns);
    await expect(neuronRates(rates.neurons, sessions, [missed])).rejects.toThrow(/no trial in any session/);
  });

  it('of other sessions are refused', async () => {
    await expect(trackedNeurons(result, output, sessions.slice(0, 2))).rejects.toThrow(
      /no sorted folder of these sessions: 210101_M1, 210102_M1\. Name the experiment/,
    );
    const bare = join(folder, 'bare');
    mkdirSync(bare);
    writeFileSync(join(bare, 'x'), '');
    await expect(trackedNeurons(bare, output, sessions)).rejects.toMatchObject({ code: 'DANT_DATA' });
  });
});

describe('responses', () => {
  it('are named or bits, several are joined', () => {
    expect(parseResponse('rewarded_push@tone_onset', task)).toEqual({
      name: 'rewarded_push@tone_onset',
      label: 1,
      event: 64,
    });
    expect(parseResponse('rewarded_push+uncued_push @ 64', task)).toMatchObject({ label: 3, event: 64 });
  });
  it.each(['rewarded_push', '@tone_onset', 'rewarded_push@', 'a@b@c', 'rewarded_push@nothing', 'nothing@tone_onset'])(
    '%s is none',
    (text) => {
      expect(() => parseResponse(text, task)).toThrow(/ACTION@EVENT|has no (event|action) called nothing/);
    },
  );
});

it('a figure has a panel for each day and none where the neuron was not', () => {
  const panel = { low: [0, 1, 2], middle: [1, 2, 3], high: [2, 3, 14] };
  const svg = neuronSvg({
    title: 'Neuron 1 <sure>',
    sessions: [1, 2].map((n) => ({ name: `day ${n}`, note: 'cluster 4' })),
    responses: [{ name: 'push', panels: [panel, undefined] }],
    times: [-0.1, 0, 0.1],
  });
  expect(svg.match(/opacity="0.22"/g)).toHaveLength(1);
  expect(svg).toContain('Neuron 1 &lt;sure&gt;');
  expect(svg).toContain('>15<');
  expect(svg).not.toContain('NaN');
});

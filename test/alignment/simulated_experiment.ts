import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { readNpz } from '../../lib/files/npz.js';
import { writeNpy } from '../../lib/files/npy_writer.js';
import { readSorting } from '../../lib/import/sorter_folder.js';
import { simulateRaw } from '../../lib/simulate/raw/simulate_raw.js';

/** An experiment whose neurons are known, and one that responds 50 ms after each event, as events were put before its spikes. */
export interface SimulatedExperiment {
  data: string;
  /** Names of the sessions, in order */
  sessions: string[];
  /** Number of the neuron that responds, and its cluster in each session */
  responding: { neuron: number; clusters: number[] };
}

/** Bits of rewarded_push and tone_onset of the lever push */
const [push, tone] = [1, 64];
const startMs = -300;

/** Three sessions of the mouse M1 as processing leaves them: the probe began 300 ms before the behaviour. */
export async function simulateExperiment(folder: string): Promise<SimulatedExperiment> {
  const made = mkdtempSync(join(folder, 'made-'));
  const { folders } = await simulateRaw(join(made, 'raw'), {
    ...{
      seed: 5,
      neurons: 16,
      durationS: 30,
      firingRateHz: 5,
      splitFraction: 0,
      mixedFraction: 0,
      missedFraction: 0,
    },
  });
  const truth = await readNpz(join(made, 'raw/truth.npz'));
  const [session, cluster, neuron] = ['session', 'cluster_id', 'neuron'].map((name) =>
    Array.from(truth[name]!.data as BigInt64Array, Number),
  ) as [number[], number[], number[]];
  const clusterOf = (s: number, n: number) => cluster.find((_, i) => session[i] === s + 1 && neuron[i] === n);
  const candidates = [...new Set(neuron)].filter((n) => folders.every((_, s) => clusterOf(s, n) !== undefined));
  const responding = candidates[2]!;
  const data = join(folder, 'experiment');
  const names: string[] = [];
  for (const [s, from] of folders.entries()) {
    const name = `21010${s + 1}_M1`;
    names.push(name);
    const [raw, processed] = [join(data, 'raw', name), join(data, 'processed', name)];
    mkdirSync(raw, { recursive: true });
    mkdirSync(processed, { recursive: true });
    const probe = join(from, 'run_g0/run_g0_imec0');
    for (const file of readdirSync(probe))
      renameSync(join(probe, file), join(raw, file.replace('run_g0', `${name}_g0`)));
    cpSync(join(from, 'kilosort4'), join(processed, 'sorted_stream_0'), { recursive: true });
    writeFileSync(join(processed, 'lag.json'), JSON.stringify([{ lag_start: startMs, lag_end: -200 }]));
    const { units } = await readSorting(join(processed, 'sorted_stream_0'));
    const { spikes } = units.find(({ id }) => id === clusterOf(s, responding))!;
    const rows = 30_000 + startMs - 200 - 1;
    const labels = new Int16Array(2 * rows);
    let last = -Infinity;
    for (const sample of spikes) {
      const event = Math.round(sample / 30 + startMs - 50);
      if (event < 1500 || event > rows - 1500 || event - last < 400) continue;
      labels[2 * event] = push;
      labels[2 * event + 1] = tone;
      last = event;
    }
    await writeNpy(join(processed, 'action_labels_0.npy'), { data: labels, shape: [rows, 2] });
  }
  rmSync(made, { recursive: true });
  return {
    data,
    sessions: names,
    responding: { neuron: responding, clusters: folders.map((_, s) => clusterOf(s, responding)!) },
  };
}

import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { NdArray } from '../lib/arrays.js';
import { readNpy } from '../lib/files/npy.js';
import { loadSettings, type Settings } from '../lib/settings/index.js';

const fixtures = fileURLToPath(new URL('fixtures/golden/', import.meta.url));
const shared = fileURLToPath(new URL('../../shared/golden/', import.meta.url));

/** A data set with pyDANT's results. The mini sets are part of the project, the larger ones stand beside it. */
export class GoldenSet {
  readonly folder: string;

  constructor(readonly name: string) {
    this.folder = `${name.startsWith('mini-') ? fixtures : shared}${name}`;
  }

  /** For describe.skipIf. */
  get missing(): boolean {
    return !existsSync(this.folder);
  }

  async settings(): Promise<Settings> {
    return (await loadSettings(`${this.folder}/data/settings.json`)).settings;
  }

  /** A .npy file as doubles, e.g. "expected/isi.npy". */
  read(file: string): Promise<NdArray<Float64Array>> {
    return readNpy(`${this.folder}/${file}`, { as: 'float64' });
  }

  async waveforms(): Promise<NdArray<Float32Array>> {
    return (await readNpy(`${this.folder}/data/waveform_all.npy`)) as NdArray<Float32Array>;
  }

  /** Spike times (ms) of each unit. */
  async spikeTimes(): Promise<Float64Array[]> {
    const { length } = await readdir(`${this.folder}/data/spike_times`);
    return Promise.all(Array.from({ length }, async (_, k) => (await this.read(`data/spike_times/Unit${k}.npy`)).data));
  }
}

const names = JSON.parse(readFileSync(new URL('golden_sets.json', import.meta.url), 'utf8')) as Record<
  'fixtures' | 'shared',
  string[]
>;

export const goldenSets = [...names.fixtures, ...names.shared].map((name) => new GoldenSet(name));

/** Single computations with the reference's results; undefined where they are missing. */
export const kernelsFolder = existsSync(`${shared}kernels`) ? `${shared}kernels` : undefined;

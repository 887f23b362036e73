import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { track } from '../../lib/run/run.js';
import { loadSettings, type PartialSettings } from '../../lib/settings/index.js';
import { simulate } from '../../lib/simulate/simulate.js';
import type { SimulateOptions } from '../../lib/simulate/parameters.js';
import { GoldenSet } from '../golden.js';

/** Folders of a test file, removed at its end. */
export class Scratch {
  private readonly folders: string[] = [];

  async folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'dant-report-'));
    this.folders.push(folder);
    return folder;
  }

  /** A copy of the reference's results, as pyDANT leaves them. */
  async reference(name: string): Promise<{ results: string; data: string }> {
    const set = new GoldenSet(name).folder;
    const results = join(await this.folder(), 'expected');
    await cp(join(set, 'expected'), results, { recursive: true });
    return { results, data: join(set, 'data') };
  }

  /** The results of a run of ours. */
  async run(name: string, changes: PartialSettings = {}): Promise<{ results: string; data: string }> {
    const data = join(new GoldenSet(name).folder, 'data');
    const { settings } = await loadSettings(data);
    const results = join(await this.folder(), 'results');
    await track({ data, settings: { ...settings, ...changes }, output: results });
    return { results, data };
  }

  /** The results of the probabilistic method on a recording of which the sorter split units. */
  async simulated(
    options: SimulateOptions = {},
    changes: PartialSettings = {},
  ): Promise<{ results: string; data: string }> {
    const data = join(await this.folder(), 'data');
    const splitting = { neurons: 40, sessions: 5, splitFraction: 0.15, depthDriftUmPerMm: 30, durationS: 400 };
    await simulate(data, { ...splitting, ...options });
    const { settings } = await loadSettings(data);
    const results = join(await this.folder(), 'results');
    await track({ data, settings: { ...settings, ...changes }, output: results });
    return { results, data };
  }

  remove = () => Promise.all(this.folders.map((folder) => rm(folder, { recursive: true, force: true })));
}

export const nothingDrawn: PartialSettings = { outputs: { figures: false, report: false } };

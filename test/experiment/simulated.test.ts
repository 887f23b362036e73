import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';

import { simulateExperiment } from '../../lib/simulate/experiment/simulate_experiment.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';

const folder = temporaryFolder();

interface Truth {
  responding: Record<string, number>;
  clusters: Record<string, Record<string, number>>;
  lags_ms: number[];
}

const table = (path: string) => parse<Record<string, string>>(readFileSync(path), { columns: true });
const small = { channels: 24, neurons: 12, sessions: 2, durationS: 18, seed: 4 };

describe('a simulated experiment', () => {
  it('goes from packed raw files to what its neurons do, day by day, and the responses are those of the right neurons', async () => {
    const data = join(folder.path, 'lab');
    const flags = ['--channels', '24', '--neurons', '12', '--sessions', '2', '--duration-s', '18', '--seed', '4'];
    const simulated = await dant(['simulate', data, '--experiment', ...flags]);
    expect(simulated.code, simulated.stderr).toBe(0);
    expect(readdirSync(join(data, 'raw'))).toEqual(['210101_M1', '210101_M2', '210102_M1', '210102_M2']);
    const truth = (JSON.parse(readFileSync(join(data, 'truth.json'), 'utf8')) as Record<string, Truth>).M2!;

    // As it says itself, of the other mouse
    const [process_, track] = simulated.stdout
      .split('\n')
      .filter((line) => line.startsWith('  dant'))
      .map((line) =>
        line
          .trim()
          .replaceAll('M1', 'M2')
          .match(/"[^"]*"|\S+/g)!
          .map((word) => word.replaceAll('"', ''))
          .slice(1),
      ) as [string[], string[]];
    const processed = await dant([...process_, '--mouse', 'M2']);
    expect(processed.code, processed.stdout).toBe(0);
    expect(processed.stdout).toMatch(/6 steps done, 0 done before, 0 not possible, 0 failed/);
    expect(existsSync(join(data, 'processed/210101_M1/lag.json'))).toBe(false);
    const sessions = Object.keys(truth.clusters);
    for (const [s, name] of sessions.entries()) {
      const [lag] = JSON.parse(readFileSync(join(data, 'processed', name, 'lag.json'), 'utf8')) as {
        lag_start: number;
      }[];
      expect(Math.abs(lag!.lag_start - truth.lags_ms[s]!)).toBeLessThanOrEqual(1);
    }

    const tracked = await dant([...track, '--clock', 'map']);
    expect(tracked.code, tracked.stderr).toBe(0);
    const result = join(`${data}_M2`, 'DANT_Output');
    const units = table(join(result, 'tracked_units.csv'));
    const clusterOf = (session: string) => String(truth.clusters[session]![truth.responding.reward!]);
    const neurons = sessions.map(
      (session) =>
        units.find((row) => row.folder!.includes(`/${session}/`) && row.cluster_id === clusterOf(session))!.neuron,
    );
    expect(new Set(neurons).size).toBe(1);
    // From 20 to 110 ms after the reward, less before it
    const rates = table(join(result, 'neuron_rates.csv')).filter(({ percentile }) => percentile === '50');
    for (const session of sessions) {
      const response = (neuron: string) => {
        const own = rates.filter((row) => row.neuron === neuron && row.session === session);
        const mean = (from: number, to: number) => {
          const within = own.filter(({ time }) => Number(time) > from && Number(time) < to);
          return within.reduce((sum, { value }) => sum + Number(value), 0) / within.length;
        };
        return mean(0.02, 0.11) - mean(-0.45, -0.2);
      };
      const all = [...new Set(rates.filter((row) => row.session === session).map(({ neuron }) => neuron!))];
      const strongest = all.sort((a, b) => response(b) - response(a))[0];
      expect(strongest, session).toBe(neurons[0]);
      expect(response(strongest!)).toBeGreaterThan(10);
    }
  });

  it('is the same bytes again, but with another seed', async () => {
    const digest = async (name: string, seed: number) => {
      const path = join(folder.path, name);
      await simulateExperiment(path, { ...small, durationS: 6, neurons: 8, sessions: 1, seed });
      const hash = createHash('sha256');
      for (const file of (readdirSync(path, { recursive: true }) as string[]).sort()) {
        hash.update(file);
        if (statSync(join(path, file)).isFile()) hash.update(readFileSync(join(path, file)));
      }
      return hash.digest('hex');
    };
    const first = await digest('a', 1);
    expect(await digest('b', 1)).toBe(first);
    expect(await digest('c', 2)).not.toBe(first);
  });

  it('is refused with too few neurons, and with --raw', async () => {
    await expect(simulateExperiment(join(folder.path, 'x'), { ...small, neurons: 2 })).rejects.toThrow(
      /Only 2 neurons of M1 are found in all 2 sessions, but 3 are to respond/,
    );
    expect(existsSync(join(folder.path, 'x'))).toBe(false);
    const both = await dant(['simulate', join(folder.path, 'y'), '--raw', '--experiment']);
    expect([both.code, both.stderr]).toEqual([1, 'dant: Choose one of --raw and --experiment.\n']);
  });
});

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readNpy, readNpz } from '../../lib/index.js';
import { pythonWithNumpy } from './reader.js';
import { scenes } from './scenes.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'dant-examples-'));
beforeAll(() => {
  mkdirSync(join(scratch, 'node_modules'));
  symlinkSync(root, join(scratch, 'node_modules/node-dant'), 'dir');
});
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** Runs an example in a new folder with the data of a scene; returns what it prints. */
async function run(name: string, scene: string, ...args: string[]): Promise<{ folder: string; printed: string }> {
  const folder = join(scratch, name.replace('.', '_'));
  mkdirSync(folder);
  await scenes[scene]!(folder);
  const program = name.endsWith('.py') ? pythonWithNumpy! : process.execPath;
  const { stdout } = await promisify(execFile)(program, [join(root, 'examples', name), ...args], { cwd: folder });
  return { folder, printed: stdout };
}

describe('example', () => {
  it('batch.mjs tracks each folder and tells what is wrong with one', async () => {
    const { folder, printed } = await run('batch.mjs', 'two animals', 'neurons.csv', 'AL031', 'AL032');
    expect(printed).toMatch(/^AL031: \d+ neurons\nAL032: \d+ neurons\n$/);
    const [title, ...rows] = readFileSync(join(folder, 'neurons.csv'), 'utf8').trim().split('\n');
    expect(title).toBe('folder,units,neurons,matched_pairs,false_positive_rate,warnings');
    for (const row of rows) {
      const [name, units, neurons] = row.split(',');
      const clusters = (await readNpy(join(folder, name!, 'DANT_Output/IdxCluster.npy'), { as: 'float64' })).data;
      expect([Number(units), Number(neurons)]).toEqual([clusters.length, Math.max(...clusters)]);
    }
    const rerun = promisify(execFile)(process.execPath, [join(root, 'examples/batch.mjs'), 'x.csv', 'nowhere'], {
      cwd: folder,
    });
    await expect(rerun).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('nowhere') as string });
  });

  it('similarity.mjs finds the same neuron in the next session', async () => {
    const { folder, printed } = await run('similarity.mjs', 'a data folder', 'mydata');
    const neuron = (await readNpz(join(folder, 'mydata/truth.npz'))).neuron!.data as ArrayLike<number>;
    const found = [...printed.matchAll(/^unit (\d+) at \d+ µm: unit (\d+), r ([\d.]+), firing (-?[\d.]+)$/gm)];
    expect(found.length).toBeGreaterThan(20);
    const alike = found.filter(([, , , r]) => Number(r) > 0.95);
    expect(alike.length).toBeGreaterThan(10);
    const right = alike.filter(([, a, b]) => neuron[Number(a)] === neuron[Number(b)]);
    expect(right.length / alike.length).toBeGreaterThan(0.9);
  });

  it('import_recordings.mjs writes the neuron of each unit', async () => {
    const days = ['day1', 'day2', 'day3'];
    const { folder, printed } = await run('import_recordings.mjs', 'sorted sessions', 'mydata', ...days);
    const lines = readFileSync(join(folder, 'mydata/neurons.csv'), 'utf8').trim().split('\n');
    const [, neurons, units] = /: (\d+) neurons of (\d+) units/.exec(printed)!;
    expect(lines).toHaveLength(Number(units) + 1);
    const numbers = lines.slice(1).map((line) => line.split(',')[0]!);
    expect(new Set(numbers.filter((id) => Number(id) > 0)).size).toBe(Number(neurons));
  });

  it.skipIf(!pythonWithNumpy)(
    'read_results.py tells what was found (skipped without a Python that has NumPy)',
    async () => {
      const { printed } = await run('read_results.py', 'a tracked data folder', 'mydata', 'mydata/DANT_Output');
      expect(printed).toContain('192 units, 40 neurons in two or more of 6 sessions');
      // As in the figure of the same run: 5, 10, 13 and 12 neurons in three to six sessions
      expect(printed).toContain('[ 0  5 10 13 12]');
      expect(printed).toMatch(/standard deviation \d\.\d µm/);
    },
  );
});

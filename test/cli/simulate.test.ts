import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { writeNpy } from '../../lib/files/npy_writer.js';
import { readNpz } from '../../lib/files/npz.js';
import { dant } from './dant.js';
import { temporaryFolder } from './folder.js';

const folder = temporaryFolder();

/** Writes a result that puts each unit in the cluster of its neuron. */
async function writePerfectResult(data: string, result: string): Promise<void> {
  const truth = await readNpz(join(data, 'truth.npz'));
  const save = (name: string, array: Float64Array) =>
    writeNpy(join(result, name), { data: array, shape: [array.length] });
  mkdirSync(result);
  await save(
    'IdxCluster.npy',
    Float64Array.from(truth.neuron!.data as BigInt64Array, (id) => Number(id) + 1),
  );
  await save(
    'motion_constant.npy',
    Float64Array.from(truth.drift!.data as Float64Array, (value) => value + 3),
  );
  await save('motion_linear.npy', Float64Array.from(truth.linear!.data as Float64Array));
}

describe('dant simulate and dant score', () => {
  it('simulate by flags, and compare a result with the truth', async () => {
    const data = join(folder.path, 'my data');
    const flags = '--neurons 10 --sessions 2 --presence 1 --drift-um -4,4 --peth false --duration-s 5 --seed 3'.split(
      ' ',
    );
    const simulated = await dant(['simulate', data, ...flags]);
    expect(simulated.stderr).toBe('');
    expect(simulated.code).toBe(0);
    expect(simulated.stdout).toContain('Simulated 20 units of 10 neurons in 2 sessions,');
    expect(simulated.stdout).toContain(`dant run "${data}"`);
    expect(readdirSync(data)).not.toContain('peth.npy');
    expect([...(await readNpz(join(data, 'truth.npz'))).drift!.data]).toEqual([-4, 4]);

    const result = join(data, 'DANT_Output');
    await writePerfectResult(data, result);
    const table = await dant(['score', result, data]);
    expect(table.code).toBe(0);
    expect(table.stdout.split('\n')).toEqual([
      'units, sessions          20, 2',
      'true pairs               10',
      'found pairs              10, of which 10 true',
      'precision                1.000',
      'recall                   1.000',
      'F1                       1.000',
      'neurons in ≥ 2 sessions  10',
      '  tracked                10 (100.0 %)',
      '  whole                  10 (100.0 %)',
      'motion error             RMS 0.00 µm, largest 0.00 µm',
      '  at 20 µm               RMS 0.00 µm, largest 0.00 µm',
      '  at 960 µm              RMS 0.00 µm, largest 0.00 µm',
      '',
    ]);
    const json = await dant(['score', result, data, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      units: 20,
      precision: 1,
      recall: 1,
      motion: { rmsUm: 0 },
      confidence: null,
    });
  });

  it('tells what is wrong in the words of the command line', async () => {
    const { code, stderr } = await dant(['simulate', join(folder.path, 'new'), '--noise-uv', 'loud', '--neurons', '0']);
    expect(code).toBe(1);
    expect(stderr).toBe(
      'dant: The recording cannot be simulated with these options:\n' +
        '  --neurons: expected an integer from 1 to 100000 neurons, found 0.\n' +
        '  --noise-uv: expected a number of at least 0 µV, found "loud".\n',
    );
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('never write into a folder that holds something', async () => {
    writeFileSync(join(folder.path, 'mine'), '');
    const { code, stderr } = await dant(['simulate', folder.path]);
    expect(code).toBe(1);
    expect(stderr).toContain('this folder is not empty and was left as it is');
    expect(readdirSync(folder.path)).toEqual(['mine']);
  });

  it('leave nothing behind when they are interrupted', async () => {
    const target = join(folder.path, 'large');
    const flags = ['--neurons', '2000', '--channels', '384', '--sessions', '20'];
    const { code, stderr } = await dant(['simulate', target, ...flags], {}, (child) => {
      const waiting = setInterval(() => {
        if (readdirSync(folder.path).length === 0) return;
        clearInterval(waiting);
        child.kill('SIGINT');
      }, 20);
    });
    expect(stderr).toContain('dant: stopping');
    expect(code).toBe(130);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('end with a hint when there is no truth', async () => {
    const { code, stderr } = await dant(['score', folder.path, folder.path]);
    expect(code).toBe(1);
    expect(stderr).toContain('has no truth.npz');
  });
});

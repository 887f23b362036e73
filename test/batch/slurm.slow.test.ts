import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { dant } from '../cli/dant.js';

const script = fileURLToPath(new URL('../../../shared/slurm/local_cluster.sh', import.meta.url));
const isInstalled = ['slurmctld', 'slurmd', 'munged', 'sbatch'].every((program) =>
  [...(process.env.PATH ?? '').split(':'), '/usr/sbin'].some((folder) => existsSync(join(folder, program))),
);

// A cluster of one machine; root starts it.
describe.skipIf(!existsSync(script) || !isInstalled || process.getuid?.() !== 0)('dant batch on Slurm', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dant-slurm-'));
  const cluster = join(folder, 'cluster');
  const env = { SLURM_CONF: join(cluster, 'slurm.conf') };
  const animals = Array.from({ length: 12 }, (_, k) => `m${k + 1}`);

  beforeAll(async () => {
    execFileSync('bash', [script, 'start', cluster]);
    for (const animal of animals) {
      const made = await dant([
        'simulate',
        join(folder, animal),
        '--sessions',
        '3',
        '--neurons',
        '30',
        '--seed',
        animal.slice(1),
      ]);
      expect(made.code).toBe(0);
    }
    writeFileSync(join(folder, 'm4/session_index.npy'), 'no array');
    rmSync(join(folder, 'm9'), { recursive: true });
    const text = (output: string) =>
      JSON.stringify({
        output,
        defaults: { settings: { outputs: { figures: false } } },
        animals: Object.fromEntries(animals.map((animal) => [animal, { data: animal }])),
      });
    writeFileSync(join(folder, 'cluster.yaml'), text('on_cluster'));
    writeFileSync(join(folder, 'here.yaml'), text('here'));
  }, 600_000);
  afterAll(async () => {
    execFileSync('bash', [script, 'stop', cluster]);
    // The daemons write until they have ended.
    const ended = () => readdirSync(cluster).every((name) => !name.endsWith('.pid'));
    for (let k = 0; k < 100 && !ended(); k++) await new Promise((done) => setTimeout(done, 200));
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  });

  const states = async () => (await dant(['batch', 'status', join(folder, 'cluster.yaml')], { env })).stdout;
  async function until(condition: (status: string) => boolean) {
    for (const end = Date.now() + 300_000; Date.now() < end; await new Promise((done) => setTimeout(done, 300))) {
      const status = await states();
      if (condition(status)) return status;
    }
    throw new Error(`nothing has come of it: ${await states()}`);
  }
  const done = (status: string) => status.match(/^m\d+: done$/gm)?.length ?? 0;
  const submit = () => dant(['batch', join(folder, 'cluster.yaml'), '--slurm', '--cpus', '1'], { env });

  it('comes to the same results as without, through a cancelled and a killed attempt, and says what failed', async () => {
    const first = await submit();
    expect(first.stdout).toMatch(/^Submitted 11 recordings/);
    expect(first.stderr).toMatch(/^m9: cannot be done: .*there is no such file/m);
    expect((await submit()).stderr).toContain('Jobs of this study are waiting or running');
    await until((status) => done(status) >= 2);
    const cancelled = await dant(['batch', 'cancel', join(folder, 'cluster.yaml')], { env });
    expect(cancelled.stdout).toMatch(/^Ended the jobs /);
    await until((status) => !status.includes('Jobs:') && !status.includes(': running'));

    const second = await submit();
    expect(second.stdout).toMatch(/^Submitted \d recordings/);
    // What a node does to a process that takes too much memory: it is killed, and its lock stays.
    let victim = '';
    await until(() => {
      victim = animals.find((name) => name !== 'm4' && existsSync(join(folder, 'on_cluster', name, 'lock'))) ?? '';
      if (victim === '') return false;
      const lock = readFileSync(join(folder, 'on_cluster', victim, 'lock'), 'utf8');
      process.kill((JSON.parse(lock) as { pid: number }).pid, 'SIGKILL');
      return true;
    });
    const last = await until((status) => !status.includes('Jobs:'));
    expect(done(last)).toBe(10);
    const log = readFileSync(join(folder, 'on_cluster', victim, 'log.txt'), 'utf8');
    expect(log.match(/ started$/gm)!.length).toBeGreaterThan(1);
    expect(last).toMatch(/^m4: failed: /m);
    expect(last).toMatch(/^m9: failed: .*there is no such file/m);

    const here = await dant(['batch', join(folder, 'here.yaml'), '--jobs', '2']);
    expect(here.code).toBe(1);
    for (const animal of animals.filter((name) => !['m4', 'm9'].includes(name))) {
      for (const file of ['IdxCluster.npy', 'MatchedPairs.npy', 'motion_constant.npy']) {
        const [a, b] = ['on_cluster', 'here'].map((output) =>
          readFileSync(join(folder, output, animal, 'result', file)),
        );
        expect(a!.equals(b!)).toBe(true);
      }
    }
    const summary = readFileSync(join(folder, 'on_cluster/study.csv'), 'utf8').split('\n');
    expect(summary.filter((line) => /^m\d+,,,done,/.test(line))).toHaveLength(10);
    expect(summary.filter((line) => /^m\d+,,,"?failed: /.test(line))).toHaveLength(2);
  }, 900_000);

  it('says what sbatch says when it refuses, and what to do where there is none', async () => {
    cpSync(join(folder, 'm1'), join(folder, 'm9'), { recursive: true });
    const refused = await dant(['batch', join(folder, 'cluster.yaml'), '--slurm', '--partition', 'none'], { env });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/dant: sbatch: .*invalid partition/i);
    const without = await dant(['batch', join(folder, 'cluster.yaml'), '--slurm'], { env: { PATH: '' } });
    expect(without.stderr).toContain('sbatch was not found');
  });
});

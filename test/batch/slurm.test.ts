// What is submitted, and what follows a killed job, with programs in the place of Slurm's. The real ones: slurm.slow.test.ts.
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';
import { GoldenSet } from '../golden.js';

const folder = temporaryFolder();
const at = (...names: string[]) => join(folder.path, ...names);
const golden = new GoldenSet('mini-default');

/** Notes its arguments, a line for each call, and prints a number; nothing ever runs. */
function cluster() {
  mkdirSync(at('bin'));
  const log = at('sbatch.log');
  writeFileSync(log, '');
  const programs = {
    sbatch: `echo "$@" >> '${log}'; cat > /dev/null; wc -l < '${log}'`,
    squeue: 'exit 0',
    scancel: '',
  };
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(at('bin', name), `#!/bin/sh\n${script}\n`);
    chmodSync(at('bin', name), 0o755);
  }
  const env = { PATH: `${at('bin')}:${process.env.PATH!}` };
  return {
    call: (...args: string[]) => dant(['batch', ...args], { env }),
    submitted: () => readFileSync(log, 'utf8').trim().split('\n'),
  };
}

function study(): string {
  cpSync(join(golden.folder, 'data'), at('a'), { recursive: true });
  const settings = { method: 'reference', outputs: { figures: false, report: false } };
  writeFileSync(at('study.yaml'), JSON.stringify({ defaults: { settings }, animals: { a: { data: 'a' } } }));
  return at('study.yaml');
}
const state = () => JSON.parse(readFileSync(at('tracked/a/task.json'), 'utf8')) as { kills: number; retry?: boolean };

describe.skipIf(process.platform === 'win32')('jobs of Slurm', () => {
  it('that were killed are submitted once more, and then told', async () => {
    const { call, submitted } = cluster();
    const file = study();
    const first = await call(file, '--slurm', '--partition', 'cpu', '--at-once', '5', '--sbatch', '--account=lab');
    expect(first.stdout).toContain('Submitted 1 recording (jobs 1; the summary is job 2).');
    const [array, summary] = submitted();
    expect(array).toMatch(/--requeue .*--partition=cpu --account=lab --array=1%5 --mem=1G --time=60 --cpus-per-task=4/);
    expect(summary).toContain('--dependency=afterany:1 ');

    // The job has left nothing.
    expect((await call('finish', file)).stdout).toContain('Submitted 1 recording (jobs 3;');
    expect(state()).toMatchObject({ kills: 1, retry: true });
    writeFileSync(at('tracked/a/task.json'), JSON.stringify({ ...state(), status: 'running', retry: undefined }));
    expect((await call('finish', file)).stdout).toBe('');
    expect(submitted()).toHaveLength(4);
    expect(state().kills).toBe(2);
    expect(readFileSync(at('tracked/study.csv'), 'utf8')).toContain('"failed: its job was killed,');
  });

  it('that failed on their second try are not submitted again', async () => {
    const { call, submitted } = cluster();
    const file = study();
    await call(file, '--slurm');
    await call('finish', file);
    writeFileSync(at('a/session_index.npy'), 'no array');
    expect((await call('task', file, '1')).code).toBe(1);
    expect(state()).toMatchObject({ kills: 1, status: 'failed' });
    expect((await call('finish', file)).stdout).toBe('');
    expect(submitted()).toHaveLength(4);
  });
});

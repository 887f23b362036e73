import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { MotionError, PairScore, ReliabilityBin } from '../../lib/index.js';

const program = fileURLToPath(new URL('../../bench/accuracy.mjs', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dant-accuracy-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

function accuracy(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, TMPDIR: folder, DANT_BENCH_PYTHON: '/no/such/python' };
    execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

describe('the accuracy on simulated recordings', () => {
  it('is measured for each recording and method, and leaves nothing behind', async () => {
    const json = join(folder, 'accuracy.json');
    const args = ['--kinds', 'small-drift-peth', '--seeds', '41-42', '--json', json];
    const { code, stdout, stderr } = await accuracy(...args);
    expect(code).toBe(0);
    for (const seed of [41, 42]) {
      for (const method of ['probabilistic', 'reference']) {
        expect(stderr).toMatch(
          new RegExp(`small-drift-peth ${seed} ${method}: +precision 1\\.000 +recall (0\\.9|1\\.0)`),
        );
      }
    }
    expect(stdout).toMatch(/\| small-drift-peth \| probabilistic \| 1\.000 \(1\.000\)/);
    expect(stdout).toContain('Goals reached:');
    const { results } = JSON.parse(await readFile(json, 'utf8')) as { results: unknown[] };
    expect(results).toHaveLength(4);
    expect(await readdir(folder)).toEqual(['accuracy.json']);
    // The same tables from the file, however often it is named.
    expect((await accuracy('--from', `${json},${json}`)).stdout).toBe(stdout);
  });

  it('does not count as reached where nothing was judged', async () => {
    const { code } = await accuracy('--kinds', 'small-drift-peth', '--methods', 'reference', '--small');
    expect(code).toBe(1);
  });

  it('does not blame pyDANT for not being there', async () => {
    const args = ['--kinds', 'small-drift-peth', '--seeds', '41', '--methods', 'pyDANT'];
    const { code, stdout, stderr } = await accuracy(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('/no/such/python has no pyDANT');
  });

  it('refuses what it does not know', async () => {
    const { code, stderr } = await accuracy('--kinds', 'noisy,quiet');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^--kinds: expected some of .*; found quiet\.\n$/);
    expect((await accuracy('--seeds', '5-3')).stderr).toMatch(/^--seeds: expected whole numbers/);
  });
});

interface Result {
  kind: string;
  seed: number;
  method: string;
  error?: string;
  score?: Pick<PairScore, 'precision' | 'recall' | 'f1'> & { motion: Pick<MotionError, 'maxUm'> };
}

describe('the goals', async () => {
  const { judge } = (await import(new URL('../../bench/accuracy/goals.mjs', import.meta.url).href)) as {
    judge: (results: Result[], pooled: ReliabilityBin[]) => { what: string; passed: boolean }[];
  };
  const good = { precision: 0.995, recall: 0.96, f1: 0.98, motion: { maxUm: 1.9 } };
  const result = (kind: string, score: Partial<typeof good>): Result => ({
    kind,
    seed: 1,
    method: 'probabilistic',
    score: { ...good, ...score },
  });
  const bin = (right: number, pairs = 10_000) => ({ from: 0.88, to: 0.92, pairs, expected: 0.9, right });
  const passed = (results: Result[], pooled = bin(0.9)) => judge(results, [pooled]).map((goal) => goal.passed);

  it.each<[string, Result, boolean]>([
    ['precision', result('noisy', { precision: 0.989 }), false],
    ['recall', result('noisy', { recall: 0.949 }), false],
    ['motion', result('noisy', { motion: { maxUm: 2.1 } }), false],
    ['motion that depends on depth', result('depth-drift', { motion: { maxUm: 2.9 } }), true],
    ['recall with sorter faults', result('sorter-faults', { recall: 0.86 }), true],
    ['a crash', { kind: 'noisy', seed: 1, method: 'probabilistic', error: 'stopped' }, false],
  ])('judge each recording: %s', (_, one, reached) => {
    expect(passed([one])[0]).toBe(reached);
  });

  it('judge the probabilities, allowing for chance', () => {
    const calibrated = (right: number, pairs?: number) => passed([result('noisy', {})], bin(right, pairs))[1];
    expect(calibrated(0.875)).toBe(true);
    expect(calibrated(0.865)).toBe(false);
    expect(calibrated(0.865, 100)).toBe(true);
  });

  it('compare with the method of the reference', () => {
    const reference = { ...result('noisy', { f1: 0.99 }), method: 'reference' };
    expect(passed([result('noisy', {}), reference]).at(-1)).toBe(false);
    expect(passed([result('noisy', { f1: 0.99 }), reference]).at(-1)).toBe(true);
  });
});

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('npm run demo tracks a simulated recording and shows what it found', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['scripts/demo.mjs']);
  expect(stderr).toBe('');
  expect(stdout.split('\n').length).toBeLessThan(24);
  const [, precision, recall] = /precision (\S+), recall (\S+)/.exec(stdout)!;
  expect(Number(precision)).toBeGreaterThan(0.99);
  expect(Number(recall)).toBeGreaterThan(0.85);
});

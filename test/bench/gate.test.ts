import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../bench/gate.mjs', import.meta.url));

let folder: string;
let keptFile: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dant-gate-'));
  keptFile = join(folder, 'gate.json');
  await writeFile(keptFile, '{}');
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the gate with ratios of this machine. */
function gate(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, '--kept', keptFile, ...args], (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

const keptRatios = async () =>
  Object.values(JSON.parse(await readFile(keptFile, 'utf8')) as Record<string, Record<string, number>>)[0]!;

describe('the speed gate', { timeout: 300_000 }, () => {
  it('writes a ratio for every kernel', async () => {
    expect(await gate('--update')).toMatchObject({ code: 0 });
    expect(Object.keys(await keptRatios()).length).toBeGreaterThan(10);
  });

  it('notices every kernel that takes 1.5 × as long', async () => {
    const { code, stdout } = await gate('--slowdown', '1.5');
    expect(code).toBe(1);
    const noticed = [...stdout.matchAll(/^SLOWER (.*?):/gm)].map(([, name]) => name);
    expect(noticed).toEqual(Object.keys(await keptRatios()));
  });

  it('fails for a kernel above its kept ratio', async () => {
    const text = await readFile(keptFile, 'utf8');
    const ratio = (await keptRatios())['ISI histograms']!;
    await writeFile(keptFile, text.replace(/("ISI histograms": ).*/, `$1${ratio / 2},`));
    const found = await gate('--hurry', 'ISI histograms');
    await writeFile(keptFile, text);
    expect(found).toMatchObject({ code: 1, stderr: expect.stringMatching(/ISI histograms: takes/) as string });
  });

  it('fails for a kernel without a kept ratio', async () => {
    const text = await readFile(keptFile, 'utf8');
    await writeFile(keptFile, text.replace(/"ISI histograms".*/, ''));
    const found = await gate('ISI histograms', 'row similarity');
    await writeFile(keptFile, text);
    expect(found).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/ISI histograms: no ratio is kept/) as string,
    });
    expect(found.stdout).toMatch(/row similarity/);
  });

  it('fails when it measured nothing', async () => {
    const found = await gate('no such kernel');
    expect(found).toMatchObject({ code: 1, stderr: expect.stringMatching(/Nothing was measured/) as string });
  });
});

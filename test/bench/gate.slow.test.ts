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
    execFile(process.execPath, [program, '--hurry', '--kept', keptFile, ...args], (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

type Kept = Record<string, Record<string, Record<string, number>>>;
const readKept = async () => JSON.parse(await readFile(keptFile, 'utf8')) as Kept;
const keptRatios = async () => Object.values(Object.values(await readKept())[0]!)[0]!;

/** Runs the gate on two kernels, with another kept ratio of one of them, perhaps as that of another processor. */
async function gateWith(change: (ratio: number) => number | undefined, processor?: string) {
  const text = await readFile(keptFile, 'utf8');
  const changed = Object.entries(JSON.parse(text) as Kept).map(([ownProcessor, levels]) => {
    const ofLevels = Object.entries(levels).map(([level, ratios]) => {
      const isi = 'ISI histograms';
      return [level, { ...ratios, [isi]: change(ratios[isi]!) }] as const;
    });
    return [processor ?? ownProcessor, Object.fromEntries(ofLevels)] as const;
  });
  await writeFile(keptFile, JSON.stringify(Object.fromEntries(changed)));
  const found = await gate('ISI histograms', 'row similarity');
  await writeFile(keptFile, text);
  return found;
}

describe('the speed gate', { timeout: 900_000 }, () => {
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

  it('is open for kernels as fast as their kept ratios', async () => {
    expect(await gate('ISI histograms', 'row similarity')).toMatchObject({
      code: 0,
      stderr: expect.any(String) as string,
    });
  });

  it('fails for a kernel above its kept ratio', async () => {
    const found = await gateWith((ratio) => ratio / 2);
    expect(found).toMatchObject({ code: 1, stderr: expect.stringMatching(/ISI histograms: takes/) as string });
  });

  it('takes the ratios of other processors where none of this one are kept', async () => {
    expect(await gateWith((ratio) => ratio / 1.5, 'another')).toMatchObject({ code: 0 });
    expect(await gateWith((ratio) => ratio / 3, 'another')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/ISI histograms: takes .* of others' ratio/) as string,
    });
  });

  it('fails for a kernel without a kept ratio', async () => {
    const found = await gateWith(() => undefined);
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

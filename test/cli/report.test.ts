import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { progressBar } from '../../lib/cli/progress.js';
import { GoldenSet } from '../golden.js';
import { dant } from './dant.js';
import { temporaryFolder } from './folder.js';

const folder = temporaryFolder();
const golden = new GoldenSet('mini-default');

function copy(part: 'data' | 'expected'): string {
  const place = join(folder.path, part);
  cpSync(join(golden.folder, part), place, { recursive: true });
  return place;
}

const reportTitle = (results: string) =>
  /<title>(.*)<\/title>/.exec(readFileSync(join(results, 'report.html'), 'utf8'))![1];

describe('dant run', () => {
  it('draws the figures and the report, which say where the results are', async () => {
    const data = copy('data');
    expect((await dant(['run', data, '--quiet'])).code).toBe(0);
    const results = join(data, 'DANT_Output');
    expect(reportTitle(results)).toBe('17 neurons followed across 4 sessions');
    expect(readFileSync(join(results, 'report.html'), 'utf8').includes(`<div class="path">${results}</div>`)).toBe(
      true,
    );
    expect(existsSync(join(results, 'Figures/motion_threshold.png'))).toBe(true);
    expect(readFileSync(join(results, '.dant-files'), 'utf8')).toContain('Figures/motion_threshold.png');
  });

  it('tells how sure a result by match probabilities is', async () => {
    const data = join(folder.path, 'data');
    const flags = '--split-fraction 0.15 --depth-drift-um-per-mm 30 --sessions 5 --duration-s 400'.split(' ');
    expect((await dant(['simulate', data, ...flags])).code).toBe(0);
    const { stdout } = await dant(['run', data, '--outputs.figures', 'false', '--outputs.report', 'false']);
    expect(stdout).toMatch(
      /^ {2}(< )?[\d.]+ % of the matched pairs expected to be wrong; (no|\d+) neurons? with a confidence below 99 %; \d+ pairs? of units split by the sorter(; \d+ units? without a refractory period left out)?$/m,
    );
    expect(stdout).not.toMatch(/weights|threshold/);
    expect(stdout).toContain('Motion of the probe, by depth in µm:');
    const { groups } = JSON.parse(
      (await dant(['run', data, '--json', '--outputs.figures', 'false', '--outputs.report', 'false'])).stdout
        .trim()
        .split('\n')
        .at(-1)!,
    ) as {
      groups: {
        falsePositiveRate: number;
        clusterConfidence: number[];
        splitCandidates: number;
        connections: { isConnected: boolean; displacementUm: number; matches: number }[];
      }[];
    };
    expect(groups[0]!.falsePositiveRate).toBeLessThan(0.1);
    expect(groups[0]!.clusterConfidence.every((share) => share > 0 && share <= 1)).toBe(true);
    expect(groups[0]!.splitCandidates).toBeGreaterThan(0);
    expect(groups[0]!.connections).toHaveLength(10);
    for (const { isConnected, displacementUm, matches } of groups[0]!.connections) {
      expect([isConnected, Number.isFinite(displacementUm), matches > 0]).toEqual([true, true, true]);
    }
  });

  it('leaves them out when asked', async () => {
    const data = copy('data');
    expect((await dant(['run', data, '--quiet', '--outputs.figures', 'false', '--outputs.report=false'])).code).toBe(0);
    expect(existsSync(join(data, 'DANT_Output/report.html'))).toBe(false);
    expect(existsSync(join(data, 'DANT_Output/Figures'))).toBe(false);
  });
});

describe('dant report', () => {
  it('draws what there is of pyDANT’s results and tells what is missing', async () => {
    const results = copy('expected');
    const { code, stdout, stderr } = await dant(['report', 'expected', '--data', join(golden.folder, 'data')], {
      cwd: folder.path,
    });
    expect(code).toBe(0);
    expect(stdout).toContain(`Wrote ${join(results, 'report.html')}.`);
    expect(stdout).toContain('run.json is missing');
    expect(stderr).toContain('Figures and report');
    expect(reportTitle(results)).toBe('17 neurons followed across 4 sessions');
  });

  it('is quiet when asked, and refuses what holds no results', async () => {
    copy('expected');
    const quiet = await dant(['report', 'expected', '--quiet'], { cwd: folder.path });
    expect(quiet).toEqual({ code: 0, stdout: '', stderr: '' });
    const refused = await dant(['report', '.'], { cwd: folder.path });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^dant: .*neither IdxCluster\.npy nor Output\.npz/m);
    expect((await dant(['report', 'nowhere'], { cwd: folder.path })).stderr).toMatch(
      /nowhere: the folder does not exist/,
    );
  });
});

describe('the bar of a running stage', () => {
  it('shows the share and, after two seconds, the time left', () => {
    expect(progressBar('Motion', '1.0 s', 0, 0)).toBe(`   1.0 s  ${'Motion'.padEnd(20)} ${'╌'.repeat(24)}   0 %`);
    expect(progressBar('Motion', '9.0 s', 0.25, 25)).toBe(
      `   9.0 s  ${'Motion'.padEnd(20)} ${'━'.repeat(6)}${'╌'.repeat(18)}  25 %, 1:15 left`,
    );
    expect(progressBar('Motion', '9.0 s', 0.5, 3700)).toContain('50 %, 1:01:40 left');
  });
});

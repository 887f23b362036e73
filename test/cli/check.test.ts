import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { GoldenSet } from '../golden.js';
import { dant } from './dant.js';
import { temporaryFolder } from './folder.js';

const folder = temporaryFolder();
const golden = new GoldenSet('mini-default');
const data = join(golden.folder, 'data');

describe('dant check', () => {
  it('tells the facts and what to do next, and writes nothing', async () => {
    const before = readdirSync(data);
    const { code, stdout, stderr } = await dant(['check', join(data, 'settings.json')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const spikes = (await golden.spikeTimes()).reduce((sum, train) => sum + train.length, 0);
    const { shape } = await readNpy(join(data, 'peth.npy'));
    for (const fact of [
      ...['50 units', '4 sessions', '48 channels', 'waveforms of 32 samples'],
      ...[`${spikes.toLocaleString('en-US')} spikes`, `PETH of ${shape[1]!} bins`],
    ]) {
      expect(stdout).toContain(`          ${fact}\n`);
    }
    expect(stdout).toMatch(/\nThe data can be tracked: dant run \S+settings\.json\n$/);
    expect(readdirSync(data)).toEqual(before);
  });

  it('names the shanks', async () => {
    const { stdout } = await dant(['check', join(new GoldenSet('mini-multi-shank').folder, 'data')]);
    expect(stdout).toContain('4 shanks (1, 2, 3, 4)\n');
  });

  it('lists all problems and warnings', async () => {
    cpSync(data, folder.path, { recursive: true });
    rmSync(join(folder.path, 'peth.npy'));
    rmSync(join(folder.path, 'spike_times/Unit3.npy'));
    writeFileSync(join(folder.path, 'settings.json'), '{ "cluster": {} }');
    const { code, stdout } = await dant(['check'], { cwd: folder.path });
    expect(code).toBe(1);
    expect(stdout).toContain('\nWarning: settings.json: unknown key cluster is ignored; did you mean clustering?\n');
    expect(stdout).toMatch(
      /\nProblem: peth\.npy: .*\nProblem: .*Unit3\.npy.*\nThe data cannot be tracked as they are\.\n$/,
    );

    const json = await dant(['check', '--json'], { cwd: folder.path });
    expect(json.code).toBe(1);
    const check = JSON.parse(json.stdout) as { problems: string[]; warnings: string[]; facts: object };
    expect(check.problems).toHaveLength(2);
    expect(check.warnings).toHaveLength(1);
    expect(check.facts).toMatchObject({ units: 50, sessions: 4, channels: 48, samples: 32 });

    const withoutPeth = ['--motionEstimation.features', 'Waveform,AutoCorr'];
    const fewer = await dant(['check', '--json', ...withoutPeth], { cwd: folder.path });
    expect((JSON.parse(fewer.stdout) as typeof check).problems).toHaveLength(1);
  });

  it('refuses wrong settings', async () => {
    const args = ['check', data, '--set', 'seed=-1'];
    const { code, stdout, stderr } = await dant(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('seed (command line): expected an integer from 0 to 4294967295, found -1.');
    const json = await dant([...args, '--json']);
    expect(json.code).toBe(1);
    expect((JSON.parse(json.stdout) as { problems: string[] }).problems).toHaveLength(1);
  });

  it('says that a data folder is not there', async () => {
    const { code, stdout } = await dant(['check', data, '--data', join(folder.path, 'none')]);
    expect(code).toBe(1);
    expect(stdout).toContain('Problem: There is no such folder.');
  });
});

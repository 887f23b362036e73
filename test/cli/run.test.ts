import { cpSync, existsSync, linkSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { readNpz } from '../../lib/files/npz.js';
import { writeNpy } from '../../lib/files/npy_writer.js';
import { GoldenSet } from '../golden.js';
import { dant } from './dant.js';
import { temporaryFolder } from './folder.js';

const folder = temporaryFolder();
const golden = new GoldenSet('mini-default');
const multiShank = new GoldenSet('mini-multi-shank');

/** A copy of a mini set, for tests that write beside the data. */
function copy({ folder: source } = golden): string {
  const data = join(folder.path, 'data');
  cpSync(join(source, 'data'), data, { recursive: true });
  return data;
}

const numbers = async (...path: string[]) => [...(await readNpy(join(...path), { as: 'float64' })).data];

describe('dant run', () => {
  it('tracks the data that a settings file names, and says what it found', async () => {
    const data = copy();
    const { code, stdout, stderr } = await dant(['run', 'settings.json'], { cwd: data });
    expect(code).toBe(0);
    const clusters = await numbers(golden.folder, 'expected/IdxCluster.npy');
    expect(await numbers(data, 'DANT_Output/IdxCluster.npy')).toEqual(clusters);

    const matched = clusters.filter((cluster) => cluster > 0).length;
    const [pairCount] = (await golden.read('expected/MatchedPairs.npy')).shape;
    expect(stdout).toContain(`Tracked ${clusters.length} units of 4 sessions in `);
    expect(stdout).toContain(`  ${Math.max(...clusters)} neurons found in more than one session\n`);
    expect(stdout).toContain(`  ${matched} matched units (`);
    expect(stdout).toContain(` ${pairCount!} matched pairs\n`);
    expect(stdout).toMatch(/ {2}weights Waveform 0\.\d\d, AutoCorr 0\.\d\d; threshold \d\.\d\d\n/);
    const constants = await numbers(golden.folder, 'expected/motion_constant.npy');
    for (const [i, constant] of constants.entries()) {
      const row = new RegExp(`\\n +${i + 1} +(-?[\\d.]+) +-?[\\d.]+ to -?[\\d.]+(?=\\n)`).exec(stdout);
      expect(Math.abs(Number(row![1]) - constant)).toBeLessThan(0.11);
    }
    expect(stdout).toContain(`The results are in ${join(data, 'DANT_Output')}.`);
    expect(stderr).toMatch(/ s {2}Motion: round 1: \d+ pairs/);
  });

  it('finds the settings in a folder, and takes folders and settings from the command line', async () => {
    const output = join(folder.path, 'out');
    const { code } = await dant(
      [
        ...['run', join(golden.folder, 'data'), '--output', 'out', '--threads', '1'],
        ...['--set', 'clustering.n_iter=3', '--clustering.max_distance', '80', '--ISI.gaussian-sigma', '2'],
        ...['--clustering.features', 'Waveform', '--set', 'clustering.features=AutoCorr,PETH'],
      ],
      { cwd: folder.path },
    );
    expect(code).toBe(0);
    const params = (await readNpz(join(output, 'Output.npz'))).Params!;
    expect(JSON.parse((params.data as unknown as string[])[0]!)).toMatchObject({
      path_to_data: join(golden.folder, 'data'),
      output_folder: output,
      n_jobs: 1,
      clustering: { max_distance: 80, features: ['AutoCorr', 'PETH'], n_iter: 3 },
      ISI: { window: 100, gaussian_sigma: 2 },
    });
    expect(existsSync(join(golden.folder, 'data/DANT_Output'))).toBe(false);
  });

  it('reads data from elsewhere', async () => {
    writeFileSync(
      join(folder.path, 'settings.json'),
      '{ "motionEstimation": { "features": [["Waveform", "AutoCorr"]] } }',
    );
    const { code } = await dant(['run', '--data', join(golden.folder, 'data')], { cwd: folder.path });
    expect(code).toBe(0);
    expect(await numbers(folder.path, 'DANT_Output/IdxCluster.npy')).toHaveLength(50);
  });

  it('tracks shank by shank, or together if asked', async () => {
    const data = copy(multiShank);
    const separate = await dant(['run', data]);
    expect(separate.stdout).toContain('  shank 4: weights Waveform');
    expect(separate.stdout).toMatch(/\n {2}session +shank 1, µm +95 % interval +shank 2, µm/);
    expect(await numbers(data, 'DANT_Output/IdxCluster.npy')).toEqual(
      await numbers(multiShank.folder, 'expected/IdxCluster.npy'),
    );
    const together = await dant(['run', data, '--shanks', 'together', '--output', join(folder.path, 'together')]);
    expect(together.code).toBe(0);
    expect(together.stdout).not.toContain('shank');
    expect(existsSync(join(folder.path, 'together/Shank1'))).toBe(false);
  });

  it('keeps earlier results unless told to replace them', async () => {
    const data = copy();
    await dant(['run', data, '--quiet']);
    const again = await dant(['run', data, '--quiet']);
    expect(again).toMatchObject({ code: 0, stdout: '' });
    expect(again.stderr).toMatch(/^Warning: .*DANT_Output holds earlier results.*\n$/);
    expect(readdirSync(data).filter((name) => name.startsWith('DANT_Output'))).toHaveLength(2);
    const replaced = await dant(['run', data, '--quiet', '--overwrite']);
    expect(replaced).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readdirSync(data).filter((name) => name.startsWith('DANT_Output'))).toHaveLength(2);
  });

  it('--json prints events and the result', async () => {
    const output = join(folder.path, 'out');
    const { code, stdout } = await dant(['run', join(golden.folder, 'data'), '--output', output, '--json']);
    expect(code).toBe(0);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const result = events.pop()!;
    expect(events.length).toBeGreaterThan(0);
    for (const event of events) expect(event).toMatchObject({ event: 'progress', stage: expect.any(String) as string });
    expect(result).toMatchObject({ event: 'result', folder: output, units: 50, sessions: 4, warnings: [] });
    const [group] = result.groups as { motion: { constantUm: number; constantUmInterval: number[] }[] }[];
    const constants = await numbers(golden.folder, 'expected/motion_constant.npy');
    for (const [i, { constantUm, constantUmInterval }] of group!.motion.entries()) {
      expect(Math.abs(constantUm - constants[i]!)).toBeLessThan(0.05);
      expect(constantUmInterval[0]).toBeLessThanOrEqual(constantUm);
      expect(constantUmInterval[1]).toBeGreaterThanOrEqual(constantUm);
    }
  });

  it('shows warnings last', async () => {
    const data = copy();
    const settings = JSON.parse(readFileSync(join(data, 'settings.json'), 'utf8')) as Record<string, object>;
    writeFileSync(join(data, 'settings.json'), JSON.stringify({ ...settings, max_iterations: 3 }));
    const { code, stderr } = await dant(['run', data]);
    expect(code).toBe(0);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(
      'Warning: settings.json: unknown key max_iterations is ignored; did you mean motionEstimation.max_iter?',
    );
  });
});

describe('dant run refuses', () => {
  const refused = async (args: string[]) => {
    const { code, stdout, stderr } = await dant(args, { cwd: folder.path });
    expect(stdout).toBe('');
    return { code, stderr };
  };

  it('a settings file that is not there', async () => {
    expect(await refused(['run'])).toEqual({
      code: 1,
      stderr: `dant: There is no settings file ${join(folder.path, 'settings.json')}. "dant init ${folder.path}" writes one.\n`,
    });
  });

  it('wrong values, all of them, before any work', async () => {
    const { code, stderr } = await refused([
      ...['run', join(golden.folder, 'data'), '--output', 'out', '--clustering.max_distance', '-1'],
      ...['--set', 'clustering.features=waveform'],
    ]);
    expect(code).toBe(1);
    expect(stderr.split('\n')).toHaveLength(4);
    expect(stderr).toContain('clustering.max_distance (command line): expected a number above 0 µm, found -1.');
    expect(stderr).toContain('Did you mean "Waveform"?');
    expect(existsSync(join(folder.path, 'out'))).toBe(false);
  });

  it('unknown flags, with the one that was meant, as wrong usage', async () => {
    const { code, stderr } = await refused(['run', '--clustering.max_distanc', '3']);
    expect(code).toBe(2);
    expect(stderr).toContain(
      "dant: unknown option '--clustering.max_distanc'\n(Did you mean --clustering.max_distance?)",
    );
  });

  it('unknown keys of --set', async () => {
    const { code, stderr } = await refused(['run', join(golden.folder, 'data'), '--set', 'clustering.dist=3']);
    expect(code).toBe(1);
    expect(stderr).toContain('There is no setting clustering.dist');
  });

  it('data that contradict each other', async () => {
    const data = copy();
    rmSync(join(data, 'spike_times/Unit3.npy'));
    const { code, stderr } = await refused(['run', data]);
    expect(code).toBe(1);
    expect(stderr).toContain('Unit3.npy');
    expect(stderr).not.toContain('    at ');
    expect(existsSync(join(data, 'DANT_Output'))).toBe(false);
  });

  it('data that are elsewhere, with a warning about the misspelt key', async () => {
    writeFileSync(join(folder.path, 'settings.json'), JSON.stringify({ path_to_dat: join(golden.folder, 'data') }));
    const { code, stderr } = await refused(['run']);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^Warning: settings\.json: unknown key path_to_dat is ignored; did you mean path_to_data\?\ndant: The data in /,
    );
  });

  it('an output folder that holds other files', async () => {
    mkdirSync(join(folder.path, 'out'));
    writeFileSync(join(folder.path, 'out/thesis.tex'), 'precious');
    const { code, stderr } = await refused(['run', join(golden.folder, 'data'), '--output', 'out', '--overwrite']);
    expect(code).toBe(1);
    expect(stderr).toContain('holds other files');
    expect(readFileSync(join(folder.path, 'out/thesis.tex'), 'utf8')).toBe('precious');
  });

  it('with an event when asked for JSON', async () => {
    const { code, stdout, stderr } = await dant(['run', join(folder.path, 'none.json'), '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ event: 'error', code: 'DANT_SETTINGS' });
    expect(stderr).toContain('There is no settings file');
  });
});

describe.skipIf(process.platform === 'win32')('an interrupted dant run', () => {
  /** Data whose autocorrelograms take many minutes: each spike has ten thousand neighbours. */
  async function slowData(): Promise<string> {
    const data = copy();
    const trains = join(data, 'spike_times');
    const names = readdirSync(trains);
    rmSync(trains, { recursive: true });
    mkdirSync(trains);
    const timesMs = Float64Array.from({ length: 300_000 }, (_, k) => 0.1 * k);
    await writeNpy(join(trains, 'Unit0.npy'), { data: timesMs, shape: [timesMs.length] });
    for (const name of names) if (name !== 'Unit0.npy') linkSync(join(trains, 'Unit0.npy'), join(trains, name));
    return data;
  }

  const run = async (data: string, signals: NodeJS.Signals[]) => {
    let signalled = 0;
    const finished = await dant(['run', data, '--json', '--autoCorr.window', '1000'], {}, (child) => {
      child.stdout!.on('data', (text: string) => {
        if (signalled > 0 || !text.includes('"stage":"features"')) return;
        signalled = performance.now();
        for (const signal of signals) child.kill(signal);
      });
    });
    return { ...finished, seconds: (performance.now() - signalled) / 1000 };
  };

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s ends with exit code %i and leaves nothing behind', async (signal, exitCode) => {
    const data = await slowData();
    const before = readdirSync(data);
    const { code, stderr, stdout, seconds } = await run(data, [signal]);
    expect(code).toBe(exitCode);
    expect(stderr).toBe('dant: stopping; once more stops at once.\ndant: interrupted.\n');
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!)).toMatchObject({ event: 'error', code: 'Interruption' });
    // Far less than the run would take, however busy the machine is.
    expect(seconds).toBeLessThan(20);
    expect(readdirSync(data)).toEqual(before);
  });

  it('twice ends at once and leaves nothing behind', async () => {
    const data = await slowData();
    const before = readdirSync(data);
    const { code } = await run(data, ['SIGINT', 'SIGTERM']);
    // By the signal itself, or with its exit code if the first had already stopped the run.
    expect([null, 130, 143]).toContain(code);
    expect(readdirSync(data)).toEqual(before);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readdir, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { prepareOutput } from '../../lib/run/output_folder.js';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'dant-output-')));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** All files below a folder with their content; empty folders end with "/". */
async function tree(path = folder): Promise<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (!entry.isDirectory()) {
      result[entry.name] = await readFile(join(path, entry.name), 'utf8');
      continue;
    }
    const below = Object.entries(await tree(join(path, entry.name)));
    for (const [name, content] of below) result[`${entry.name}/${name}`] = content;
    if (below.length === 0) result[`${entry.name}/`] = '';
  }
  return result;
}

async function fill(path: string, files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
}

async function run(target: string, files: Record<string, string>, overwrite = false) {
  const output = await prepareOutput(target, { overwrite });
  await fill(output.path, files);
  await output.commit();
  return output.warnings;
}

const list = (...files: string[]) => ['.dant-files', ...files].map((file) => `${file}\n`).join('');

describe('prepareOutput', () => {
  it('shows nothing in the target before everything is there', async () => {
    const target = join(folder, 'new/results');
    const output = await prepareOutput(target);
    expect(dirname(output.path)).toBe(join(folder, 'new'));
    await fill(output.path, { 'IdxCluster.npy': '1', 'Shank1/isi.npy': '2' });
    expect(await readdir(join(folder, 'new'))).toEqual([output.path.slice(folder.length + 5)]);
    await output.commit();
    const expected = {
      'new/results/.dant-files': list('IdxCluster.npy', 'Shank1/isi.npy'),
      'new/results/IdxCluster.npy': '1',
      'new/results/Shank1/isi.npy': '2',
    };
    expect(await tree()).toEqual(expected);
    await output.discard();
    expect(await tree()).toEqual(expected);
  });

  it('leaves nothing behind when discarded, not even the folders that it made', async () => {
    await mkdir(join(folder, 'a'));
    const output = await prepareOutput(join(folder, 'a/b/c/results'));
    await fill(output.path, { 'IdxCluster.npy': '1' });
    await output.discard();
    expect(await tree()).toEqual({ 'a/': '' });
  });

  it('does not remove a folder before what still writes to it has ended', async () => {
    const output = await prepareOutput(join(folder, 'results'));
    let fail!: (error: Error) => void;
    const filled = new Promise((_, reject) => (fail = reject));
    const gone = output.discard(filled);
    await setTimeout(20);
    await fill(output.path, { 'IdxCluster.npy': '1' });
    fail(new Error('aborted'));
    await gone;
    expect(await tree()).toEqual({});
  });

  it('waits for the removal of another folder, and is not disturbed by it', async () => {
    const target = join(folder, 'made/by/the/first/results');
    const first = await prepareOutput(target);
    const files = Array.from({ length: 200 }, (_, i): [string, string] => [`${i}.npy`, 'half']);
    await fill(first.path, Object.fromEntries(files));
    const gone = first.discard();
    const second = await prepareOutput(target);
    expect(await tree()).toEqual({ [`${relative(folder, second.path)}/`]: '' });
    await gone;
    await fill(second.path, { 'IdxCluster.npy': '1' });
    await second.commit();
    expect(Object.keys(await tree(target)).sort()).toEqual(['.dant-files', 'IdxCluster.npy']);
  });

  it('uses an empty folder, and the folder behind a link', async () => {
    await mkdir(join(folder, 'empty'));
    await symlink(join(folder, 'empty'), join(folder, 'link'));
    expect(await run(join(folder, 'link'), { 'Output.npz': '1' })).toEqual([]);
    expect(await readFile(join(folder, 'empty/Output.npz'), 'utf8')).toBe('1');
    expect((await readdir(folder)).sort()).toEqual(['empty', 'link']);
  });

  it.each(['IdxCluster.npy', 'Output.npz'])('moves earlier results aside, known by %s', async (sign) => {
    const target = join(folder, 'results');
    await fill(target, { [sign]: 'old', 'notes.txt': 'mine' });
    await fill(join(folder, 'results.previous-1'), { x: 'older' });
    const output = await prepareOutput(target);
    expect(output.warnings).toEqual([`${target} holds earlier results; they are kept as ${target}.previous-2.`]);
    await fill(output.path, { [sign]: 'new' });
    expect(await readFile(join(target, sign), 'utf8')).toBe('old');
    await output.commit();
    expect(await tree()).toEqual({
      'results/.dant-files': list(sign),
      [`results/${sign}`]: 'new',
      [`results.previous-2/${sign}`]: 'old',
      'results.previous-2/notes.txt': 'mine',
      'results.previous-1/x': 'older',
    });
  });

  it('replaces earlier results on request, and carries over what the user keeps there', async () => {
    const target = join(folder, 'results');
    await run(target, { 'IdxCluster.npy': 'old', 'Figures/a.png': 'old', 'Shank1/isi.npy': 'old', 'run.json': 'old' });
    await fill(target, { 'notes.txt': 'mine', 'Figures/poster.png': 'mine', 'isi.npy': 'mine', 'report.html': 'old' });
    const warnings = await run(target, { 'IdxCluster.npy': 'new', 'report.html': 'new' }, true);
    expect(warnings).toEqual([]);
    expect(await tree()).toEqual({
      'results/.dant-files': list('IdxCluster.npy', 'report.html'),
      'results/IdxCluster.npy': 'new',
      'results/report.html': 'new',
      'results/notes.txt': 'mine',
      'results/Figures/poster.png': 'mine',
      'results/isi.npy': 'mine',
    });
  });

  it("replaces pyDANT's results on request", async () => {
    const target = join(folder, 'results');
    await fill(target, { 'Output.npz': 'old', 'isi.npy': 'old', 'Shank2/IdxCluster.npy': 'old', 'my/isi.npy': 'mine' });
    await run(target, { 'Output.npz': 'new' }, true);
    expect(await tree()).toEqual({
      'results/.dant-files': list('Output.npz'),
      'results/Output.npz': 'new',
      'results/my/isi.npy': 'mine',
    });
  });

  it('keeps the results elsewhere when something else has appeared in the target', async () => {
    const target = join(folder, 'results');
    const output = await prepareOutput(target);
    await fill(output.path, { 'Output.npz': 'new' });
    await fill(target, { 'thesis.tex': 'mine' });
    await expect(output.commit()).rejects.toMatchObject({
      code: 'DANT_OUTPUT',
      message: expect.stringContaining(`They are in ${target}.results-1`) as string,
    });
    await output.discard();
    expect(await tree()).toEqual({
      'results/thesis.tex': 'mine',
      'results.results-1/Output.npz': 'new',
      'results.results-1/.dant-files': list('Output.npz'),
    });
  });

  it('takes a folder that holds only what file managers leave as an empty one', async () => {
    const target = join(folder, 'results');
    await fill(target, { '.DS_Store': 'litter', 'Thumbs.db': 'litter' });
    const output = await prepareOutput(target);
    await fill(output.path, { 'Output.npz': 'new' });
    await output.commit();
    expect(await tree()).toEqual({ 'results/Output.npz': 'new', 'results/.dant-files': list('Output.npz') });
  });

  it('does not take a folder that appears at the same time for a link to nowhere', async () => {
    const [here, there] = [join(folder, 'results'), join(folder, 'elsewhere')];
    await fill(here, {});
    await mkdir(here, { recursive: true });
    let isDone = false;
    const moving = (async () => {
      for (let i = 0; !isDone; i++) await rename(i % 2 === 0 ? here : there, i % 2 === 0 ? there : here);
    })();
    for (let i = 0; i < 150; i++) {
      const output = await prepareOutput(here).catch((error: unknown) => error as Error);
      if (output instanceof Error) expect(output.message).not.toContain('link to a folder');
      else await output.discard();
    }
    isDone = true;
    await moving;
  });

  it.each<[string, (data: string) => string, RegExp]>([
    ['a folder with other files', () => join(folder, 'other'), /holds other files, not results/],
    ['a file', () => join(folder, 'other/thesis.tex'), /expected a folder for the results but this is a file/],
    ['a folder below a file', () => join(folder, 'other/thesis.tex/results'), /part of this path is a file/],
    ['the data folder', (data) => data, /this is the folder with the data/],
    ['the data folder by a link', () => join(folder, 'link'), /this is the folder with the data/],
    ['a folder that contains the data', (data) => dirname(data), /contains the data folder/],
    ['the root of the disk', () => '/', /contains the data folder|holds other files/],
    ['a link to nowhere', () => join(folder, 'dangling'), /a link to a folder that does not exist/],
    ['spike times', (data) => join(data, 'spike_times'), /holds other files/],
  ])('refuses %s before it changes anything', async (_, target, message) => {
    const dataFolder = join(folder, 'study/data');
    await fill(dataFolder, { 'waveform_all.npy': 'w', 'spike_times/Unit0.npy': 's' });
    await fill(join(folder, 'other'), { 'thesis.tex': 'mine' });
    await symlink(dataFolder, join(folder, 'link'));
    await symlink(join(folder, 'nowhere'), join(folder, 'dangling'));
    const before = (await readdir(folder)).sort();
    await expect(prepareOutput(target(dataFolder), { dataFolder, overwrite: true })).rejects.toMatchObject({
      code: 'DANT_OUTPUT',
      message: expect.stringMatching(message) as string,
    });
    expect((await readdir(folder)).sort()).toEqual(before);
    expect(await tree(dataFolder)).toEqual({ 'waveform_all.npy': 'w', 'spike_times/Unit0.npy': 's' });
  });

  it('accepts a new folder within the data folder', async () => {
    await fill(folder, { 'waveform_all.npy': 'w' });
    const output = await prepareOutput(join(folder, 'DANT_Output'), { dataFolder: folder });
    await output.discard();
    expect(await tree()).toEqual({ 'waveform_all.npy': 'w' });
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'refuses a place without permission',
    async () => {
      await chmod(folder, 0o500);
      const attempt = prepareOutput(join(folder, 'results'));
      await expect(attempt).rejects.toThrow(`${folder}: no permission to write here. Choose another folder.`);
      await chmod(folder, 0o700);
    },
  );

  it.skipIf(process.platform !== 'linux')('refuses a place that cannot be written, and a disk of its own', async () => {
    await expect(prepareOutput('/sys/dant/results')).rejects.toMatchObject({
      code: 'DANT_OUTPUT',
      message: expect.stringMatching(/cannot be written|no permission/) as string,
    });
    await expect(prepareOutput('/proc')).rejects.toThrow(/a disk of its own. Choose a folder on it/);
  });

  it('removes what crashed runs left, but not what running ones are filling', async () => {
    const host = hostname().replace(/[^\w.]/g, '_');
    const gone = spawn(process.execPath, ['-e', '']);
    await once(gone, 'exit');
    const names = [
      `.dant-partial-results-${host}-${process.pid}-00000001`,
      `.dant-partial-results-another_host-${gone.pid!}-00000002`,
      `.dant-partial-others-${host}-${gone.pid!}-00000003`,
    ];
    for (const name of [...names, `.dant-partial-results-${host}-${gone.pid!}-00000004`]) {
      await fill(join(folder, name), { 'isi.npy': 'half' });
    }
    await run(join(folder, 'results'), { 'IdxCluster.npy': '1' });
    expect((await readdir(folder)).sort()).toEqual([...names, 'results'].sort());
  });
});

// Windows has no signals that a process can act on.
describe.skipIf(process.platform === 'win32')('a process that ends while it writes results', () => {
  const module = pathToFileURL(fileURLToPath(new URL('../../dist/run/output_folder.js', import.meta.url))).href;
  const start = (then: string) => {
    const script = `
      import { prepareOutput } from ${JSON.stringify(module)};
      import { writeFileSync } from 'node:fs';
      const output = await prepareOutput(${JSON.stringify(join(folder, 'results'))});
      writeFileSync(output.path + '/isi.npy', 'half');
      ${then}`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return { child, ended: once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]> };
  };

  it.each<[string, number]>([
    ['process.exit(3);', 3],
    ["throw new Error('stop');", 1],
    [
      "process.on('SIGTERM', () => process.exit(4)); process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1e3);",
      4,
    ],
  ])('leaves nothing after %s', async (then, code) => {
    const { ended } = start(then);
    expect((await ended)[0]).toBe(code);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves nothing after %s, and ends by it', async (signal) => {
    const { child, ended } = start("console.log('ready'); setInterval(() => {}, 1000);");
    await once(child.stdout, 'data');
    expect((await readdir(folder)).length).toBe(1);
    child.kill(signal);
    expect(await ended).toEqual([null, signal]);
    expect(await readdir(folder)).toEqual([]);
  });
});

// Settings that other programs wrote, and what is no settings file.
import { writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { writeNpy } from '../../lib/files/npy_writer.js';
import { completeSettings, loadSettings, readSessionsFile } from '../../lib/index.js';
import { temporaryFolder } from '../cli/folder.js';

const folder = temporaryFolder();
const file = (name = 'settings.json') => join(folder.path, name);

it.each(['utf-16le', 'utf-16be'])('settings in %s are read', async (encoding) => {
  const bytes = Buffer.from('\uFEFF{ "n_jobs": 2 } // µm', 'utf16le');
  if (encoding === 'utf-16be') bytes.swap16();
  writeFileSync(file(), bytes);
  expect((await loadSettings(file())).settings.n_jobs).toBe(2);
});

it('a file that is no text is not printed', async () => {
  const npy = join(folder.path, 'waveform_all.npy');
  await writeNpy(npy, { data: [1, 2.5, 3], shape: [3] });
  await expect(loadSettings(npy)).rejects.toMatchObject({
    code: 'DANT_SETTINGS',
    message: `${npy} is no text. Expected a settings file, JSON in UTF-8, or a folder that holds a settings.json.`,
  });
});

describe('keys of DANT for MATLAB', () => {
  it('that are not needed are named as such', () => {
    const given = { save_intermediate_figures: true, path_to_python: '/usr/bin/python' };
    expect(completeSettings(given as object).warnings).toEqual([
      'the settings: save_intermediate_figures is ignored: figures are drawn if outputs.figures is true.',
      'the settings: path_to_python is ignored: no Python is needed.',
    ]);
  });

  it('n_jobs: 0 is all cores', () => {
    const { settings, warnings } = completeSettings({ n_jobs: 0 });
    expect(settings.n_jobs).toBe(-1);
    expect(warnings).toEqual(['the settings: n_jobs is 0, which is read as -1: all cores.']);
  });
});

it('"~" is the home folder in a file of sessions', async () => {
  writeFileSync(file('sessions.yaml'), 'sessions:\n  - "~/a"\n  - folder: b\n    recording: ~/c.bin\n');
  expect(await readSessionsFile(file('sessions.yaml'))).toMatchObject([
    { folder: join(homedir(), 'a') },
    { folder: join(folder.path, 'b'), recording: [join(homedir(), 'c.bin')] },
  ]);
});

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { defaultSettings, parseSettings } from '../../lib/settings/index.js';
import { dant } from './dant.js';
import { temporaryFolder } from './folder.js';

const folder = temporaryFolder();
const readSettings = () => parseSettings(readFileSync(join(folder.path, 'settings.json'), 'utf8'), 'settings.json');

describe('dant init', () => {
  it('writes settings without PETH where there is none, and says what to do next', async () => {
    const { code, stdout, stderr } = await dant(['init', folder.path]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const file = join(folder.path, 'settings.json');
    expect(stdout).toContain(`Wrote ${file}.`);
    expect(stdout).toContain('Neurons will be matched by AlignedWaveform, Location, Amplitude, AutoCorr');
    expect(stdout).not.toContain('peth.npy');
    expect(stdout).toContain(
      'Not in this folder: waveform_all.npy, channel_locations.npy, session_index.npy, spike_times.',
    );
    expect(stdout).toContain(`  dant check "${file}"\n  dant run "${file}"\n`);
    const { settings, warnings } = readSettings();
    expect(warnings).toEqual([]);
    const defaults = defaultSettings();
    defaults.motionEstimation.features = [['Waveform', 'AutoCorr']];
    expect(settings).toEqual(defaults);
  });

  it('writes the default settings where there is a peth.npy, in the working directory by default', async () => {
    for (const name of ['waveform_all.npy', 'channel_locations.npy', 'session_index.npy', 'peth.npy']) {
      writeFileSync(join(folder.path, name), '');
    }
    mkdirSync(join(folder.path, 'spike_times'));
    const { code, stdout } = await dant(['init'], { cwd: folder.path });
    expect(code).toBe(0);
    expect(stdout).toContain('There is a peth.npy: add PETH to that list');
    expect(stdout).not.toContain('Not in this folder');
    expect(stdout).toContain('  dant check settings.json\n');
    expect(readSettings().settings).toEqual(defaultSettings());
  });

  it('never touches a settings file that is there', async () => {
    const file = join(folder.path, 'settings.json');
    writeFileSync(file, '{}');
    const { code, stdout, stderr } = await dant(['init', folder.path]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(`dant: ${file} exists and was left as it is. To start afresh, rename or delete it first.\n`);
    expect(readFileSync(file, 'utf8')).toBe('{}');
  });

  it('refuses a folder that is not there', async () => {
    const { code, stderr } = await dant(['init', join(folder.path, 'none')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^dant: Expected the folder that holds the data, but .*none is no folder\.\n$/);
  });

  it('shows the stack only if asked', async () => {
    const { stderr } = await dant(['init', join(folder.path, 'none')], { env: { DANT_DEBUG: '1' } });
    expect(stderr).toMatch(/\n\s+at writeSettings /);
  });
});

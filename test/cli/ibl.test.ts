import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { haveIblFixtures, iblFixtures, oneCache } from '../import/ibl/fixtures.js';
import { dant } from './dant.js';
import { temporaryFolder } from './folder.js';

const folder = temporaryFolder();
const day = ['--subject', 'SIM01', '--date', '2024-05-01'];

describe.skipIf(!haveIblFixtures)('dant ibl', () => {
  it('lists sessions with their sortings and revisions', async () => {
    const { code, stdout } = await dant(['ibl', 'list', oneCache]);
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      'SIM01  2024-05-01/001  4e329ca5-6e4b-3917-aa4f-f6a3b0785324',
      '  alf/probe00',
      '  alf/probe00/pykilosort  #2022-10-31#  #2024-05-06#',
      'SIM01  2024-05-02/001  d11e898d-5352-35ef-96cf-08b221eb174f',
    ]);
    const none = await dant(['ibl', 'list', oneCache, '--subject', 'X']);
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toContain('no session has subject X: there are SIM01');
    expect((await dant(['ibl', 'list', oneCache, '--date', 'May'])).code).toBe(2);
  });

  it('shows the clusters that ibllib merges', async () => {
    const shown = await dant(['ibl', 'show', oneCache, ...day]);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toContain('1188 spikes, 8 clusters');
    expect(shown.stdout).toContain('alf/probe00/pykilosort/#2024-05-06#/spikes.times.npy');
    const { stdout } = await dant(['ibl', 'show', oneCache, ...day, '--json']);
    const merged = JSON.parse(stdout) as Record<string, unknown[]>;
    const acronyms = JSON.parse(
      readFileSync(join(iblFixtures, 'expected/s1_default/merged.acronym.json'), 'utf8'),
    ) as string[];
    expect(merged.acronym).toEqual(acronyms);
    expect(merged.cluster_id).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const unknown = await dant(['ibl', 'show', oneCache, ...day, '--sorter', 'ks9']);
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toContain('there is no sorting "ks9" of probe00; there is "" (Kilosort 2.5), pykilosort');
  });

  it('draws the raster as PNG, SVG and page, never over a file that is there', async () => {
    const path = (ending: string) => join(folder.path, `raster.${ending}`);
    for (const ending of ['png', 'svg', 'html']) {
      const drawn = await dant(['ibl', 'raster', oneCache, ...day, '--output', path(ending)]);
      expect(drawn, drawn.stderr).toMatchObject({ code: 0, stdout: `Wrote ${path(ending)}.\n` });
    }
    expect(readFileSync(path('png')).subarray(1, 4).toString()).toBe('PNG');
    const svg = readFileSync(path('svg'), 'utf8');
    for (const text of ['2024-05-01_1_SIM01_probe00', '1_188 spikes, 6 clusters', 'CA1', 'drift (µm)', '#7ed04b']) {
      expect(svg).toContain(text);
    }
    const page = readFileSync(path('html'), 'utf8');
    expect(page).toContain('<dt>Spikes</dt><dd>1,188</dd>');
    expect(page).toContain(Buffer.from(svg).toString('base64'));
    writeFileSync(path('svg'), 'mine');
    const again = await dant(['ibl', 'raster', oneCache, ...day, '--output', path('svg')]);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('it exists already') as string });
    expect(readFileSync(path('svg'), 'utf8')).toBe('mine');
    const other = await dant(['ibl', 'raster', oneCache, ...day, '--output', path('gif')]);
    expect(other.stderr).toContain('a name that ends in .png, .svg or .html');
  });

  it('draws the firing rate, and the same bytes again', async () => {
    const draw = async (name: string, ...more: string[]) => {
      const path = join(folder.path, name);
      const drawn = await dant(['ibl', 'rate', oneCache, ...day, ...more, '--output', path]);
      expect(drawn, drawn.stderr).toMatchObject({ code: 0, stderr: '' });
      return readFileSync(path, 'utf8');
    };
    const svg = await draw('a.svg');
    expect(svg).toContain('Firing rate');
    expect(await draw('b.svg')).toBe(svg);
    expect(await draw('c.svg', '--depth-bin', '40')).not.toBe(svg);
    const shallow = await dant([
      'ibl',
      'rate',
      oneCache,
      '--date',
      '2024-05-02',
      '--sorter',
      'pykilosort',
      '-o',
      'x.svg',
    ]);
    expect(shallow.stderr).toContain('spikes.depths is missing; spikes cannot be drawn without');
  });
});

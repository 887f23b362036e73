import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { writeReport } from '../../lib/report/write_report.js';
import { goldenSets } from '../golden.js';
import { nothingDrawn, Scratch } from './folders.js';

const scratch = new Scratch();
afterAll(scratch.remove);

const names = [
  'distance_matrix',
  'feature_scatter',
  'feature_similarities',
  'matching_between_sessions',
  'motion',
  'motion_threshold',
  'similarity_distributions',
  'unit_locations',
  'units_across_days',
];
const needRunRecord = ['motion_threshold'];
const files = (figures: string[]) => figures.flatMap((name) => [`${name}.png`, `${name}.svg`]).sort();

/** Marks of a Vega drawing: what has the role "mark", filled or stroked, image or text. */
const marksIn = (svg: string) => svg.match(/<(path|rect|image|text|line)\b[^>]*>/g)?.length ?? 0;

async function expectDrawings(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    const content = await readFile(join(folder, file));
    if (file.endsWith('.png')) {
      expect(content.subarray(1, 4).toString()).toBe('PNG');
      // Larger than an empty image
      expect(content.readUInt32BE(16)).toBeGreaterThan(400);
      expect(content.length).toBeGreaterThan(8000);
    } else {
      const svg = content.toString().replaceAll(/data:[^"]*/g, '');
      expect(/NaN|undefined|Infinity/.exec(svg)?.[0], file).toBeUndefined();
      expect(marksIn(svg), file).toBeGreaterThan(30);
      // Axes have titles with their units.
      expect(svg.includes('role-axis-title'), file).toBe(true);
    }
  }
}

describe('figures', () => {
  // How Vega complains of a specification that it does not take as it is
  beforeEach(() => {
    vi.spyOn(console, 'warn');
  });
  afterEach(() => {
    expect(vi.mocked(console.warn).mock.calls).toEqual([]);
    vi.restoreAllMocks();
  });

  it('are all drawn of a run of ours', async () => {
    const { results, data } = await scratch.run('mini-default', nothingDrawn);
    const { missing } = await writeReport(results, { dataFolder: data, report: false });
    expect(missing).toEqual([]);
    expect((await readdir(join(results, 'Figures'))).sort()).toEqual(files(names));
    await expectDrawings(join(results, 'Figures'));
  });

  it('have the shanks of a run per shank, and the same bytes every time', async () => {
    const { results, data } = await scratch.run('mini-multi-shank', nothingDrawn);
    const read = async () => {
      await writeReport(results, { dataFolder: data, report: false });
      const found = (await readdir(join(results, 'Figures'))).sort();
      return Promise.all(found.map((file) => readFile(join(results, 'Figures', file), 'base64')));
    };
    const first = await read();
    expect((await read()).every((content, i) => content === first[i])).toBe(true);
    await expectDrawings(join(results, 'Figures'));
    expect((await readFile(join(results, 'Figures/motion.svg'), 'utf8')).includes('>shank<')).toBe(true);
  });

  it.each(goldenSets.filter(({ missing }) => !missing))("are drawn of pyDANT's results of $name", async ({ name }) => {
    const { results, data } = await scratch.reference(name);
    await writeReport(results, { dataFolder: data, report: false });
    const found = (await readdir(join(results, 'Figures'))).sort();
    expect(found).toEqual(files(names.filter((figure) => !needRunRecord.includes(figure))));
    await expectDrawings(join(results, 'Figures'));
  });

  it('are those that can be drawn without the large matrices', async () => {
    const { results, data } = await scratch.run('mini-default', { ...nothingDrawn, save_intermediate_results: false });
    const { missing } = await writeReport(results, { dataFolder: data });
    expect((await readdir(join(results, 'Figures'))).sort()).toEqual(
      files(['matching_between_sessions', 'motion', 'motion_threshold', 'unit_locations', 'units_across_days']),
    );
    expect(missing.join()).toMatch(/similarity matrices were not saved/);
    expect(missing.join()).toMatch(/waveforms_corrected\.npy is missing/);
    const html = await readFile(join(results, 'report.html'), 'utf8');
    expect(html.includes('Not drawn. The distance matrix was not saved')).toBe(true);
  });
});

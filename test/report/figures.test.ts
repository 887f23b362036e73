import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, describe, expect, it, vi } from 'vitest';

import { figuresOf } from '../../lib/report/figures/index.js';
import { similarityDistributions } from '../../lib/report/figures/similarities.js';
import { readReport } from '../../lib/report/read_report.js';
import { drawSvg } from '../../lib/report/draw_svg.js';
import { writeReport } from '../../lib/report/write_report.js';
import { goldenSets } from '../golden.js';
import { nothingDrawn, Scratch } from './folders.js';

const scratch = new Scratch();
afterAll(scratch.remove);

const evidenceNames = ['evidence_days', 'evidence_sessions'];

const names = [
  'distance_matrix',
  ...evidenceNames,
  'feature_scatter',
  'feature_similarities',
  'matching_between_sessions',
  'motion',
  'motion_threshold',
  'similarity_distributions',
  'unit_locations',
  'units_across_days',
];
const probabilisticNames = [
  'cluster_confidence',
  'evidence_chance',
  ...evidenceNames,
  'match_probabilities',
  'matching_between_sessions',
  'motion',
  'probability_matrix',
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

/** Draws here, where Vega's complaints about a specification can be heard; resolves to them. */
async function complaints(folder: string, dataFolder: string): Promise<unknown[][]> {
  const heard = vi.spyOn(console, 'warn');
  try {
    const content = readReport(folder, dataFolder);
    const figureData = { data: await content.data, ...(await content.matrices) };
    let count = 0;
    const { first, later } = figuresOf(figureData.data);
    for (const figure of [...first, ...later]) {
      const { spec } = figure(figureData);
      if ('missing' in spec) continue;
      await drawSvg(spec);
      ++count;
    }
    expect(count).toBeGreaterThan(5);
    return heard.mock.calls;
  } finally {
    heard.mockRestore();
  }
}

describe('figures', () => {
  it('count all pairs, however large the learned weights are', async () => {
    const { results, data } = await scratch.run('mini-default', nothingDrawn);
    const content = readReport(results, data);
    const known = { data: await content.data, ...(await content.matrices) };
    const { nearby } = known.similarities;
    for (const factor of [1, 1e9]) {
      const similarities = { ...known.similarities, nearby: nearby!.map((value) => factor * value) };
      const drawn = JSON.stringify(similarityDistributions({ ...known, similarities }).spec);
      const bars = [...drawn.matchAll(/"pairs":(\d+)/g)].map(([, pairs]) => Number(pairs));
      expect(bars.reduce((sum, pairs) => sum + pairs, 0)).toBe(known.data.nearbyPairs!.length / 2);
      expect(bars.length).toBeLessThan(2100);
    }
  });

  it('are all drawn of a run of ours', async () => {
    const { results, data } = await scratch.run('mini-default', nothingDrawn);
    const { missing } = await writeReport(results, { dataFolder: data, report: false });
    expect(missing).toEqual([]);
    expect((await readdir(join(results, 'Figures'))).sort()).toEqual(files(names));
    await expectDrawings(join(results, 'Figures'));
    expect(await complaints(results, data)).toEqual([]);
  });

  it('are those of the method, for match probabilities and motion that differs with depth', async () => {
    const { results, data } = await scratch.simulated({}, nothingDrawn);
    await writeReport(results, { dataFolder: data, report: false });
    const folder = join(results, 'Figures');
    expect((await readdir(folder)).sort()).toEqual(files(probabilisticNames));
    await expectDrawings(folder);
    expect(await complaints(results, data)).toEqual([]);
    const motion = await readFile(join(folder, 'motion.svg'), 'utf8');
    expect(motion).toMatch(/motion \(µm\) at depth \d+ µm/);
    expect(motion).toContain('>depth (µm)<');
    expect(await readFile(join(folder, 'match_probabilities.svg'), 'utf8')).toContain('pairs of the same session');
  });

  it('do not need the large files of the probabilistic method', async () => {
    const { results, data } = await scratch.simulated({}, { ...nothingDrawn, save_intermediate_results: false });
    const { missing } = await writeReport(results, { dataFolder: data, report: false });
    expect((await readdir(join(results, 'Figures'))).sort()).toEqual(files(probabilisticNames));
    expect(missing).toEqual([]);
  });

  it('are the same for every number of threads', async () => {
    const { results, data } = await scratch.run('mini-default', nothingDrawn);
    const read = async (threads: number) => {
      const target = await scratch.folder();
      await writeReport(results, { dataFolder: data, target, threads });
      const found = [
        ...(await readdir(join(target, 'Figures'))).sort().map((file) => `Figures/${file}`),
        'report.html',
      ];
      return Promise.all(found.map((file) => readFile(join(target, file), 'base64')));
    };
    const one = await read(1);
    expect((await read(3)).every((content, i) => content === one[i])).toBe(true);
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
    expect(await complaints(results, data)).toEqual([]);
  });

  it.each([
    ['of all units', () => scratch.run('mini-default')],
    ['of centred waveforms', () => scratch.run('isi-centered-linear')],
    ['of each shank', () => scratch.run('mini-multi-shank')],
    ['without large files', () => scratch.run('mini-default', { save_intermediate_results: false })],
    ['by match probabilities', () => scratch.simulated()],
  ])('and the report of a run %s are those of its folder', async (_, make) => {
    const { results, data } = await make();
    const target = await scratch.folder();
    const { files: written } = await writeReport(results, { dataFolder: data, target });
    expect(written.length).toBeGreaterThan(8);
    for (const file of written) {
      const [ofRun, ofFolder] = await Promise.all([results, target].map((folder) => readFile(join(folder, file))));
      expect(ofRun!.equals(ofFolder!), file).toBe(true);
    }
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
      files([
        ...evidenceNames,
        'matching_between_sessions',
        'motion',
        'motion_threshold',
        'unit_locations',
        'units_across_days',
      ]),
    );
    expect(missing.join()).toMatch(
      /similarity matrices were not saved.*run again with "save_intermediate_results": true/,
    );
    expect(missing.join()).toMatch(/waveforms_corrected\.npy is missing/);
    const html = await readFile(join(results, 'report.html'), 'utf8');
    expect(html.includes('Not drawn. The distance matrix was not saved')).toBe(true);
  });
});

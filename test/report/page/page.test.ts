import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readNpy } from '../../../lib/files/npy.js';
import { writeNpy } from '../../../lib/files/npy_writer.js';
import { writeReport } from '../../../lib/report/write_report.js';
import { chromiumPath, launchChromium } from './browser.js';
import { nothingDrawn, Scratch } from '../folders.js';

const screenshots = 'test-output';
const scratch = new Scratch();
let browser: Browser | undefined;
afterAll(async () => {
  await browser?.close();
  await scratch.remove();
});

/** Opens a report without a network; fails on whatever the page complains of or asks for. */
async function open(folder: string): Promise<{ page: Page; complaints: string[] }> {
  browser ??= await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) complaints.push(`request of ${request.url()}`);
  });
  await page.context().setOffline(true);
  await page.goto(pathToFileURL(join(folder, 'report.html')).href);
  await page.waitForSelector('body[data-ready]');
  return { page, complaints };
}

/** Marks in the drawings of the chosen neuron, by the heading of their panel. */
function marks(page: Page): Promise<Record<string, number>> {
  return page.$$eval('#detail .panel', (panels) =>
    Object.fromEntries(
      panels.map((panel) => [
        panel.querySelector('h3')!.textContent,
        panel.querySelectorAll('svg path[d], svg circle, svg rect').length,
      ]),
    ),
  );
}

/** Waits until the chosen neuron has been drawn. */
async function drawn(page: Page, heading: RegExp): Promise<void> {
  await page.waitForFunction(
    (pattern) => new RegExp(pattern).test(document.querySelector('#detail h2')?.textContent ?? ''),
    heading.source,
  );
  await page.waitForSelector('#detail .panel svg');
}

describe.skipIf(chromiumPath === undefined)('the report in a browser', () => {
  describe('of a run of ours', () => {
    let page: Page;
    let complaints: string[];
    let clusters: Int32Array;

    beforeAll(async () => {
      await mkdir(screenshots, { recursive: true });
      const { results, data } = await scratch.run('mini-default', nothingDrawn);
      await writeReport(results, { dataFolder: data });
      clusters = (await readNpy(join(results, 'IdxCluster.npy'), { as: 'int32' })).data;
      ({ page, complaints } = await open(results));
    });

    it('begins with what was found and shows all figures', async () => {
      const count = Math.max(...clusters);
      expect(await page.textContent('h1')).toBe(`${count} neurons followed across 4 sessions`);
      expect(await page.isVisible('#warnings')).toBe(true);
      expect(await page.isVisible('#missing')).toBe(false);
      const images = await page.$$eval('figure img', (found) =>
        found.map((image) => [(image as HTMLImageElement).alt, (image as HTMLImageElement).naturalWidth] as const),
      );
      expect(images).toHaveLength(9);
      for (const [name, width] of images) expect(width, name).toBeGreaterThan(100);
      await page.screenshot({ path: join(screenshots, 'report.png'), fullPage: true });
    });

    it('shows each chosen neuron with its plots', async () => {
      await page.evaluate(() => {
        document.getElementById('neurons')!.scrollIntoView();
      });
      const rows = page.locator('#rows tbody tr[data-id]');
      expect(await rows.count()).toBe(Math.max(...clusters));
      for (const cluster of [2, 5]) {
        await page.click(`#rows tr[data-id="${cluster}"]`);
        await drawn(page, new RegExp(`^Neuron ${cluster} `));
        const size = clusters.filter((id) => id === cluster).length;
        const found = await marks(page);
        // A waveform has a line for each of its 20 channels.
        expect(found['Waveforms as recorded']).toBeGreaterThanOrEqual(20 * size);
        expect(found['Waveforms, motion corrected']).toBeGreaterThanOrEqual(20 * size);
        expect(found['Spikes, session by session']).toBeGreaterThanOrEqual(2 * size);
        expect(found.Depth).toBeGreaterThanOrEqual(2 * size);
        expect(found['Similarity of its units']).toBeGreaterThanOrEqual(size ** 2);
        expect(await page.locator('.neighbours tbody tr').count()).toBe(8);
        await page.screenshot({ path: join(screenshots, `neuron-${cluster}.png`) });
      }
    });

    it('is browsed with the keyboard', async () => {
      await page.keyboard.press('Home');
      await drawn(page, /^Neuron 1 /);
      await page.keyboard.press('j');
      await page.keyboard.press('ArrowDown');
      await drawn(page, /^Neuron 3 /);
      await page.keyboard.press('k');
      await drawn(page, /^Neuron 2 /);
      expect(await page.getAttribute('#rows tr[data-id="2"]', 'aria-selected')).toBe('true');
    });

    it('sorts and filters', async () => {
      const ids = () =>
        page.$$eval('#rows tr[data-id]', (rows) => rows.map((row) => Number((row as HTMLElement).dataset.id)));
      const column = (index: number) =>
        page.$$eval(`#rows tr[data-id] td:nth-child(${index})`, (cells) =>
          cells.map((cell) => Number.parseFloat(cell.textContent)),
        );
      await page.click('#rows th:has-text("similarity")');
      const similarities = await column(4);
      expect(similarities).toEqual([...similarities].sort((a, b) => b - a));
      await page.fill('#search', 'units>3');
      const large = [...new Set(clusters)].filter(
        (id) => id > 0 && clusters.filter((other) => other === id).length > 3,
      );
      expect(large.length).toBeGreaterThan(0);
      expect((await ids()).sort((a, b) => a - b)).toEqual(large.sort((a, b) => a - b));
      expect(await page.textContent('#count')).toBe(`${large.length} of ${Math.max(...clusters)}`);
      await page.fill('#search', '');
    });

    it('shows unmatched units and goes to a neighbour', async () => {
      await page.click('button[data-kind="unit"]');
      const unmatched = [...clusters.keys()].filter((unit) => clusters[unit] === -1);
      expect(await page.textContent('#count')).toBe(String(unmatched.length));
      if (unmatched.length > 0) {
        await page.click(`#rows tr[data-id="${unmatched[0]}"]`);
        await drawn(page, new RegExp(`^Unmatched unit ${unmatched[0]} `));
      }
      await page.click('button[data-kind="cluster"]');
      await page.click('#rows tr[data-id="1"]');
      await drawn(page, /^Neuron 1 /);
      const neighbour = Number(await page.textContent('.neighbours button'));
      await page.click('.neighbours button');
      await drawn(page, clusters[neighbour]! > 0 ? new RegExp(`^Neuron ${clusters[neighbour]} `) : /^Unmatched unit/);
    });

    it('lays the waveform of a neighbour over the others', async () => {
      await page.click('button[data-kind="cluster"]');
      await page.click('#rows tr[data-id="1"]');
      await drawn(page, /^Neuron 1 /);
      const before = await marks(page);
      await page.hover('.neighbours tbody tr:nth-child(2)');
      await page.waitForFunction(
        (count) => document.querySelectorAll('#detail .panel svg path[stroke="#d55e00"]').length >= count,
        20,
      );
      const after = await marks(page);
      expect(after['Waveforms as recorded']).toBe(before['Waveforms as recorded']! + 20);
    });

    it('complains of nothing and asks for nothing', () => {
      expect(complaints).toEqual([]);
    });
  });

  describe('of a run by match probabilities', () => {
    let page: Page;
    let complaints: string[];
    let confidence: Float64Array;
    let splits: Int32Array;
    let clusters: Int32Array;
    let mixed: [unit: number, other: number];

    beforeAll(async () => {
      const { results, data } = await scratch.simulated({}, { ...nothingDrawn, save_intermediate_results: false });
      const { data: found } = await readNpy(join(results, 'IdxCluster.npy'), { as: 'int32' });
      mixed = [found.indexOf(2), found.indexOf(5)];
      await rm(join(results, 'MixedUnits.npy'));
      await writeNpy(join(results, 'MixedUnits.npy'), { data: Int32Array.from(mixed), shape: [1, 2], dtype: '<i8' });
      await writeReport(results, { dataFolder: data });
      const read = (name: string) => readNpy(join(results, `${name}.npy`), { as: 'int32' });
      confidence = (await readNpy(join(results, 'ClusterConfidence.npy'), { as: 'float64' })).data;
      splits = (await read('SplitCandidates')).data;
      clusters = (await read('IdxCluster')).data;
      ({ page, complaints } = await open(results));
    });

    it('says how sure it is', async () => {
      expect(await page.textContent('.facts')).toMatch(/False-positive rate\D*[\d.]+ %/);
      expect(await page.textContent('.facts')).toContain(`Split candidates${splits.length / 2}`);
      expect(await page.textContent('#missing')).toMatch(/corrected waveforms were not saved.*run again/);
      expect(await page.locator('figure img').count()).toBe(7);
      await page.screenshot({ path: join(screenshots, 'report-probabilistic.png'), fullPage: true });
    });

    it('sorts and filters neurons by confidence, and shows their match probabilities', async () => {
      await page.evaluate(() => {
        document.getElementById('neurons')!.scrollIntoView();
      });
      await page.click('#rows th:has-text("confidence")');
      await page.click('#rows th:has-text("confidence")');
      const shown = await page.$$eval('#rows tr[data-id] td:nth-child(4)', (cells) =>
        cells.map((cell) => Number.parseFloat(cell.textContent)),
      );
      const sorted = [...confidence].sort((a, b) => a - b).map((share) => Number((100 * share).toFixed(1)));
      expect(shown).toEqual(sorted.slice(0, shown.length));
      const [below] = [sorted[Math.floor(sorted.length / 2)]! - 0.05];
      await page.fill('#search', `confidence<${below}`);
      expect(await page.textContent('#count')).toBe(
        `${[...confidence].filter((share) => 100 * share < below).length} of ${confidence.length}`,
      );
      await page.fill('#search', '');
      await page.click('#rows tr[data-id]');
      await drawn(page, /^Neuron/);
      expect(Object.keys(await marks(page))).toContain('Match probability of its units');
      expect(await page.textContent('.neighbours thead')).toContain('probability');
      await page.screenshot({ path: join(screenshots, 'neuron-probabilistic.png') });
    });

    it('marks mixed units with the neurons that they belong to', async () => {
      expect(await page.textContent('.facts')).toContain('Mixed units1');
      await page.fill('#search', 'mixed>0');
      const ids = await page.$$eval('#rows tr[data-id]', (rows) => rows.map((row) => (row as HTMLElement).dataset.id));
      expect(ids.sort()).toEqual(['2', '5']);
      await page.click('#rows tr[data-id="2"]');
      await drawn(page, /^Neuron 2 /);
      expect(await page.textContent('#detail')).toMatch(
        new RegExp(`unit ${mixed[0]} of session \\d seems to hold spikes of a second neuron as well \\(neuron 5\\)`),
      );
      expect(await page.textContent('#detail')).toContain(`unit ${mixed[0]}, mixed`);
      await page.click('#rows tr[data-id="5"]');
      await drawn(page, /^Neuron 5 /);
      expect(await page.textContent('#detail')).toContain('(neuron 2) seems to hold spikes of this neuron as well');
      expect(await page.textContent('#detail')).not.toContain(', mixed');
      await page.fill('#search', '');
    });

    it('lists split candidates, which lead to their neurons', async () => {
      await page.click('button[data-kind="split"]');
      await drawn(page, new RegExp(`^Split candidate · units ${splits[0]} and ${splits[1]} `));
      expect(await page.textContent('#count')).toBe(String(splits.length / 2));
      expect((await marks(page))['Waveforms as recorded']).toBeGreaterThanOrEqual(40);
      await page.keyboard.press('j');
      await drawn(page, new RegExp(`^Split candidate · units ${splits[2]} and ${splits[3]} `));
      await page.screenshot({ path: join(screenshots, 'split-candidate.png') });
      await page.click('#detail button.link');
      const cluster = clusters[splits[2]!]!;
      await drawn(page, cluster > 0 ? new RegExp(`^Neuron ${cluster} `) : /^Unmatched/);
      expect(await page.textContent('#detail')).toContain(`units ${splits[2]} and ${splits[3]} of session`);
      expect(complaints).toEqual([]);
    });
  });

  it("names units of imported data by session and the sorter's number", async () => {
    const { results, data } = await scratch.reference('mini-default');
    const imported = join(await scratch.folder(), 'data');
    await cp(data, imported, { recursive: true });
    const sessions = (await readNpy(join(data, 'session_index.npy'), { as: 'float64' })).data;
    const rows = Array.from(sessions, (session, k) => `${k},${session},/day${session},${1000 + k},good,1\n`);
    await writeFile(join(imported, 'units.csv'), `unit,session,folder,cluster_id,label,depth_um\n${rows.join('')}`);
    await writeReport(results, { dataFolder: imported, figures: false });
    const clusters = (await readNpy(join(results, 'IdxCluster.npy'), { as: 'int32' })).data;
    const { page, complaints } = await open(results);
    await drawn(page, /^Neuron 1 /);
    const own = [...clusters.keys()].filter((unit) => clusters[unit] === 1);
    const labels = await page.textContent('#detail');
    for (const unit of own) expect(labels).toContain(`session ${sessions[unit]}cluster ${1000 + unit}`);
    expect(await page.textContent('.neighbours thead')).toContain('cluster');
    // Every neuron by a cluster of its own
    await page.fill('#search', `c${1000 + own[0]!}`);
    expect(await page.textContent('#count')).toBe(`1 of ${Math.max(...clusters)}`);
    await page.fill('#search', '');
    await page.click('button[data-kind="unit"]');
    const unmatched = clusters.indexOf(-1);
    await page.click(`#rows tr[data-id="${unmatched}"]`);
    await drawn(page, new RegExp(`^Unmatched cluster ${1000 + unmatched} of session ${sessions[unmatched]}$`));
    expect(complaints).toEqual([]);
  });

  it("opens pyDANT's results without data, and says what is missing", async () => {
    const { results } = await scratch.reference('mini-multi-shank');
    await writeReport(results);
    const { page, complaints } = await open(results);
    expect(await page.textContent('#missing')).toMatch(/folder with the data was not found/);
    await drawn(page, /^Neuron 1 /);
    expect(await page.locator('#detail .panel').count()).toBeGreaterThan(1);
    await page.screenshot({ path: join(screenshots, 'report-of-pydant.png') });
    expect(complaints).toEqual([]);
  });
});

describe('the page', () => {
  it('needs nothing from elsewhere', async () => {
    const { results, data } = await scratch.reference('mini-default');
    await writeReport(results, { dataFolder: data, figures: false });
    const html = await readFile(join(results, 'report.html'), 'utf8');
    expect(/<(script|img|link)[^>]*(src|href)="(?!data:)|@import/.exec(html)?.[0]).toBeUndefined();
    expect(html.length).toBeLessThan(3e6);
  });
});

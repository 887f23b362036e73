import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { refreshReport } from '../../lib/report/refresh.js';
import { sinceAbort } from '../work.js';
import { Scratch } from './folders.js';

const scratch = new Scratch();
afterAll(scratch.remove);

describe('the report of results that are there already', () => {
  it('takes the place of an earlier one, and counts as a result from then on', async () => {
    const { results, data } = await scratch.reference('mini-default');
    const before = await readdir(results);
    const { files } = await refreshReport(results, { dataFolder: data });
    expect(files).toContain('report.html');
    expect((await readdir(results)).sort()).toEqual([...before, '.dant-files', 'Figures', 'report.html'].sort());
    const list = (await readFile(join(results, '.dant-files'), 'utf8')).split('\n');
    expect(list).toEqual(expect.arrayContaining(['IdxCluster.npy', 'report.html', 'Figures/motion.svg']));
    expect(list).not.toContain('trace.json');
    expect((await refreshReport(results, { dataFolder: data })).files).toEqual(files);
  });

  it('leaves what somebody else wrote', async () => {
    const { results, data } = await scratch.reference('mini-default');
    await mkdir(join(results, 'Figures'));
    await writeFile(join(results, 'Figures/motion.png'), 'mine');
    const before = await readdir(results);
    await expect(refreshReport(results, { dataFolder: data })).rejects.toMatchObject({
      code: 'DANT_OUTPUT',
      message: expect.stringMatching(/motion\.png: this file was not written by dant/) as string,
    });
    expect(await readFile(join(results, 'Figures/motion.png'), 'utf8')).toBe('mine');
    expect(await readdir(results)).toEqual(before);
  });

  it('leaves nothing when it is stopped, and refuses a folder without results', async () => {
    const { results, data } = await scratch.reference('mini-default');
    const before = await readdir(results);
    // At the beginning, while data are read, while figures are drawn and while the page is made
    for (const share of [0, 0.05, 0.3, 0.6, 0.9]) {
      const controller = new AbortController();
      let expectLittleWork: ((what: string) => void) | undefined;
      const stopped = refreshReport(results, {
        dataFolder: data,
        signal: controller.signal,
        onProgress: (fraction) => {
          if (fraction < share || controller.signal.aborted) return;
          controller.abort();
          expectLittleWork = sinceAbort();
        },
      });
      await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
      expectLittleWork!(`at ${share}`);
      expect(await readdir(results)).toEqual(before);
    }
    await expect(refreshReport(await scratch.folder())).rejects.toMatchObject({ code: 'DANT_DATA' });
    await expect(refreshReport('/nowhere')).rejects.toMatchObject({ code: 'DANT_OUTPUT' });
  });
});

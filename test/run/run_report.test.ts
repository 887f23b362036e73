// A report that fails must not cost the results.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { track } from '../../lib/index.js';
import { WaveformPacker } from '../../lib/report/waveforms.js';
import { SimilarityScan } from '../../lib/report/similarities.js';
import { ReportThread } from '../../lib/report/report_thread.js';

const data = fileURLToPath(new URL('../fixtures/golden/mini-default/data/', import.meta.url));
let scratch: string;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'dant-run-report-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(scratch, { recursive: true, force: true });
});

const settings = { method: 'reference' } as const;

async function expectResultsAndWarning(reason: string): Promise<void> {
  const output = join(scratch, 'results');
  const { warnings } = await track({ data, output, settings });
  const files = await readdir(output);
  expect(files).toContain('IdxCluster.npy');
  expect(files).toContain('waveforms_corrected.npy');
  expect(files).not.toContain('report.html');
  const warning = warnings.find((text) => text.includes('figures and the report could not be made'));
  expect(warning).toContain(reason);
  expect(warning).toContain(`"dant report ${output}" tries again.`);
}

it('keeps the results of a run whose figures cannot be drawn, and says so', async () => {
  vi.spyOn(ReportThread.prototype, 'draw').mockRejectedValue(new Error('There is no ink.'));
  await expectResultsAndWarning('There is no ink.');
});

it('keeps the results of a run whose matrices cannot be condensed, and says so', async () => {
  vi.spyOn(SimilarityScan.prototype, 'result').mockImplementation(() => {
    throw new Error('That is too much for me.');
  });
  await expectResultsAndWarning('That is too much for me.');
});

it('keeps the results of a run whose waveforms cannot be packed, and says so', async () => {
  vi.spyOn(WaveformPacker.prototype, 'result').mockImplementation(() => {
    throw new Error('Out of boxes.');
  });
  await expectResultsAndWarning('Out of boxes.');
});

// Files that are written before all results are known.
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { NpyWriter } from '../../lib/files/npy_writer.js';
import { loadDataset, datasetRequirements } from '../../lib/dataset/load.js';
import { readNpy, track } from '../../lib/index.js';
import { trackDataset } from '../../lib/tracking/track.js';
import { EarlyFiles } from '../../lib/run/early_files.js';
import type { ResultArray } from '../../lib/results/result_array.js';
import { resultFolders, writeResults } from '../../lib/results/write_results.js';
import { completeSettings } from '../../lib/settings/index.js';

const dataOf = (set: string) => fileURLToPath(new URL(`../fixtures/golden/${set}/data`, import.meta.url));
const corrected = 'waveforms_corrected.npy';
let scratch: string;

beforeEach(async () => (scratch = await mkdtemp(join(tmpdir(), 'dant-early-'))));
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(scratch, { recursive: true, force: true });
});

it.each([
  ['mini-default', 'reference'],
  ['mini-default', 'probabilistic'],
  ['mini-multi-shank', 'reference'],
] as const)('are the same as those written at the end: %s, %s', async (set, method) => {
  const data = dataOf(set);
  const begun: string[] = [];
  const create = NpyWriter.create.bind(NpyWriter);
  vi.spyOn(NpyWriter, 'create').mockImplementation((path, ...rest) => {
    begun.push(path);
    return create(path, ...rest);
  });
  const output = join(scratch, 'early');
  const asked = { method, motionEstimation: { features: [['Waveform', 'AutoCorr'] as ('Waveform' | 'AutoCorr')[]] } };
  const { groups } = await track({
    data,
    output,
    settings: { ...asked, outputs: { figures: false, report: false } },
  });
  // One of each group, before anything else.
  expect(begun.slice(0, groups.length).every((path) => path.endsWith(corrected))).toBe(true);
  const folders = groups.map(({ shank }) => (shank === undefined ? '.' : `Shank${shank}`));

  const { settings } = completeSettings(asked);
  const dataset = await loadDataset(data, datasetRequirements(settings));
  await writeResults(scratch, resultFolders(dataset, await trackDataset(dataset, settings), settings, 1));
  for (const folder of new Set(['.', ...folders])) {
    const [early, late] = await Promise.all([output, scratch].map((place) => readFile(join(place, folder, corrected))));
    expect(early!.equals(late!), folder).toBe(true);
  }
});

it('leave nothing behind when they cannot be written', async () => {
  const create = NpyWriter.create.bind(NpyWriter);
  vi.spyOn(NpyWriter, 'create').mockImplementation((path, ...rest) =>
    path.endsWith(corrected) ? Promise.reject(new Error('The disk is full.')) : create(path, ...rest),
  );
  const running = track({ data: dataOf('mini-default'), output: join(scratch, 'results') });
  await expect(running).rejects.toThrow('The disk is full.');
  await vi.waitFor(async () => {
    expect(await readdir(scratch)).toEqual([]);
  }, 5000);
});

/** An array that is written up to its eleventh row, and goes on only when it is stopped. */
function endless() {
  let isWriting!: () => void;
  const writing = new Promise<void>((resolve) => (isWriting = resolve));
  const state = { begun: 0, ended: 0 };
  const array: ResultArray = {
    dtype: '<f8',
    shape: [1000, 1000],
    async *blocks(_space, { signal }) {
      ++state.begun;
      for (let row = 0; row < 1000; ++row) {
        yield new Float64Array(1000).fill(1);
        if (row === 10) {
          isWriting();
          await once(signal!, 'abort');
        }
      }
      ++state.ended;
    },
  };
  return { array, writing, state };
}

it('are stopped by a run that fails', async () => {
  const early = new EarlyFiles(scratch, {});
  const { array, writing, state } = endless();
  early.begin(undefined, 'array', array, undefined);
  await writing;
  await early.stop();
  await expect(early.written(scratch, 'array')).rejects.toThrow();
  expect(state).toEqual({ begun: 1, ended: 0 });
});

it('are begun anew when something else is to be written', async () => {
  const early = new EarlyFiles(scratch, {});
  const { array, writing, state } = endless();
  early.begin(undefined, 'array', array, undefined);
  await writing;
  const data = Float64Array.from({ length: 6 }, (_, i) => i);
  early.begin(undefined, 'array', { data, shape: [2, 3] }, undefined);
  await early.written(scratch, 'array');
  const { data: found, shape: foundShape } = await readNpy(join(scratch, 'array.npy'));
  expect(foundShape).toEqual([2, 3]);
  expect(Array.from(found as Float64Array)).toEqual(Array.from(data));
  expect(state).toEqual({ begun: 1, ended: 0 });
  expect(await readdir(scratch)).toEqual(['array.npy']);
});

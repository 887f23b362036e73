import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { datasetRequirements, loadDataset } from '../../lib/dataset/load.js';
import { readNpy, type NpyArray } from '../../lib/files/npy.js';
import { readNpz } from '../../lib/files/npz.js';
import { RunContext } from '../../lib/tracking/run_context.js';
import { runTracking } from '../../lib/run/run.js';
import { trackUnits } from '../../lib/tracking/track.js';
import { computeUnitFeatures } from '../../lib/features/unit_features.js';
import { resultFolders, writeResults } from '../../lib/results/write_results.js';
import { goldenSets, type GoldenSet } from '../golden.js';

/** Largest absolute differences that count as equal (golden/README.md). */
interface Tolerances {
  similarity: number;
  waveformsUv: number;
  weights: number;
  threshold: number;
  motionUm: number;
}

// What the README of the golden sets asks for.
const asked: Tolerances = { similarity: 1e-6, waveformsUv: 1e-4, weights: 2e-3, threshold: 5e-3, motionUm: 0.05 };
// Our locations are at the minimum that the reference's solver stops short of, by up to a few nm: the motion differs by
// less than 0.001 µm, and what depends on it by what that makes.
const withOwnLocations: Tolerances = { ...asked, similarity: 1e-5, waveformsUv: 1e-3, motionUm: 1e-3 };

const toleranceOf: Record<string, keyof Tolerances> = {
  waveform_similarity_matrix: 'similarity',
  AutoCorr_similarity_matrix: 'similarity',
  ISI_similarity_matrix: 'similarity',
  PETH_similarity_matrix: 'similarity',
  SimilarityMatrix: 'similarity',
  DistanceMatrix: 'similarity',
  waveforms_corrected_head: 'waveformsUv',
  waveforms_centered_head: 'waveformsUv',
  SimilarityWeights: 'weights',
  SimilarityThreshold: 'threshold',
  motion_constant: 'motionUm',
  motion_linear: 'motionUm',
};

const temporary: string[] = [];
afterAll(() => Promise.all(temporary.map((folder) => rm(folder, { recursive: true }))));

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dant-golden-'));
  temporary.push(folder);
  return folder;
}

describe.each(goldenSets)('golden set $name', (set) => {
  describe.skipIf(set.missing)('', () => {
    describe('from files to files', () => {
      let results: string;
      beforeAll(async () => {
        results = join(await temporaryFolder(), 'DANT_Output');
        await runTracking({
          ...(await settingsOf(set)),
          output_folder: results,
          outputs: { figures: false, report: false, kilomatch: false },
        });
      });

      it('gives the reference’s results', () => expectSameFolder(`${set.folder}/expected`, results, withOwnLocations));

      it('locates the units where the reference does', async () => {
        const ours = await readNpy(join(results, 'locations.npy'), { as: 'float64' });
        const { data: theirs } = await set.read('expected/locations.npy');
        const far = ours.data.filter((um, i) => i % 3 < 2 && Math.abs(um - theirs[i]!) > 1);
        expect(far.length).toBeLessThanOrEqual(0.01 * ours.data.length);
      });
    });

    it('gives the reference’s results with the reference’s locations, to the last tolerance', async () => {
      const settings = await settingsOf(set);
      const run = new RunContext({});
      const dataset = await loadDataset(settings.path_to_data, datasetRequirements(settings));
      const features = await computeUnitFeatures(dataset, settings, {});
      features.locationsUm = (await set.read('expected/locations.npy')).data;
      const result = await trackUnits(dataset, features, settings, run);
      const folder = await temporaryFolder();
      await writeResults(folder, resultFolders(dataset, result, settings, 1));
      await expectSameFolder(`${set.folder}/expected`, folder, asked);
    });

    it('finds in each round of the motion loop what the reference found', async () => {
      const settings = await settingsOf(set);
      const dataset = await loadDataset(settings.path_to_data, datasetRequirements(settings));
      const result = await trackUnits(dataset, await computeUnitFeatures(dataset, settings, {}), settings);
      const { motion_iterations: expected } = (await import(`${set.folder}/expected/trace.json`, {
        with: { type: 'json' },
      })) as { motion_iterations: TraceIteration[] };
      const found = result.groups.flatMap((group) => (group.method === 'reference' ? group.motionIterations : []));
      expect(found.map(({ features, matchedPairs }) => [features, matchedPairs])).toEqual(
        expected.map(({ features, matches }) => [features, matches]),
      );
      found.forEach(({ weights, threshold, motionUsed }, i) => {
        expectClose(weights, expected[i]!.weights, asked.weights);
        expectClose([threshold!], [expected[i]!.threshold], asked.threshold);
        expectClose(motionUsed.constantUm, expected[i]!.motion_used, asked.motionUm);
        expectClose(motionUsed.linear, expected[i]!.linear_used, asked.motionUm);
      });
    });
  });
});

interface TraceIteration {
  features: string[];
  weights: number[];
  threshold: number;
  matches: number;
  motion_used: number[];
  linear_used: number[];
}

async function settingsOf(set: GoldenSet) {
  return { ...(await set.settings()), path_to_data: `${set.folder}/data` };
}

function expectClose(ours: ArrayLike<number>, theirs: ArrayLike<number>, tolerance: number): void {
  expect(ours.length).toBe(theirs.length);
  let worst = 0;
  for (let i = 0; i < ours.length; ++i) worst = Math.max(worst, Math.abs(ours[i]! - theirs[i]!));
  expect(worst).toBeLessThanOrEqual(tolerance);
}

/** Compares every array of the reference's folder with ours. */
async function expectSameFolder(expected: string, results: string, tolerances: Tolerances): Promise<void> {
  for (const entry of await readdir(expected)) {
    const name = entry.replace(/\.npy$/, '');
    if (entry.startsWith('Shank')) await expectSameFolder(join(expected, entry), join(results, entry), tolerances);
    if (entry === 'ClusteringResults.npz') await expectSameArchive(expected, results, tolerances);
    if (!entry.endsWith('.npy') || notCompared.has(name)) continue;
    const theirs = await readNpy(join(expected, entry));
    const ours = await readNpy(join(results, `${name.replace(/_head$/, '')}.npy`));
    if (name.startsWith('Curation')) await expectSameCuration(expected, results, name, ours, theirs);
    else expectSame(name, ours, theirs, toleranceOf[name] && tolerances[toleranceOf[name]]);
  }
}

// Tested elsewhere (locations, amplitudes: against the cost that they minimise), or the reference's computing time.
const notCompared = new Set(['locations', 'amplitude', 'RunTimeSec']);

function expectSame(name: string, ours: NpyArray, theirs: NpyArray, tolerance = 1e-9): void {
  if (typeof theirs.data[0] === 'string') {
    expect(ours.data, name).toEqual(theirs.data);
    return;
  }
  const shape = name.endsWith('_head') ? [theirs.shape[0], ...ours.shape.slice(1)] : ours.shape;
  expect(shape, name).toEqual(theirs.shape);
  const exact = ArrayBuffer.isView(theirs.data) && !theirs.data.constructor.name.includes('Float');
  let worst = 0;
  for (let i = 0; i < theirs.data.length; ++i) {
    const [a, b] = [Number(ours.data[i]), Number(theirs.data[i])];
    if (Number.isNaN(a) && Number.isNaN(b)) continue;
    // isi.npy is NaN in the reference when the feature is not in use.
    worst = Math.max(worst, Number.isNaN(a - b) ? Infinity : Math.abs(a - b));
  }
  expect(worst, name).toBeLessThanOrEqual(exact ? 0 : tolerance);
}

async function expectSameArchive(expected: string, results: string, tolerances: Tolerances): Promise<void> {
  const theirs = await readNpz(join(expected, 'ClusteringResults.npz'));
  const ours = await readNpz(join(results, 'ClusteringResults.npz'));
  const distances = (await readNpy(join(expected, 'DistanceMatrix.npy'), { as: 'float64' })) as { data: Float64Array };
  const units = theirs.leafOrder!.shape[0]!;
  const cost = (order: ArrayLike<unknown>) => {
    let sum = 0;
    for (let k = 1; k < units; ++k) sum += distances.data[Number(order[k - 1]) * units + Number(order[k])]!;
    return sum;
  };
  for (const [name, array] of Object.entries(theirs)) {
    if (name === 'leafOrder') {
      expect(new Set(Array.from(ours[name]!.data, Number)).size).toBe(units);
      const difference = Math.abs(cost(ours[name]!.data) / cost(array.data) - 1);
      expect(difference, 'cost of the leaf order').toBeLessThanOrEqual(1e-9);
    } else {
      const tolerance = name === 'weights' ? tolerances.weights : name === 'thres' ? tolerances.threshold : 1e-9;
      expectSame(`ClusteringResults.npz ${name}`, ours[name]!, array, tolerance);
    }
  }
  expectWeightedSums(ours);
}

/** The features' similarities of the nearby pairs give the combined one, in the archive of a single group. */
function expectWeightedSums(archive: Record<string, NpyArray>): void {
  const numbers = (name: string) => Array.from(archive[name]!.data, Number);
  const [weights, pairs] = [numbers('weights'), numbers('idx_unit_pairs')];
  const [similarities, combined] = [numbers('similarity_all'), numbers('similarity_matrix')];
  const units = archive.leafOrder!.shape[0]!;
  if (archive.weights!.shape.length > 1) return;
  expect(archive.similarity_all!.shape).toEqual([pairs.length / 2, weights.length]);
  let worst = 0;
  for (let p = 0; p < pairs.length / 2; ++p) {
    const sum = weights.reduce((total, weight, f) => total + weight * similarities[p * weights.length + f]!, 0);
    worst = Math.max(worst, Math.abs(sum - combined[pairs[2 * p]! * units + pairs[2 * p + 1]!]!));
  }
  expect(worst, 'similarity_all').toBeLessThan(1e-12);
}

/** The reference's pairs less its self-pairs and repeats (specification, section 9). */
async function expectSameCuration(expected: string, results: string, name: string, ours: NpyArray, theirs: NpyArray) {
  if (name === 'CurationTypeNames') {
    expect(ours.data).toEqual(theirs.data);
    return;
  }
  if (name === 'CurationTypes') return; // compared together with the pairs
  const types = async (folder: string) => Array.from((await readNpy(join(folder, 'CurationTypes.npy'))).data, Number);
  const list = (array: NpyArray, kinds: number[]) =>
    kinds.map((kind, p) => [Number(array.data[2 * p]), Number(array.data[2 * p + 1]), kind].join());
  const seen = new Set<string>();
  const wanted = list(theirs, await types(expected)).filter((row) => {
    const [a, b] = row.split(',');
    if (a === b || seen.has(row)) return false;
    seen.add(row);
    return true;
  });
  expect(list(ours, await types(results)), name).toEqual(wanted);
}

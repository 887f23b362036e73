import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { NdArray } from '../arrays.js';
import { motionOfProfile, type Motion } from '../recording/motion.js';
import { DantError } from '../errors.js';
import { readNpy } from '../files/npy.js';
import { readNpz } from '../files/npz.js';
import { scoreConfidence, type ConfidenceScore } from './confidence.js';
import { motionError, pooledError, type MotionError } from './motion.js';
import { scorePairs, type PairScore } from './pairs.js';

/** How good a tracking result is, compared with the truth of a simulated recording. */
export interface Score extends PairScore {
  units: number;
  sessions: number;
  /** Error of the estimated motion; undefined if the result has none. */
  motion: (MotionError & { shanks: MotionError[] }) | undefined;
  /** What its probabilities are worth; undefined if the result has none. */
  confidence: ConfidenceScore | undefined;
}

/**
 * Compares a result folder (of this package or of pyDANT) with the recording's `truth.npz`. A unit that the sorter
 * mixed counts for the neuron that dominates it; both parts of a split neuron count for that neuron.
 * @throws DANT_DATA if a file is missing or unreadable, or if the result belongs to another recording.
 */
export async function scoreResult(resultFolder: string, dataFolder: string): Promise<Score> {
  const truthFile = join(dataFolder, 'truth.npz');
  if (!(await exists(truthFile))) {
    throw new DantError(
      'DANT_DATA',
      `${dataFolder} has no truth.npz, so there is nothing to compare with. Expected a recording of "dant simulate".`,
    );
  }
  const truth = await readNpz(truthFile);
  const neuron = vector(truthFile, truth, 'neuron');
  const truthMotion: Motion = {
    constantUm: vector(truthFile, truth, 'drift'),
    linear: vector(truthFile, truth, 'linear'),
  };
  const session = (await readNpy(join(dataFolder, 'session_index.npy'), { as: 'float64' })).data;
  const clusterFile = join(resultFolder, 'IdxCluster.npy');
  const cluster = (await readNpy(clusterFile, { as: 'float64' })).data;
  if (cluster.length !== neuron.length || session.length !== neuron.length) {
    throw new DantError(
      'DANT_DATA',
      `${clusterFile} has ${cluster.length} units but ${dataFolder} has ${neuron.length}: ` +
        'the result is of another recording.',
    );
  }
  return {
    units: neuron.length,
    sessions: truthMotion.constantUm.length,
    ...scorePairs(cluster, neuron, session),
    motion: await scoreMotion(resultFolder, dataFolder, truthMotion),
    confidence: await readConfidence(resultFolder, cluster, neuron, session),
  };
}

async function readConfidence(
  folder: string,
  cluster: Float64Array,
  neuron: Float64Array,
  session: Float64Array,
): Promise<ConfidenceScore | undefined> {
  const numbers = async (name: string) => (await readNpy(join(folder, name), { as: 'float64' })).data;
  if (!(await exists(join(folder, 'MatchProbability.npy')))) return undefined;
  return scoreConfidence({
    pairs: await numbers('MatchProbabilityPairs.npy'),
    probabilities: await numbers('MatchProbability.npy'),
    matches: await numbers('MatchedPairs.npy'),
    matchProbabilities: await numbers('MatchedProbability.npy'),
    clusterConfidence: await numbers('ClusterConfidence.npy'),
    falsePositiveRates: await numbers('FalsePositiveRate.npy'),
    shank: await numbers('unit_shanks.npy'),
    cluster,
    neuron,
    session,
  });
}

async function scoreMotion(resultFolder: string, dataFolder: string, truth: Motion): Promise<Score['motion']> {
  const constantFile = join(resultFolder, 'motion_constant.npy');
  if (!(await exists(constantFile))) return undefined;
  const constants = rows(await readNpy(constantFile, { as: 'float64' }));
  const linears = rows(await readNpy(join(resultFolder, 'motion_linear.npy'), { as: 'float64' }));
  const sessions = truth.constantUm.length;
  if (constants.length !== linears.length || [...constants, ...linears].some((row) => row.length !== sessions)) {
    throw new DantError(
      'DANT_DATA',
      `${constantFile}: expected the motion of ${sessions} sessions, one row per shank, as in the recording.`,
    );
  }
  const locations = await readNpy(join(dataFolder, 'channel_locations.npy'), { as: 'float64' });
  const depths = locations.data.filter((_, i) => i % 2 === 1);
  const ends = [Math.min(...depths), Math.max(...depths)];
  const profiles = await readProfiles(resultFolder, constants.length);
  const shanks = constants.map((constantUm, k) =>
    motionError(profiles[k] ?? { constantUm, linear: linears[k]! }, truth, ends),
  );
  return { ...pooledError(shanks), shanks };
}

/** The motion as a function of depth, of each shank; none if the result has lines only. */
async function readProfiles(folder: string, shanks: number): Promise<Motion[]> {
  const shankFolders = (await readdir(folder))
    .filter((name) => /^Shank\d+$/.test(name))
    .sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)))
    .map((name) => join(folder, name));
  const folders = shanks === 1 ? [folder] : shankFolders;
  if (folders.length !== shanks || !(await exists(join(folders[0]!, 'motion_profile.npy')))) return [];
  return Promise.all(
    folders.map(async (place) => {
      const read = async (name: string) => (await readNpy(join(place, name), { as: 'float64' })).data;
      return motionOfProfile({
        knotDepthsUm: await read('motion_profile_depths.npy'),
        shiftsUm: await read('motion_profile.npy'),
      });
    }),
  );
}

/** One row per shank; a single run has one dimension. */
function rows({ data, shape }: NdArray<Float64Array>): Float64Array[] {
  const length = shape.at(-1) ?? 1;
  return Array.from({ length: data.length / length }, (_, k) => data.subarray(k * length, (k + 1) * length));
}

function vector(file: string, arrays: Awaited<ReturnType<typeof readNpz>>, name: string): Float64Array {
  const data = arrays[name]?.data;
  if (data === undefined || Array.isArray(data)) {
    throw new DantError('DANT_DATA', `${file}: expected an array of numbers called ${name}.`);
  }
  return Float64Array.from(data as ArrayLike<number | bigint>, Number);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

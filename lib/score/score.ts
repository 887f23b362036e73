import { requireText } from '../arguments.js';
import type { Motion } from '../recording/motion.js';
import { DantError } from '../errors.js';
import { readMatches } from '../results/read_matches.js';
import { readMotions } from '../results/read_motions.js';
import { readClusters } from '../results/read_result.js';
import { ResultFolder } from '../results/result_folder.js';
import { scoreConfidence, type ConfidenceScore } from './confidence.js';
import { motionError, pooledError, type MotionError } from './motion.js';
import { scorePairs, type PairScore } from './pairs.js';
import { readTruth } from './truth.js';

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
 * Compares a result folder (of this package or of pyDANT) with the `truth.npz` of a simulated recording or raw experiment. A unit that the sorter
 * mixed counts for the neuron that dominates it; both parts of a split neuron count for that neuron.
 * @throws DANT_DATA if a file is missing or unreadable, or if the result belongs to another recording.
 */
export async function scoreResult(resultFolder: string, dataFolder: string): Promise<Score> {
  requireText('resultFolder', resultFolder);
  requireText('dataFolder', dataFolder);
  const { neuron, session, motion: truthMotion, depthsUm } = await readTruth(resultFolder, dataFolder);
  const results = new ResultFolder(resultFolder);
  const cluster = await readClusters(results);
  if (cluster.length !== neuron.length || session.length !== neuron.length) {
    throw new DantError(
      'DANT_DATA',
      `${resultFolder}: IdxCluster.npy has ${cluster.length} units but ${dataFolder} has ${neuron.length}: ` +
        'the result is of another recording.',
    );
  }
  const motion = await scoreMotion(results, depthsUm, truthMotion);
  const confidence = await readConfidence(results, cluster, neuron, session);
  // What a report leaves out must not change a score unnoticed.
  const [problem] = results.problems;
  if (problem !== undefined) throw new DantError('DANT_DATA', problem);
  return {
    units: neuron.length,
    sessions: truthMotion.constantUm.length,
    ...scorePairs(cluster, neuron, session),
    motion,
    confidence,
  };
}

async function readConfidence(
  results: ResultFolder,
  cluster: Int32Array,
  neuron: Float64Array,
  session: Float64Array,
): Promise<ConfidenceScore | undefined> {
  const evidence = await readMatches(results, results.problems);
  const shank = (await results.integers('unit_shanks'))?.data;
  if (!evidence?.matched || !evidence.confidence || !evidence.falsePositiveRates || !shank) return undefined;
  const { pairs, probabilities, matched, confidence: clusterConfidence, falsePositiveRates } = evidence;
  return scoreConfidence({
    pairs,
    probabilities,
    matches: matched.pairs,
    matchProbabilities: matched.probabilities,
    clusterConfidence,
    falsePositiveRates,
    shank,
    cluster,
    neuron,
    session,
  });
}

async function scoreMotion(results: ResultFolder, depthsUm: Float64Array, truth: Motion): Promise<Score['motion']> {
  const stored = await readMotions(results);
  const motions = stored.flatMap(({ motion, component }) => (motion ? [{ ...motion, component }] : []));
  if (motions.length === 0) return undefined;
  const sessions = truth.constantUm.length;
  if (motions.some(({ constantUm, linear }) => constantUm.length !== sessions || linear.length !== sessions)) {
    throw new DantError(
      'DANT_DATA',
      `${results.path}: motion_constant.npy: expected the motion of ${sessions} sessions, one row per shank, as in the recording.`,
    );
  }
  const ends = [Math.min(...depthsUm), Math.max(...depthsUm)];
  const shanks = motions.map((motion) => motionError(motion, truth, ends, motion.component));
  return { ...pooledError(shanks), shanks };
}

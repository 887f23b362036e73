// The results of many recordings as text.
import { simulationPresets } from '../../dist/index.js';
import { calibrationError, pooledBins } from '../../dist/score/confidence.js';
import { markdownTable, ownVersion, processor, short } from '../report.mjs';

export const share = (value) => (value === undefined || Number.isNaN(value) ? '–' : value.toFixed(3));
const micrometres = (value) => (value === undefined ? '–' : value.toFixed(2));

/** One line on one recording. */
export function recordingLine({ kind, seed, method, seconds, score, calibrationError: error, error: failure }) {
  const name = `${kind} ${seed} ${method}:`;
  if (failure) return `${name} failed: ${failure.trim().split('\n').at(-1)}`;
  const [tip, top] = score.motion.ends;
  return [
    name,
    `precision ${share(score.precision)}`,
    `recall ${share(score.recall)}`,
    `motion RMS ${micrometres(score.motion.rmsUm)} µm`,
    `ends ${micrometres(tip.maxUm)} ${micrometres(top.maxUm)} µm`,
    ...(score.confidence ? [`calibration error ${share(error)} (${binsText(score.confidence.pairs)})`] : []),
    `${seconds.toFixed(1)} s`,
  ].join('  ');
}

/** Probability → share right, number of pairs. */
function binsText(bins) {
  return bins
    .filter(({ pairs }) => pairs > 0)
    .map(({ pairs, expected, right }) => `${expected.toFixed(2)}→${right.toFixed(2)} ${pairs}`)
    .join(', ');
}

/** All recordings as Markdown, and what was expected of them. */
export function describe(results, goals) {
  const seeds = [...new Set(results.map(({ seed }) => seed))];
  const calibrated = [...new Set(results.filter(({ score }) => score?.confidence).map(({ method }) => method))];
  return [
    `node-dant ${ownVersion}; seeds ${seeds.join(', ')}; ${processor()}`,
    '',
    accuracyTable(results),
    '',
    'Mean and, in parentheses, worst over the seeds. Motion: RMS error over sessions and both ends of the probe, and the',
    'largest error. Calibration error: mean distance of the share of right pairs from the probability that they were',
    'given, over the pairs given 0.02 to 0.98, all seeds together. Recordings in which a method stopped with an error',
    'count in no mean.',
    ...calibrated.flatMap((method) => ['', ...confidenceTables(results.filter((one) => one.method === method))]),
    ...(goals.length > 0 ? ['', ...goalLines(goals)] : []),
  ].join('\n');
}

export const methodsOf = (results) => [...new Set(results.map(({ method }) => method))];

/** For each kind, and "all": [kind, (method) => its numbers as text]. */
export function kindRows(results) {
  const kinds = Object.keys(simulationPresets).filter((kind) => results.some((one) => one.kind === kind));
  return [...kinds, 'all'].map((kind) => [
    kind,
    (method) => {
      const chosen = results.filter((one) => one.method === method && (kind === 'all' || one.kind === kind));
      const done = chosen.filter(({ error }) => error === undefined);
      const cell = (of, show, worst) => {
        const values = done.map(of).filter((value) => value !== undefined && !Number.isNaN(value));
        return values.length === 0 ? '–' : `${show(mean(values))} (${show(worst(...values))})`;
      };
      return {
        precision: cell(({ score }) => score.precision, share, Math.min),
        recall: cell(({ score }) => score.recall, share, Math.min),
        f1: cell(({ score }) => score.f1, share, Math.min),
        motionRms: cell(({ score }) => score.motion?.rmsUm, micrometres, Math.max),
        motion: cell(({ score }) => score.motion?.maxUm, micrometres, Math.max),
        calibration: share(calibrationError(pooledConfidence(done).pairs)),
        seconds: cell(({ seconds }) => seconds, short, Math.max),
        failed: String(chosen.length - done.length),
      };
    },
  ]);
}

const columns = {
  precision: 'precision',
  recall: 'recall',
  f1: 'F1',
  motionRms: 'motion, µm',
  motion: 'largest',
  calibration: 'calibration error',
  seconds: 'time, s',
  failed: 'failed',
};

function accuracyTable(results) {
  const rows = kindRows(results).flatMap(([kind, ofMethod]) =>
    methodsOf(results).map((method) => [kind, method, ...Object.keys(columns).map((key) => ofMethod(method)[key])]),
  );
  return markdownTable(['kind', 'method', ...Object.values(columns)], rows);
}

/** What the probabilities of one method are worth, all recordings together. */
export function confidenceTables(results) {
  const scores = results.flatMap(({ score }) => (score?.confidence ? [score.confidence] : []));
  const bins = pooledConfidence(results);
  const columns = Object.entries({ pairs: 'nearby pairs', matchedPairs: 'matched', clusters: 'matched, by cluster' });
  const rows = bins.pairs.map(({ from, to }, k) => [
    `${from}–${to}`,
    ...columns.flatMap(([key]) => {
      const { pairs, expected, right } = bins[key][k];
      return [String(pairs), share(expected), share(right)];
    }),
  ]);
  const wrong = (key) => scores.map(({ falsePositiveRate }) => falsePositiveRate[key]);
  return [
    `${results[0].method}: pairs of all recordings by their match probability`,
    '',
    markdownTable(['given', ...columns.flatMap(([, name]) => [name, 'mean', 'correct'])], rows),
    '',
    'By cluster: matched pairs by the confidence of their cluster.',
    `Calibration error, all recordings pooled: ${share(calibrationError(bins.pairs))}.`,
    `False-positive rate: estimated ${share(mean(wrong('estimated')))}, true ${share(mean(wrong('true')))} (means over the recordings).`,
  ];
}

export function goalLines(goals) {
  const missed = goals.filter(({ passed }) => !passed);
  return [
    `Goals reached: ${goals.length - missed.length} of ${goals.length}${missed.length > 0 ? '. Not:' : '.'}`,
    ...missed.map(({ what, found }) => `- ${what}: ${found}`),
  ];
}

/** The bins of all recordings together. */
export function pooledConfidence(results) {
  const scores = results.flatMap(({ score }) => (score?.confidence ? [score.confidence] : []));
  const pool = (key) => pooledBins(scores.map((confidence) => confidence[key]));
  return { pairs: pool('pairs'), matchedPairs: pool('matchedPairs'), clusters: pool('clusters') };
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

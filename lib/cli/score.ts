import { Command } from 'commander';

import { calibrationError, type ConfidenceScore } from '../score/confidence.js';
import type { MotionError } from '../score/motion.js';
import { scoreResult, type Score } from '../score/score.js';

/** `dant score`: compares a tracking result with the truth of a simulated recording. */
export function scoreCommand(): Command {
  return new Command('score')
    .description('Compare a tracking result with the truth of a simulated recording.')
    .argument('<result>', 'the folder with the results of "dant run", or of pyDANT')
    .argument('<data>', 'the folder of "dant simulate" that was tracked')
    .option('--json', 'Print one JSON object.')
    .addHelpText('after', notes)
    .action(async (resultFolder: string, dataFolder: string, { json = false }: { json?: boolean }) => {
      const score = await scoreResult(resultFolder, dataFolder);
      // What is not defined, such as the precision of no pairs, is null in JSON.
      console.log(
        json
          ? JSON.stringify({ ...score, motion: score.motion ?? null, confidence: score.confidence ?? null })
          : scoreText(score),
      );
    });
}

const notes = `
Pairs are pairs of units of different sessions; true pairs are the same neuron, found pairs are in the same cluster.
  precision   share of the found pairs that are true
  recall      share of the true pairs that are found
  tracked     the neuron has two or more sessions in one cluster
  whole       all of its sessions are in one cluster, and no other neuron is
Both parts of a split neuron count for it; a mixed unit counts for the neuron that it has most spikes of. As a tracker
matches one unit per session, no tracker reaches a recall of 1 on recordings with split neurons.
Motion errors are differences from the true motion, less their mean over the sessions, at both ends of the probe.
The last table tells what the probabilities are worth: of the nearby pairs that were given about the same one, the share
that is right should be their mean. The calibration error is the mean distance of the two, over the pairs given 0.02 to
0.98, if there are 30 or more.`;

function scoreText(score: Score): string {
  const rows: [string, string][] = [
    ['units, sessions', `${whole(score.units)}, ${whole(score.sessions)}`],
    ['true pairs', whole(score.truePairs)],
    ['found pairs', `${whole(score.foundPairs)}, of which ${whole(score.correctPairs)} true`],
    ['precision', share(score.precision)],
    ['recall', share(score.recall)],
    ['F1', share(score.f1)],
    ['neurons in ≥ 2 sessions', whole(score.trackableNeurons)],
    ['  tracked', ofAll(score.trackedNeurons, score.trackableNeurons)],
    ['  whole', ofAll(score.wholeNeurons, score.trackableNeurons)],
    ['motion error', score.motion ? micrometres(score.motion) : 'no motion in the result'],
  ];
  if (score.motion && score.motion.shanks.length > 1) {
    rows.push(...score.motion.shanks.map((error, k): [string, string] => [`  shank ${k + 1}`, micrometres(error)]));
  }
  rows.push(
    ...(score.motion?.ends ?? []).map((end): [string, string] => [`  at ${whole(end.depthUm)} µm`, micrometres(end)]),
  );
  if (score.confidence) rows.push(...confidenceRows(score.confidence));
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

function confidenceRows({ pairs, falsePositiveRate }: ConfidenceScore): [string, string][] {
  return [
    ['share of wrong pairs', `estimated ${share(falsePositiveRate.estimated)}, true ${share(falsePositiveRate.true)}`],
    ['calibration error', calibration(calibrationError(pairs))],
    ...pairs
      .filter((bin) => bin.pairs > 0)
      .map(({ from, to, pairs, expected, right }): [string, string] => [
        `  given ${from} to ${to}`,
        `${whole(pairs)} ${pairs === 1 ? 'pair' : 'pairs'}, ${share(expected)} on average; ${share(right)} are right`,
      ]),
  ];
}

const whole = (value: number) => value.toLocaleString('en-US');

const share = (value: number) => (Number.isNaN(value) ? 'not defined (no pairs)' : value.toFixed(3));

const calibration = (error: number) => (Number.isNaN(error) ? 'not defined (too few doubtful pairs)' : share(error));

const ofAll = (count: number, all: number) =>
  all === 0 ? '0' : `${whole(count)} (${((100 * count) / all).toFixed(1)} %)`;

const micrometres = ({ rmsUm, maxUm }: Pick<MotionError, 'rmsUm' | 'maxUm'>) =>
  `RMS ${rmsUm.toFixed(2)} µm, largest ${maxUm.toFixed(2)} µm`;

// What the probabilistic method is meant to reach on every recording.

/** Pairs of units of different sessions. The sorter's faults cannot all be undone. */
const leastPrecision = 0.99;
const leastRecall = { 'sorter-faults': 0.85, everything: 0.9 };
const leastRecallElsewhere = 0.95;
/** Largest error of the motion in any session, µm; at either end of the probe where motion depends on depth. */
const mostMotionErrorUm = { 'depth-drift': 3, everything: 3 };
const mostMotionErrorUmElsewhere = 2;
/** How far the share of correct pairs may be from 0.9 among those given about 0.9, besides what chance explains. */
const calibrationTolerance = 0.02;
const chanceDeviations = 3;
/** How far the estimated false-positive rate may be from the true one, on average. */
const falsePositiveTolerance = 0.01;

/** [{ what, passed, found }]: one for each recording, one for calibration, one for the false-positive rate. */
export function judge(results, pooledPairs) {
  const own = results.filter(({ method }) => method === 'probabilistic');
  return own.length === 0
    ? []
    : [
        ...own.map(recordingGoal),
        calibrationGoal(pooledPairs),
        falsePositiveGoal(own),
        ...referenceGoals(results, own),
      ];
}

function recordingGoal({ kind, seed, score, error }) {
  const what = `${kind} ${seed}`;
  if (error) return { what, passed: false, found: error };
  const recall = leastRecall[kind] ?? leastRecallElsewhere;
  const motion = mostMotionErrorUm[kind] ?? mostMotionErrorUmElsewhere;
  const missed = [
    [score.precision >= leastPrecision, `precision ${score.precision.toFixed(4)}, expected ≥ ${leastPrecision}`],
    [score.recall >= recall, `recall ${score.recall.toFixed(4)}, expected ≥ ${recall}`],
    [score.motion?.maxUm <= motion, `motion error ${score.motion?.maxUm.toFixed(2)} µm, expected ≤ ${motion} µm`],
  ].filter(([reached]) => !reached);
  return { what, passed: missed.length === 0, found: missed.map(([, text]) => text).join('; ') };
}

function calibrationGoal(pooledPairs) {
  const { pairs, expected, right } = pooledPairs.find(({ from, to }) => from < 0.9 && 0.9 < to);
  const tolerance = calibrationTolerance + chanceDeviations * Math.sqrt((0.9 * 0.1) / pairs);
  return {
    what: `of the pairs given 0.88 to 0.92, the share that is right is ${expected.toFixed(3)} ± ${tolerance.toFixed(3)}`,
    passed: Math.abs(right - expected) <= tolerance,
    found: `${right.toFixed(3)} of ${pairs}`,
  };
}

function falsePositiveGoal(own) {
  const rates = own.flatMap(({ score }) => (score?.confidence ? [score.confidence.falsePositiveRate] : []));
  const mean = (of) => rates.reduce((sum, rate) => sum + rate[of], 0) / rates.length;
  const [estimated, actual] = [mean('estimated'), mean('true')];
  return {
    what: `the estimated false-positive rate is within ${falsePositiveTolerance} of the true one`,
    passed: Math.abs(estimated - actual) <= falsePositiveTolerance,
    found: `estimated ${estimated.toFixed(4)}, true ${actual.toFixed(4)}`,
  };
}

/** The reference method, where it was run: it completes, and is not better. */
function referenceGoals(results, own) {
  return results
    .filter(({ method }) => method === 'reference')
    .map(({ kind, seed, score, error }) => {
      const better = own.find((one) => one.kind === kind && one.seed === seed)?.score;
      return {
        what: `${kind} ${seed}: F1 at least that of the reference method`,
        passed: error === undefined && better?.f1 >= score.f1,
        found: error ?? `${better?.f1.toFixed(4)}, the reference method ${score.f1.toFixed(4)}`,
      };
    });
}

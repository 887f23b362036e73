// Results on real recordings and on those of other projects, as text.
import { markdownTable, ownVersion, processor } from '../report.mjs';
import { insideText } from './motion_interval.mjs';
import { share } from './tables.mjs';
import { wrongByStrangers } from './real.mjs';

const whole = (value) => (value === undefined ? '–' : String(value));

/** One line on one recording. */
export function recordedLine({ set, method, error, seconds }) {
  const name = `${set} ${method}:`;
  return error ? `${name} failed: ${error.trim().split('\n').at(-1)}` : `${name} ${seconds.toFixed(1)} s`;
}

export function describeReal(results) {
  return [
    `node-dant ${ownVersion}; real sessions; ${processor()}`,
    '',
    realTable(results),
    '',
    ...sessionPairLines(results),
  ].join('\n');
}

export function realTable(results) {
  const header = [
    'set',
    'method',
    'units matched',
    'same animal',
    'strangers',
    'wrong: claimed',
    'by strangers',
    'at displacement',
    'unconnected',
    'ISI AUC (pairs)',
  ];
  const rows = results.map((result) => {
    const { set, method, error, withoutSpikeTimes: blind } = result;
    if (error) return [set, method, 'failed', ...Array(header.length - 3).fill('–')];
    const wrong = wrongByStrangers(result);
    return [
      set,
      method,
      share(result.matchedUnits),
      share(result.same?.share),
      share(result.strangers?.share),
      share(result.claimedWrong),
      wrong ? `${share(wrong.measured)} (≤ ${share(wrong.most)})` : '–',
      result.atDisplacement === undefined ? '–' : `${result.atDisplacement} of ${result.connected}`,
      whole(result.unconnected),
      blind?.isi ? `${share(blind.isi.auc)} (${blind.isi.matched})` : '–',
    ];
  });
  return markdownTable(header, rows);
}

function sessionPairLines(results) {
  return results
    .filter(({ pairs }) => pairs)
    .map(({ set, method, pairs }) => {
      const found = pairs.filter(({ matches }) => matches > 0);
      const list = found.map(
        ({ name, areStrangers, matches, displacementUm, atDisplacement }) =>
          `${name}${areStrangers ? ' (strangers)' : ''} ${matches}, ${atDisplacement} within 20 µm of ${displacementUm} µm`,
      );
      return `- ${set} ${method}, matches by pair of sessions: ${list.join('; ') || 'none'}`;
    });
}

export function describeForeign(results) {
  return [`node-dant ${ownVersion}; recordings of other projects; ${processor()}`, '', foreignTable(results)].join(
    '\n',
  );
}

export function foreignTable(results) {
  const header = [
    'recording',
    'method',
    'units',
    'true pairs',
    'precision',
    'recall',
    'wrong pairs',
    'of mixtures',
    'units matched',
    'motion, µm',
    'in 95 %',
    'wrong: claimed, true',
  ];
  const rows = results.map((result) => {
    const { set, method, error, confidence, motion } = result;
    if (error) return [set, method, 'failed', ...Array(header.length - 3).fill('–')];
    const rate = confidence?.falsePositiveRate;
    return [
      set,
      method,
      whole(result.units),
      whole(result.truePairs),
      share(result.precision),
      share(result.recall),
      whole(result.wrongPairs),
      whole(result.mixtureMatches),
      share(result.matchedUnits),
      motion?.maxUm >= 0 ? motion.maxUm.toFixed(2) : '–',
      insideText(result.motionInside),
      rate ? `${share(rate.estimated)}, ${share(rate.true)}` : '–',
    ];
  });
  return markdownTable(header, rows);
}

export function recordedGoalLines(goals) {
  const lost = goals.filter(({ passed }) => !passed);
  const missed = goals.filter(({ passed, missed: isMissed }) => passed && isMissed);
  const list = (some) => some.map(({ what, found }) => `- ${what}: ${found}`);
  return [
    `Held: ${goals.length - lost.length} of ${goals.length}${lost.length > 0 ? '. Not:' : '.'}`,
    ...list(lost),
    ...(missed.length > 0 ? ['', 'Not worse than before, but short of the goal:', ...list(missed)] : []),
  ];
}

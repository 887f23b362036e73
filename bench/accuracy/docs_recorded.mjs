// The sections of docs/accuracy.md on recordings that are not simulated by this package.
import { markdownTable } from '../report.mjs';
import { wrongByStrangers } from './real.mjs';
import { judgeRecorded } from './recorded_goals.mjs';
import { foreignTable, recordedGoalLines } from './recorded_tables.mjs';
import { share } from './tables.mjs';

const isReal = ({ pairs }) => pairs !== undefined;

/** `results`: of sets, by both methods. Empty without any. */
export function recordedText(results) {
  if (results.length === 0) return '';
  const real = results.filter(isReal);
  const foreign = results.filter((result) => !isReal(result));
  return [
    real.length > 0 ? realText(real) : '',
    foreign.length > 0 ? foreignText(foreign) : '',
    `### Goals on these recordings\n\n${recordedGoalLines(judgeRecorded(results)).join('\n')}\n`,
  ].join('\n');
}

function realText(results) {
  return `## Real chronic sessions

13 sessions of 6 rats with chronic Neuropixels 1.0 probes, days to months apart, sorted and curated by their authors (Luo, Bondy et
al. 2020). Which units are the same neuron is not known. What can be measured all the same:

- **Strangers.** Sessions of different animals share no neuron, so every match between them is wrong. \`strangers\` and
  \`strangers-short\` hold nothing else; \`mixed\` and \`mixed-late\` hold sessions of one animal among strangers. Matches per unit
  between animals over those within one estimate how many of the latter are wrong.
- **Displacement.** Where two sessions share neurons, the depth differences of alike units pile up at one displacement, which other
  pairs of sessions agree with. \`T181\` has four such pairs of sessions of ten, \`mixed\` and \`mixed-late\` one each; \`T224\` and
  \`T223\` show none.
- **Interspike intervals.** Units are matched by waveform, place and amplitude alone (the reference: by waveform), then the
  interspike-interval histograms of matched units are compared with those of unmatched ones that lie where a match would: area
  under the ROC curve, 0.5 is chance. Units of fewer than 200 spikes are left out.

Share of the smaller session's units that are matched, per pair of sessions:

${matchTable(results)}

Wrong matches within an animal: what the method says, and what strangers measure (in parentheses, the most that their number
allows, 95 %).

${wrongTable(results)}

Matches at the displacement of sessions that share neurons (within 20 µm, and all matches of these sessions), matches of sessions
of the same animal that do not show any connection, and the intervals of units that were matched without spike times.

${displacementTable(results)}

The default method matches only sessions that connect, and only units within 40 µm of where the motion puts them. That its matches
lie at the displacement, and that there are none elsewhere, is therefore partly so by construction; strangers and intervals are
independent of it. Where the reference matches more (\`mixed\`), it does so between sessions of one animal that show no connection;
whether these are right is not known. \`T181\` and \`mixed\` were looked at while the method was made; they are not held out.
`;
}

function matchTable(results) {
  const methods = [...new Set(results.map(({ method }) => method))];
  const rows = [...new Set(results.map(({ set }) => set))].map((set) => [
    set,
    ...methods.flatMap((method) => {
      const one = results.find((result) => result.set === set && result.method === method);
      return [share(one?.same?.share), share(one?.strangers?.share)];
    }),
  ]);
  return markdownTable(['set', ...methods.flatMap((method) => [`${method}: same animal`, 'strangers'])], rows);
}

function wrongTable(results) {
  const rows = results
    .map((result) => ({ ...result, wrong: wrongByStrangers(result) }))
    .filter(({ wrong }) => wrong)
    .map(({ set, method, same, strangers, claimedWrong, wrong }) => [
      set,
      method,
      `${same.matches} of ${same.units}`,
      `${strangers.matches} of ${strangers.units}`,
      share(claimedWrong),
      `${share(wrong.measured)} (${share(wrong.most)})`,
    ]);
  return markdownTable(['set', 'method', 'same animal', 'strangers', 'it says', 'measured (at most)'], rows);
}

function displacementTable(results) {
  const rows = results
    .filter((result) => result.withoutSpikeTimes?.isi || result.atDisplacement !== undefined)
    .map(({ set, method, atDisplacement, connected, unconnected, matchedUnits, withoutSpikeTimes: blind }) => [
      set,
      method,
      share(matchedUnits),
      atDisplacement === undefined ? '–' : `${atDisplacement} of ${connected}`,
      unconnected === undefined ? '–' : String(unconnected),
      blind?.isi?.auc >= 0 ? `${share(blind.isi.auc)} ± ${share(blind.isi.error)}` : '–',
      blind?.isi ? String(blind.isi.matched) : '–',
    ]);
  const header = ['set', 'method', 'units matched', 'at displacement', 'not connected', 'ISI AUC', 'pairs'];
  return markdownTable(header, rows);
}

function foreignText(results) {
  return `## Recordings that other projects' code made

Their neurons are known, and nothing of them comes from this package. \`sorted\` went all the way: raw recordings of the same 60
neurons on four days (SpikeInterface's templates in correlated noise), each sorted from scratch by SpikingCircus 2; of its 198 units 74
are mixtures of several neurons or noise, which are left out of precision and recall and whose matches are counted apart. "No
common neurons": of every two of its sessions, the even neurons of one and the odd ones of the other, so that every match is
wrong. \`sorted-12\` is two days of 60 other neurons through the same sorter; \`sortedcontrol\` one session of each of the two, without
a neuron in common, mixtures and all; \`sortedjoined\` two sessions of each. The others are mean waveforms of SpikeInterface's generator, computed anew for the place of each neuron in each session
(\`make_si_dataset.py\`, seed 1): \`large\` a slip of 80 µm, \`wide\` twice the footprint, \`faults\` split, merged and half-detected
units, \`control\` other neurons in every session, \`joined\` three sessions each of two sets of neurons.

${foreignTable(results)}

\`sorted\` was looked at while the default method was made, the others were not. Motion: largest error at either end of the
probe; \`depth\` bends within the probe, which the reference follows with one shift only. "In 95 %": sessions whose true motion in
the middle of the probe lies in the interval.
`;
}

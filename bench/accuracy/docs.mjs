// Writes docs/accuracy.md and docs/figures/.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import prettier from 'prettier';

import { simulationPresets } from '../../dist/index.js';
import { calibrationError } from '../../dist/score/confidence.js';
import { markdownTable, ownVersion } from '../report.mjs';
import { drawFigures } from './figures.mjs';
import { confidenceTables, goalLines, kindRows, methodsOf, pooledConfidence, share } from './tables.mjs';

const folder = new URL('../../docs/', import.meta.url);

/** `work`: an empty folder for the recording that is drawn. */
export async function writeDocs(results, goals, work) {
  const figures = await drawFigures(results, work);
  mkdirSync(new URL('figures/', folder), { recursive: true });
  for (const [name, svg] of Object.entries(figures)) writeFileSync(new URL(`figures/${name}.svg`, folder), `${svg}\n`);
  const page = new URL('accuracy.md', folder);
  const options = await prettier.resolveConfig(fileURLToPath(page));
  writeFileSync(page, await prettier.format(text(results, goals), { ...options, parser: 'markdown' }));
  return fileURLToPath(page);
}

function text(results, goals) {
  const own = results.filter(({ method }) => method === 'probabilistic');
  const chosen = methodsOf(results);
  const kinds = Object.entries(simulationPresets).filter(([name]) => results.some(({ kind }) => kind === name));
  const theirs = results.find(({ version }) => version !== undefined)?.version;
  const failures = results.filter(({ error }) => error !== undefined);
  return `# Accuracy

<!-- Written by "npm run bench:accuracy -- --docs" (bench/accuracy/docs.mjs); edit that. -->

**All of this is simulated.** The recordings come from \`dant simulate\`, which knows which units are the same neuron and how the
probe moved. Its neurons, noise, drift and sorter faults are simpler than real ones, so the numbers say how the methods
compare when things go wrong in these ways, not how often a result on real recordings is correct. Nothing here was measured on a
real recording.

To validate it on real recordings, identity must be known by other means: neurons that are tagged
optically or imaged while they are recorded, or chronic recordings in which the neurons of two sessions cannot be the same
(another animal, another place) and every match is wrong. Without these, three things can be tested on your own data: split
a session into halves as if they were two sessions, where identity is known; look at \`FalsePositiveRate\` and at the pairs of
one session, which cannot match; and leave the responses to events out of the matching (as the defaults do), then see whether
matched pairs respond more alike than their neighbours.

## Recordings

Recordings with 530 to 950 units, 192 channels and 6 to 16 sessions, of ${kinds.length} kinds. ${seedsText(results)} No constant of a
method was tuned on these seeds.

${kinds.map(([name, { about }]) => `- \`${name}\`: ${about}`).join('\n')}

## Pairs and motion

Pairs of units of different sessions: precision is the share of the found pairs that are the same neuron, recall the share of
the true pairs that are found. Both parts of a split neuron count for it, so that no tracker reaches a recall of 1 with sorter
faults. Mean over the recordings and, in parentheses, the worst.

![Recall and precision of each method on each kind of recording](figures/pairs.svg)

Dots are means, lines reach from the worst to the best recording.

${measureTable(results, chosen, ['precision', 'recall'])}

Largest error of the motion in any session at either end of the probe (µm), mean and worst recording; seconds per recording,
without figures and report.

${measureTable(results, chosen, ['motion', 'seconds'])}

${failures.length > 0 ? `${failureText(failures)}\n` : ''}
![Motion found and true motion of seven sessions over the depth of the probe](figures/motion-profile.svg)

A recording of the kind \`depth-drift\`: motion found (colours, with 95 % intervals) and true motion (dashed).

## Calibration

All recordings pooled. Of the pairs with about the same match probability, the share of correct pairs should equal that
probability (dashed). The calibration error, the mean distance of the two over the pairs
given 0.02 to 0.98, is ${share(calibrationError(pooledConfidence(own).pairs))}.

![Reliability diagram: share of correct pairs against the match probability](figures/reliability.svg)

Error bars: two standard errors, as if the pairs were independent; those of one recording are not quite.

${confidenceTables(own).join('\n')}

## Goals

Every recording: precision at least 0.99, recall at least 0.95 (0.85 with sorter faults), motion within 2 µm in every session
(3 µm where it depends on depth). Pooled: of the pairs given 0.88 to 0.92, the share of correct ones is what was given, within 0.02 and
chance; the false-positive rate is estimated within 0.01. And on no recording may the reference method (pyDANT's) have the larger
F1.

${goalLines(goals).join('\n')}

## Reproduce it

\`npm run bench:accuracy -- --seeds 31-35\` measures this again, \`--methods pyDANT\` with pyDANT, and \`--docs\` writes this page. The
numbers here are of node-dant ${ownVersion}${theirs ? ` and pyDANT ${theirs}` : ''}.
`;
}

/** Which methods tracked which of the recordings. */
function seedsText(results) {
  const methodsWith = new Map();
  for (const method of methodsOf(results)) {
    const own = results.filter((one) => one.method === method).map(({ seed }) => seed);
    const seeds = [...new Set(own)].sort((a, b) => a - b).join(', ');
    methodsWith.set(seeds, [...(methodsWith.get(seeds) ?? []), method]);
  }
  return [...methodsWith].map(([seeds, methods]) => `Seeds of ${methods.join(', ')}: ${seeds}.`).join(' ');
}

function measureTable(results, chosen, measures) {
  const header = ['kind', ...measures.flatMap((measure) => chosen.map((method) => `${measure}, ${method}`))];
  return markdownTable(
    header,
    kindRows(results).map(([kind, ofMethod]) => [
      kind,
      ...measures.flatMap((measure) => chosen.map((method) => ofMethod(method)[measure])),
    ]),
  );
}

function failureText(failures) {
  const list = failures.map(({ method, kind, seed }) => `${method} on ${kind} ${seed}`).join(', ');
  return `Stopped with an error, and counted in no mean: ${list}.\n`;
}

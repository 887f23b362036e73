// Writes docs/accuracy.md and docs/figures/.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import prettier from 'prettier';

import { simulationPresets } from '../../dist/index.js';
import { calibrationError } from '../../dist/score/confidence.js';
import { markdownTable, ownVersion } from '../report.mjs';
import { recordedText } from './docs_recorded.mjs';
import { drawFigures } from './figures.mjs';
import { confidenceTables, goalLines, kindRows, methodsOf, pooledConfidence, share } from './tables.mjs';

const folder = new URL('../../docs/', import.meta.url);

/** `recorded`: results on real recordings and those of other projects; `work`: an empty folder for the recording that is drawn. */
export async function writeDocs(results, goals, recorded, work) {
  const figures = await drawFigures(results, work);
  mkdirSync(new URL('figures/', folder), { recursive: true });
  for (const [name, svg] of Object.entries(figures)) writeFileSync(new URL(`figures/${name}.svg`, folder), `${svg}\n`);
  const page = new URL('accuracy.md', folder);
  const options = await prettier.resolveConfig(fileURLToPath(page));
  writeFileSync(page, await prettier.format(text(results, goals, recorded), { ...options, parser: 'markdown' }));
  return fileURLToPath(page);
}

function text(results, goals, recorded) {
  const own = results.filter(({ method }) => method === 'probabilistic');
  const chosen = methodsOf(results);
  const kinds = Object.entries(simulationPresets).filter(([name]) => results.some(({ kind }) => kind === name));
  const theirs = results.find(({ version }) => version !== undefined)?.version;
  const failures = results.filter(({ error }) => error !== undefined);
  return `# Accuracy

<!-- Written by "npm run bench:accuracy -- --docs" (bench/accuracy/docs.mjs); edit that. -->

First on real recordings, then on those that other projects' code made, and last on our own simulated ones, where it is easiest
to be good. \`probabilistic\` is [the default method](method.md), \`reference\` [pyDANT's](reference-method.md) as this package
computes it. pyDANT itself was run on our own recordings only: the two find the same clusters on every set that they were compared
on. On your own recordings, \`dant evidence\` measures what can be measured without known neurons: [evidence.md](evidence.md).

## What is not shown

- On real recordings nobody knows which units are the same neuron. Strangers bound how many matches are wrong; how many are missed
  is not known. No recording was tried whose neurons are known by other means (tagged optically, or imaged meanwhile).
- The real sessions are of one laboratory, one kind of probe (Neuropixels 1.0) and one species, with waveforms that the sorter had
  cut off about 100 µm from each unit. Whether it holds elsewhere, \`dant evidence\` has to show.
- Strangers come by chance as often as neighbours of the same animal that are not the same neuron only if other animals' neurons are as
  dense and as alike. Neurons of one cortical column may be more alike than that.
- Recordings of other projects' code and our own have neurons that differ more from each other than real ones, and cleaner noise.
- Intervals of the motion hold at the average depth of the matches; at the ends of the probe they are too narrow. Neurons that stand
  beyond an end are located at it, up to 90 µm from where they are, and are compared only if both sessions saw half of their
  power: in \`wide\` that leaves 843 of 938 true pairs, of which 842 are found.

${recordedText(recorded)}
## Our own simulated recordings

\`dant simulate\` knows which units are the same neuron and how the probe moved. Its neurons, noise, drift and sorter faults are
simpler than real ones: these numbers say how the methods compare when things go wrong in these ways, not how often a result on real
recordings is right.

### Recordings

Recordings with 530 to 950 units, 192 channels and 6 to 16 sessions, of ${kinds.length} kinds. ${seedsText(results)} No constant of a
method was tuned on these seeds.

${kinds.map(([name, { about }]) => `- \`${name}\`: ${about}`).join('\n')}

### Pairs and motion

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

### Calibration

All recordings pooled. Of the pairs with about the same match probability, the share of correct pairs should equal that
probability (dashed). The calibration error, the mean distance of the two over the pairs
given 0.02 to 0.98 (points above the line: more are right than the method says, it is too cautious), is ${share(calibrationError(pooledConfidence(own).pairs))}.

![Reliability diagram: share of correct pairs against the match probability](figures/reliability.svg)

Error bars: two standard errors, as if the pairs were independent; those of one recording are not quite.

${confidenceTables(own).join('\n')}

### Goals

Every recording: precision at least 0.99, recall at least 0.95 (0.85 with sorter faults), motion within 2 µm in every session
(3 µm where it depends on depth). Pooled: of the pairs given 0.88 to 0.92, the share of correct ones is what was given, within 0.02 and
chance; the false-positive rate is estimated within 0.01. And on no recording may the reference method (pyDANT's) have the larger
F1.

${goalLines(goals).join('\n')}

## Reproduce it

\`npm run bench:accuracy -- --seeds 31-35\` measures our own recordings again (\`--methods pyDANT\` with pyDANT),
\`-- --real FOLDER\` and \`-- --foreign FOLDER\` the others, each with \`--json FILE\`; \`-- --docs --from FILES\` writes this page. The
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

// Accuracy: simulated recordings of ten kinds, whose neurons and motion are known, tracked by each method; or real recordings
// (--real), or those of other projects' code (--foreign).
// Command line: npm run bench:accuracy -- [--kinds noisy,crowded] [--seeds 31-35] [--methods …]; see --help.
// A line for each recording goes to the error output, the tables to the standard output and, as Markdown and JSON, to
// bench/results/.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { simulationPresets } from '../dist/index.js';
import { writeDocs } from './accuracy/docs.mjs';
import { judge } from './accuracy/goals.mjs';
import { measureRecorded } from './accuracy/recorded.mjs';
import { methodNames, trackRecordings } from './accuracy/recordings.mjs';
import { describe, pooledConfidence, recordingLine } from './accuracy/tables.mjs';
import { saveResults } from './report.mjs';

const kindNames = Object.keys(simulationPresets);
const help = `Usage: npm run bench:accuracy -- [options]
  --kinds <list>      of ${kindNames.join(', ')};
                      default: all
  --seeds 31-33       a list, 31,40, or a range
  --methods probabilistic,reference
                      also pyDANT, which is installed into .venv-bench/ (or DANT_BENCH_PYTHON)
  --real <folder>     instead: real chronic sessions, ../shared/real (see its README.md)
  --foreign <folder>  instead: recordings that other projects' code made, ../shared/foreign or a folder of such: those of
                      subfolders with a truth.npz, here and in data/. The programs in ../shared/foreign make more.
  --only <list>       some of their sets
  --json <file>       write all numbers to this file too
  --from <files>      instead of measuring, take the results of earlier runs (their JSON), all together
  --docs              write docs/accuracy.md and docs/figures/ (with --from: also of results of --real and --foreign)
  --small             what continuous integration runs: seed 21 (of --real: some sets), and it fails unless every goal is
                      reached (of --real and --foreign: unless what was reached is kept)
One recording after the other; none is kept. A recording takes about a second for each method of this package (the default
two minutes), pyDANT half a minute.`;

const { values } = parseArgs({
  options: {
    kinds: { type: 'string', default: kindNames.join(',') },
    seeds: { type: 'string' },
    methods: { type: 'string', default: 'probabilistic,reference' },
    real: { type: 'string' },
    foreign: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'string' },
    from: { type: 'string' },
    docs: { type: 'boolean', default: false },
    small: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(help);
else await ((values.real ?? values.foreign) ? recordedAccuracy() : simulatedAccuracy()).catch(fail);

async function recordedAccuracy() {
  const { real, foreign, only, small } = values;
  const all = await measureRecorded({
    real,
    foreign,
    only: only?.split(','),
    methods: oneOf('--methods', values.methods, methodNames),
    small,
    folder: scratchFolder(),
    say: console.error,
  });
  console.log(all.report);
  save(all, all.report);
  if (small && !(all.goals.length > 0 && all.goals.every(({ passed }) => passed))) process.exitCode = 1;
}

/** Removed at the end, also when it is interrupted. */
function scratchFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'dant-accuracy-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
  return folder;
}

function save({ results, goals }, report) {
  const all = { date: new Date().toISOString(), results, goals };
  if (values.json) writeFileSync(values.json, JSON.stringify(all));
  console.error(`Written to ${saveResults('accuracy', all, report)}.`);
}

async function simulatedAccuracy() {
  const kinds = oneOf('--kinds', values.kinds, kindNames);
  const methods = oneOf('--methods', values.methods, methodNames);
  const folder = scratchFolder();
  // Of --real and --foreign: for the docs.
  const earlier = values.from ? earlierResults() : [];
  const recorded = earlier.filter(({ set }) => set !== undefined);
  const results = values.from
    ? earlier.filter(({ set }) => set === undefined)
    : await measured({ kinds, methods, folder });
  const goals = judge(results, pooledConfidence(results).pairs);
  const report = describe(results, goals);
  console.log(report);
  save({ results, goals }, report);
  if (values.docs) console.error(`Written to ${await writeDocs(results, goals, recorded, folder)}.`);
  if (values.small && !(goals.length > 0 && goals.every(({ passed }) => passed))) process.exitCode = 1;
}

async function measured(options) {
  const seeds = seedsOf(values.seeds ?? (values.small ? '21' : '31-33'));
  const results = [];
  for await (const result of trackRecordings({ ...options, seeds })) {
    console.error(recordingLine(result));
    results.push(result);
  }
  return results;
}

/** Of a recording that was tracked twice with the same method, the later one of the list. */
function earlierResults() {
  const found = new Map();
  for (const file of values.from.split(',')) {
    // What is not a number is null in JSON.
    const { results } = JSON.parse(readFileSync(file, 'utf8'), (_, value) => (value === null ? NaN : value));
    for (const result of results) found.set([result.set, result.kind, result.seed, result.method].join(), result);
  }
  return [...found.values()];
}

function oneOf(option, text, names) {
  const chosen = text.split(',');
  const unknown = chosen.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(`${option}: expected some of ${names.join(', ')}; found ${unknown.join(', ')}.`);
  return chosen;
}

function seedsOf(text) {
  return text.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number);
    if (!Number.isInteger(first) || !Number.isInteger(last) || last < first) {
      throw new Error(`--seeds: expected whole numbers such as 31,40 or 31-35; found ${text}.`);
    }
    return Array.from({ length: last - first + 1 }, (_, k) => first + k);
  });
}

function fail(error) {
  console.error(error.message);
  process.exitCode = 1;
}

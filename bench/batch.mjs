// Throughput: animals per hour by "dant batch" with 1 and 2 jobs, and by pyDANT in a loop, on simulated data sets.
// Command line: npm run bench:batch -- [--sets 20 --units 1000 …]; see --help.
// The table goes to the standard output and, as Markdown and JSON, to bench/results/.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

import { completeSettings } from '../dist/settings/index.js';
import { measure } from './compare/measure.mjs';
import { pythonWithPyDant } from './compare/python.mjs';
import { markdownTable, median, ownVersion, processor, saveResults, short } from './report.mjs';

const help = `Usage: npm run bench:batch -- [options]
  --sets 20         data sets, simulated once and kept in the cache
  --units 1000      about as many units in each
  --sessions 10
  --channels 384
  --samples 64
  --methods reference,probabilistic
  --rounds 2        each way of running is timed so often, in turn
  --pydant 2        of the sets are timed with pyDANT, each once; the time of all is extrapolated. 0: without pyDANT
  --cache <folder>  default: $XDG_CACHE_HOME or ~/.cache, node-dant/bench-batch
Results are those of the default settings, with figures and report.`;

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: '20' },
    units: { type: 'string', default: '1000' },
    sessions: { type: 'string', default: '10' },
    channels: { type: 'string', default: '384' },
    samples: { type: 'string', default: '64' },
    methods: { type: 'string', default: 'reference,probabilistic' },
    rounds: { type: 'string', default: '2' },
    pydant: { type: 'string', default: '2' },
    cache: {
      type: 'string',
      default: join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'node-dant', 'bench-batch'),
    },
    help: { type: 'boolean', default: false },
  },
});
const dant = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const runPyDant = fileURLToPath(new URL('compare/run_pydant.py', import.meta.url));

if (values.help) console.log(help);
else {
  await bench().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}

async function bench() {
  const timed = Math.min(Number(values.pydant), Number(values.sets));
  const pydant = timed > 0 ? await pythonWithPyDant() : undefined;
  const sets = await simulatedSets();
  const folder = mkdtempSync(join(tmpdir(), 'dant-bench-batch-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

  // What is timed: jobs at once and threads of each. The default of one job is all processors.
  const all = availableParallelism();
  const ways = values.methods
    .split(',')
    .flatMap((method) => [
      { method, jobs: 1, threads: 1 },
      { method, jobs: 2, threads: 1 },
      ...(all > 1 ? [{ method, jobs: 1, threads: all }] : []),
    ]);
  const rounds = [];
  for (let round = 1; round <= Number(values.rounds); ++round) {
    const times = [];
    for (const way of round % 2 === 1 ? ways : [...ways].reverse()) {
      const took = await batch(folder, sets, way);
      times.push({ ...way, ...took });
      console.error(`round ${round}: ${nameOf(way)} ${took.seconds.toFixed(1)} s`);
    }
    rounds.push(times);
  }
  const theirs = [];
  for (const set of sets.slice(0, timed)) {
    theirs.push(await pyDant(folder, set, pydant.python));
    console.error(`pyDANT: ${set} ${theirs.at(-1).seconds.toFixed(1)} s`);
  }
  const facts = { ...values, processor: processor(), pyDANT: pydant?.version };
  const report = describe({ ways, rounds, theirs, facts });
  console.log(report);
  const saved = saveResults('batch', { date: new Date().toISOString(), ...facts, rounds, theirs }, report);
  console.error(`Written to ${saved}.`);
}

function nameOf({ method, jobs, threads }) {
  return `${method}, ${jobs} job${jobs > 1 ? 's' : ''} of ${threads} thread${threads > 1 ? 's' : ''}`;
}

/** Folders of the data sets, which are simulated if they are not in the cache. A neuron is active in 80 % of the sessions. */
async function simulatedSets() {
  const { units, sessions, channels, samples } = values;
  const kind = join(resolve(values.cache), `${units}-units-${sessions}-sessions-${channels}x${samples}`);
  mkdirSync(kind, { recursive: true });
  const neurons = Math.max(1, Math.round(Number(units) / Number(sessions) / 0.8));
  const folders = [];
  for (let seed = 1; seed <= Number(values.sets); ++seed) {
    const folder = join(kind, `set${seed}`);
    if (!existsSync(folder)) {
      console.error(`Simulating ${folder} …`);
      // Whole or not at all, also if it is interrupted.
      const partial = `${folder}.partial`;
      rmSync(partial, { recursive: true, force: true });
      const options = { neurons, sessions, channels, samples, seed };
      const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
      await promisify(execFile)(process.execPath, [dant, 'simulate', partial, ...flags]);
      renameSync(partial, folder);
    }
    folders.push(folder);
  }
  return folders;
}

/** What "dant batch" takes for all sets. */
async function batch(folder, sets, { method, jobs, threads }) {
  const output = join(folder, 'tracked');
  rmSync(output, { recursive: true, force: true });
  const study = join(folder, 'study.json');
  const animals = Object.fromEntries(sets.map((data, k) => [`animal${k + 1}`, { data }]));
  writeFileSync(study, JSON.stringify({ defaults: { settings: settingsOf(method, threads) }, animals }));
  await promisify(execFile)('sync').catch(() => undefined);
  const took = await measure(process.execPath, [dant, 'batch', study, '--jobs', String(jobs)]);
  const { recordings } = JSON.parse(readFileSync(join(output, 'study.json'), 'utf8'));
  const undone = recordings.filter(({ status }) => status !== 'done');
  if (undone.length > 0) throw new Error(`${undone.length} sets were not tracked: ${undone[0].status}`);
  rmSync(output, { recursive: true, force: true });
  return took;
}

async function pyDant(folder, data, python) {
  const { settings } = completeSettings(settingsOf('reference', availableParallelism()));
  // A key that pyDANT does not have
  delete settings.shanks;
  const file = join(folder, 'pydant.json');
  const output = join(folder, 'pydant');
  writeFileSync(file, JSON.stringify({ ...settings, path_to_data: data, output_folder: output }));
  const took = await measure(python, [runPyDant, file], { env: { MPLBACKEND: 'Agg' } });
  rmSync(output, { recursive: true, force: true });
  return took;
}

/** The simulator makes no PETH by default. */
function settingsOf(method, threads) {
  return { method, n_jobs: threads, motionEstimation: { features: [['Waveform', 'AutoCorr']] } };
}

function describe({ ways, rounds, theirs, facts }) {
  const count = Number(facts.sets);
  const timesOf = (way) =>
    rounds.map((times) => times.find((one) => nameOf(one) === nameOf(way))).map(({ seconds }) => seconds);
  const perHour = (way) => (3600 * count) / Math.min(...timesOf(way));
  const busy = (way) => median(rounds.map((times) => times.find((one) => nameOf(one) === nameOf(way))).map(busyOf));
  const meanTheirs = theirs.reduce((sum, { seconds }) => sum + seconds, 0) / theirs.length;
  const theirPerHour = 3600 / meanTheirs;
  const ratio = (value) => `${short(value)} ×`;
  const rows = ways.map((way) => [
    nameOf(way),
    ...[`${timesOf(way).map(short).join(', ')} s`, short(perHour(way)), busy(way)?.toFixed(2) ?? '–'],
    ratio(perHour(way) / perHour({ ...way, jobs: 1, threads: 1 })),
    theirs.length > 0 ? ratio(perHour(way) / theirPerHour) : '–',
  ]);
  if (theirs.length > 0) {
    const all = `${short(meanTheirs * count)} s${theirs.length < count ? ` (from ${theirs.length} sets)` : ''}`;
    rows.push([
      'pyDANT, one after the other',
      all,
      short(theirPerHour),
      busyOf(theirs[0])?.toFixed(2) ?? '–',
      '–',
      '1 ×',
    ]);
  }
  return [
    `${count} data sets of about ${facts.units} units, ${facts.sessions} sessions, ${facts.channels} channels; node-dant ${ownVersion}` +
      `${facts.pyDANT ? `, pyDANT ${facts.pyDANT}` : ''}; ${facts.processor}. Best of ${rounds.length}.`,
    '',
    markdownTable(['', 'time of all', 'animals per hour', 'processors busy', 'to 1 job', 'to pyDANT'], rows),
  ].join('\n');
}

/** Of the processors, as many as were at work on average; undefined: not known here. */
function busyOf({ seconds, processorSeconds }) {
  return processorSeconds && processorSeconds / seconds;
}

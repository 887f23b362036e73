// Runs pyDANT and node-dant in turn on the same data and compares time, memory and results.
// Command line: npm run bench:compare -- [--units 2000 --sessions 15 …] [--data folder] [--rounds 2]; see --help.
// The table goes to the standard output and, as Markdown and JSON, to bench/results/.
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

import { readNpy } from '../dist/files/npy.js';
import { completeSettings, loadSettings } from '../dist/settings/index.js';
import { agreement } from './compare/agreement.mjs';
import { measure } from './compare/measure.mjs';
import { pythonWithPyDant } from './compare/python.mjs';
import { ourStages, stageClock, stageNames } from './compare/stages.mjs';
import { markdownTable, median, ownVersion, processor, saveResults, short } from './report.mjs';

const help = `Usage: npm run bench:compare -- [options] [-- options of "dant simulate"]
  --units 1000      about as many units are simulated
  --sessions 10
  --channels 384
  --samples 64
  --rounds 2        each program runs so often, in turn
  --threads <n>     default: all cores
  --data <folder>   compare on this data set (with its settings.json, if there is one) instead of simulated data
  --keep            leave data and results in the temporary folder
The default takes a few minutes. 2000 units of 15 sessions take pyDANT about two minutes a round, 4900 units of 30 sessions
twelve.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    units: { type: 'string', default: '1000' },
    sessions: { type: 'string', default: '10' },
    channels: { type: 'string', default: '384' },
    samples: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '2' },
    threads: { type: 'string', default: String(availableParallelism()) },
    data: { type: 'string' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const dant = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const runPyDant = fileURLToPath(new URL('compare/run_pydant.py', import.meta.url));

if (values.help) console.log(help);
else await compare().catch(fail);

async function compare() {
  const { python, version } = await pythonWithPyDant();
  const folder = mkdtempSync(join(tmpdir(), 'dant-compare-'));
  // Also when it is interrupted.
  process.once('exit', () => {
    if (values.keep) console.error(`Data and results are in ${folder}.`);
    else rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
  await runOnce(folder, python);
  const data = values.data ? resolve(values.data) : await simulated(join(folder, 'data'), values);
  const programs = await preparePrograms(data, folder, python);
  const rounds = [];
  for (let round = 1; round <= Number(values.rounds); ++round) {
    const times = {};
    for (const [name, run] of Object.entries(programs)) {
      await settle(data);
      times[name] = await run();
      console.error(`round ${round}: ${name} ${times[name].seconds.toFixed(2)} s`);
    }
    rounds.push(times);
  }
  const facts = await datasetFacts(data);
  const report = describe({
    facts,
    version,
    rounds,
    agrees: await agreement(join(folder, 'pydant'), join(folder, 'dant')),
  });
  console.log(report);
  const saved = saveResults('compare', { date: new Date().toISOString(), ...facts, pyDANT: version, rounds }, report);
  console.error(`Written to ${saved}.`);
}

/** Lets both programs run on little data, so that neither has to be read from the disk while it is timed. */
async function runOnce(folder, python) {
  const place = join(folder, 'once');
  mkdirSync(place);
  const data = await simulated(join(place, 'data'), { units: 60, sessions: 3, channels: 96, samples: 48 });
  for (const run of Object.values(await preparePrograms(data, place, python))) await run();
}

/** A neuron is active in 80 % of the sessions. */
async function simulated(folder, { units, sessions, channels, samples }) {
  const neurons = Math.max(1, Math.round(Number(units) / Number(sessions) / 0.8));
  const options = { neurons, sessions, channels, samples };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  await promisify(execFile)(process.execPath, [dant, 'simulate', folder, ...flags, ...positionals]);
  return folder;
}

/** Each program finds the data in memory, and a disk that has nothing left to write of the one before. */
async function settle(data) {
  await promisify(execFile)('sync').catch(() => undefined);
  for (const entry of readdirSync(data, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = await open(join(entry.parentPath ?? entry.path, entry.name));
    const bytes = Buffer.alloc(2 ** 22);
    while ((await file.read(bytes)).bytesRead > 0);
    await file.close();
  }
}

/** Both programs, with equal settings: () => what a run took. */
async function preparePrograms(data, folder, python) {
  const settings = await settingsFor(data);
  const fileFor = (name) => {
    const file = join(folder, `${name}.json`);
    const output = join(folder, name);
    const { shanks, ...reference } = settings;
    const own = name === 'dant' ? { ...reference, shanks } : reference;
    writeFileSync(file, JSON.stringify({ ...own, path_to_data: data, output_folder: output }));
    return { file, output };
  };
  const reference = fileFor('pydant');
  const own = fileFor('dant');
  return {
    pyDANT: async () => {
      rmSync(reference.output, { recursive: true, force: true });
      const clock = stageClock();
      const env = { MPLBACKEND: 'Agg', PYTHONUNBUFFERED: '1' };
      const took = await measure(python, [runPyDant, reference.file], { env, onLine: clock.onLine });
      return { ...took, stages: clock.end(took.seconds) };
    },
    'node-dant': async () => {
      rmSync(own.output, { recursive: true, force: true });
      const took = await measure(process.execPath, [dant, 'run', own.file, '--quiet']);
      const { stages } = JSON.parse(readFileSync(join(own.output, 'run.json'), 'utf8'));
      return { ...took, stages: ourStages(stages, took.seconds) };
    },
  };
}

/** The settings of the folder, or the defaults that fit its files. */
async function settingsFor(data) {
  const file = join(data, 'settings.json');
  const hasPeth = existsSync(join(data, 'peth.npy'));
  const { settings } = existsSync(file)
    ? await loadSettings(file)
    : completeSettings(hasPeth ? {} : { motionEstimation: { features: [['Waveform', 'AutoCorr']] } });
  // The other method has nothing to be compared with.
  return { ...settings, method: 'reference', n_jobs: Number(values.threads) };
}

async function datasetFacts(data) {
  const { data: sessions } = await readNpy(join(data, 'session_index.npy'), { as: 'int32' });
  const { data: locations } = await readNpy(join(data, 'channel_locations.npy'), { as: 'float64' });
  const waveformBytes = statSync(join(data, 'waveform_all.npy')).size;
  return {
    units: sessions.length,
    sessions: sessions.reduce((last, session) => Math.max(last, session)),
    channels: locations.length / 2,
    waveformMegabytes: Math.round(waveformBytes / 1e6),
    peth: existsSync(join(data, 'peth.npy')),
    threads: Number(values.threads),
    processor: processor(),
  };
}

/** The comparison as Markdown. */
function describe({ facts, version, rounds, agrees }) {
  const names = Object.keys(rounds[0]);
  const of = (name, key) => rounds.map((round) => round[name][key]);
  const ratio = (a, b) => `${short(a / b)} ×`;
  const row = (what, pick, show) => {
    const [theirs, ours] = names.map(pick);
    return [
      what,
      ...[theirs, ours].map((value) => (value === undefined ? '–' : show(value))),
      theirs && ours ? ratio(theirs, ours) : '–',
    ];
  };
  const seconds = (value) => `${value.toFixed(2)} s`;
  const gigabytes = (value) => `${(value / 1e9).toFixed(2)} GB`;
  const smallest = (list) => (list.includes(undefined) ? undefined : Math.min(...list));
  const largest = (list) => (list.includes(undefined) ? undefined : Math.max(...list));
  const stages = Object.entries(stageNames).map(([stage, what]) =>
    row(what, (name) => median(rounds.map((round) => round[name].stages[stage] ?? 0)), seconds),
  );
  const { units, sessions, channels, waveformMegabytes, peth, threads } = facts;
  return [
    `pyDANT ${version} and node-dant ${ownVersion}, ${rounds.length} runs each in turn; ${facts.processor}, ${threads} threads`,
    `${units} units, ${sessions} sessions, ${channels} channels, waveforms ${waveformMegabytes} MB, ${peth ? 'with' : 'without'} PETH`,
    '',
    markdownTable(
      ['', ...names, 'ratio'],
      [
        row('whole run, best', (name) => Math.min(...of(name, 'seconds')), seconds),
        row('whole run, median', (name) => median(of(name, 'seconds')), seconds),
        row('processor time, best', (name) => smallest(of(name, 'processorSeconds')), seconds),
        row('peak memory, main process', (name) => largest(of(name, 'peakBytes')), gigabytes),
        row('peak memory, all processes', (name) => largest(of(name, 'peakTreeBytes')), gigabytes),
      ],
    ),
    '',
    "Stage by stage (median; pyDANT's from when it prints what):",
    '',
    markdownTable(['stage', ...names, 'ratio'], stages),
    '',
    'Do the results agree?',
    '',
    markdownTable(['', 'result'], agrees),
  ].join('\n');
}

function fail(error) {
  console.error(error.message);
  process.exitCode = 1;
}

// npm run demo: simulates a recording, tracks it and compares the result with the truth, all with the dant command.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dantMain = join(root, 'dist/cli/main.js');
if (!existsSync(dantMain)) {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
}
const { readNpy } = await import('../dist/files/npy.js');
const { readNpz } = await import('../dist/files/npz.js');

const folder = mkdtempSync(join(tmpdir(), 'dant-demo-'));
const recording = join(folder, 'recording');
const results = join(recording, 'DANT_Output');
try {
  dant(['simulate', recording, '--neurons', '60', '--sessions', '8', '--channels', '128', '--drift-um', '40']);
  const run = JSON.parse(dant(['run', recording, '--json']).trim().split('\n').at(-1));
  const score = JSON.parse(dant(['score', results, recording, '--json']));
  const truth = await readNpz(join(recording, 'truth.npz'));
  const sessions = (await readNpy(join(recording, 'session_index.npy'), { as: 'int32' })).data;
  const clusters = (await readNpy(join(results, 'IdxCluster.npy'), { as: 'int32' })).data;

  const motion = run.groups[0].motion.map(({ constantUm }) => constantUm);
  const rate = 100 * (run.groups[0].falsePositiveRate ?? 0);
  console.log(`
Recording  ${run.units} units of 60 neurons in ${run.sessions} sessions, 128 channels, noise 2 µV (simulated)
Tracking   ${run.matchedUnits} units matched to ${run.clusters} neurons, ${run.seconds.toFixed(2)} s
           estimated false-positive rate ${rate < 0.1 ? '< 0.1' : rate.toFixed(1)} %
Drift, µm  session ${row(motion.map((_, s) => s + 1))}
           found   ${row(motion.map((um) => um.toFixed(1)))}
           true    ${row([...truth.drift.data].map((um) => um.toFixed(1)))}
Neurons    unit of each session (of the first three neurons found)
${[1, 2, 3].map((id) => `           ${`neuron ${id}`.padEnd(8)}${row(unitsOf(id, sessions, clusters, motion.length))}`).join('\n')}
Truth      precision ${score.precision.toFixed(3)}, recall ${score.recall.toFixed(3)} of ${score.truePairs} pairs of units
           ${score.wholeNeurons} of ${score.trackableNeurons} neurons whole; motion error ${score.motion.rmsUm.toFixed(2)} µm (RMS)

The demo removes its files. "npx dant simulate recording" makes a recording that stays; "npx dant --help" lists everything else.`);
} catch (error) {
  // A command that failed has printed why.
  if (error.status === undefined) throw error;
  process.exitCode = error.status;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Runs the command as a user would; returns what it prints. */
function dant(args) {
  console.log(`$ dant ${args.map((arg) => arg.replace(folder, '.')).join(' ')}`);
  return execFileSync(process.execPath, [dantMain, ...args], { encoding: 'utf8' });
}

function unitsOf(id, sessions, clusters, sessionCount) {
  const units = [...clusters.keys()].filter((unit) => clusters[unit] === id);
  return Array.from({ length: sessionCount }, (_, s) => units.find((unit) => sessions[unit] === s + 1) ?? '·');
}

function row(cells) {
  return cells.map((cell) => String(cell).padStart(7)).join('');
}

// Fails when a kernel became slower. Its yardstick is measured in the same run, in turn with it: a kernel's ratio is its
// shortest try over the yardstick's. bench/gate.json keeps the ratios, by processor and SIMD level; a kernel fails only when
// its ratio after several rounds is above the kept one by more than the noise of a shared machine.
//
// Command line: node bench/gate.mjs [--update] [kernel …]. The tests also use --kept <file>, --hurry: no rounds that wait,
// and --slowdown 1.5: in turn with each kernel as it is, whose ratio counts as the kept one, it runs 1.5 × as often as is
// reckoned with, as if it took so much longer, and the gate must notice.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { addon } from '../dist/native/addon.js';
import { kernels } from './kernels.mjs';
import { secondsOf } from './timer.mjs';
import { startYardstick } from './yardstick.mjs';

/** How far above the kept ratio the measured one may be. */
const margin = 1.25;
/** The same where only ratios of other processors are kept, or of a level below: they differ by up to 1.6 ×. */
const marginOfOthers = 2;
/**
 * What a try takes, at least. Short, and therefore many: whoever shares the core makes it half as fast most of the time, but
 * seldom for every millisecond.
 */
const trySeconds = 0.001;
const triesAtOnce = 100;
/**
 * In each round the kernels are measured one after the other: all of them in the first rounds, then those that still seem
 * slower. Seconds to wait before each: neighbours may be busy for longer.
 */
const waits = [0, 0, 0, 0, 5, 15, 30, 60, 120];
const roundsOfAll = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    update: { type: 'boolean', default: false },
    kept: { type: 'string', default: fileURLToPath(new URL('gate.json', import.meta.url)) },
    hurry: { type: 'boolean', default: false },
    slowdown: { type: 'string' },
  },
});
const { update, hurry, kept: keptFile } = values;
/** Undefined: kernels are judged as they are. */
const slowdown = values.slowdown && Number(values.slowdown);
const names = positionals.length > 0 ? positionals : Object.keys(kernels);
const { inUse: level, available } = addon.simdLevels();
const processor = processorKind();
const allKept = JSON.parse(readFileSync(keptFile, 'utf8'));

const yardstick = await startYardstick();
const problems = [];
const measured = [];
for (const name of names) {
  const problem = missing(name);
  if (problem) problems.push(`${name}: ${problem}`);
  else measured.push(await prepare(name));
}
if (measured.length === 0) problems.push('Nothing was measured.');
for (const [round, wait] of waits.filter((wait) => wait === 0 || !hurry).entries()) {
  // An update blames nobody, and what is slowed down on purpose stays so: all are measured equally often.
  const inQuestion = measured.filter((kernel) => update || slowdown || round < roundsOfAll || isSlower(kernel));
  if (inQuestion.length > 0) await setTimeout(1000 * wait);
  for (const kernel of inQuestion) await measure(kernel);
}
await yardstick.stop();
for (const kernel of measured) {
  const problem = judge(kernel);
  if (problem) problems.push(`${kernel.name}: ${problem}`);
}

if (problems.length > 0) {
  const list = problems.map((problem) => `  ${problem}`).join('\n');
  console.error(`\nThe gate is closed (${processor}, level ${level}):\n${list}`);
  process.exitCode = 1;
} else if (update) {
  const kept = ((allKept[processor] ??= {})[level] ??= {});
  for (const kernel of measured) kept[kernel.name] = Number(ratioOf(kernel).toPrecision(4));
  writeFileSync(keptFile, `${JSON.stringify(allKept, undefined, 2)}\n`);
} else {
  console.log(`\nThe gate is open (${processor}, level ${level}).`);
}

/** What decides how fast a kernel is beside its yardstick: names for sale say less, and virtual machines hide them. */
function processorKind() {
  const file = '/proc/cpuinfo';
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const [vendor, family, model] = ['vendor_id', 'cpu family', 'model'].map(
    (name) => new RegExp(`^${name}\\s*: (.*)$`, 'm').exec(text)?.[1],
  );
  return model ? `${vendor} family ${family} model ${model}` : (cpus()[0]?.model ?? 'unknown processor');
}

/** Why a kernel cannot be measured, if so. */
function missing(name) {
  if (!kernels[name]) return `there is no such kernel. There are: ${Object.keys(kernels).join(', ')}.`;
  if (update || slowdown || keptOf(name)) return undefined;
  return `no ratio is kept for the level ${level}. Measure it: npm run bench:gate -- --update`;
}

/** The kept ratio of this processor and level, or the largest one that others have at this or the next level below. */
function keptOf(name) {
  const own = allKept[processor]?.[level]?.[name];
  if (own) return { ratio: own, margin, whose: 'kept' };
  for (const below of available.slice(available.indexOf(level))) {
    const others = Object.values(allKept).flatMap((levels) => levels[below]?.[name] ?? []);
    if (others.length > 0) return { ratio: Math.max(...others), margin: marginOfOthers, whose: `${below} of others'` };
  }
  return undefined;
}

/** A kernel that is slowed down on purpose is compared with itself. */
function comparison({ name, seconds, yardstickSeconds }) {
  if (slowdown) return { ratio: Math.min(...seconds) / Math.min(...yardstickSeconds), margin, whose: 'kept' };
  return keptOf(name);
}

function isSlower(kernel) {
  const { ratio, margin } = comparison(kernel);
  return ratioOf(kernel) > ratio * margin;
}

async function prepare(name) {
  const { yardstick: task, gate, ...kernel } = kernels[name];
  const { run } = kernel.prepare(gate);
  const calls = 2 * Math.ceil(trySeconds / 2 / (await secondsOf(run, 1)));
  return { name, task, run, calls, seconds: [], slowedSeconds: [], yardstickSeconds: [] };
}

/** The kernel and its yardstick in turn, so that both have equally many tries, and the machine is the same for both. */
async function measure({ task, run, calls, seconds, slowedSeconds, yardstickSeconds }) {
  for (let i = 0; i < triesAtOnce; ++i) {
    yardstickSeconds.push((await yardstick.measure(task)).seconds);
    seconds.push((await secondsOf(run, calls)) / calls);
    if (slowdown) slowedSeconds.push((await secondsOf(run, slowdown * calls)) / calls);
  }
}

function ratioOf({ seconds, slowedSeconds, yardstickSeconds }) {
  return Math.min(...(slowdown ? slowedSeconds : seconds)) / Math.min(...yardstickSeconds);
}

/** Reports how a kernel did; returns what is wrong, if anything. */
function judge(kernel) {
  const { name, task } = kernel;
  const ratio = ratioOf(kernel);
  if (!(ratio > 0 && ratio < Infinity)) return 'no time was measured.';
  const before = comparison(kernel);
  const change = before ? `${(ratio / before.ratio).toFixed(2)} × the ${before.whose} ratio` : 'new';
  const slower = !update && isSlower(kernel);
  console.log(`${slower ? 'SLOWER' : 'ok    '} ${name}: ${ratio.toPrecision(3)} × ${task}, ${change}`);
  return slower ? `takes ${change}; at most ${before.margin} × is allowed.` : undefined;
}

// Fails when a kernel became slower. Its yardstick is measured in the same run, in turn with it: a kernel's ratio is its best
// processor time (but one) over the yardstick's. bench/gate.json keeps the ratios, by SIMD level; a kernel fails only when its
// ratio after several rounds is above the kept one by more than the noise of a shared machine. Processor time, not the clock:
// what other programs take does not count.
//
// Command line: node bench/gate.mjs [--update] [kernel …]. The tests also use --kept <file>, --hurry: no waits, and --slowdown 1.5: in turn with
// each kernel as it is, whose ratio counts as the kept one, it runs 1.5 × as often as is reckoned with, as if it took so much
// longer, and the gate must notice.
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { addon } from '../dist/native/addon.js';
import { kernels } from './kernels.mjs';
import { startYardstick } from './yardstick.mjs';

/** How far above the kept ratio the measured one may be. */
const margin = 1.25;
const triesAtOnce = 6;
/**
 * In each round the kernels are measured one after the other, so that a moment in which the machine is busy hits neither one
 * kernel nor its yardstick alone: all of them in the first rounds, then those that still seem slower. Seconds to wait before
 * each: neighbours that slow down some kernels more than their yardstick may do so for longer.
 */
const waits = [0, 0, 0, 0, 5, 15, 30, 60, 120, 120];
const roundsOfAll = 3;
/** What a kernel computes in one try, at least. */
const trySeconds = 0.015;

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
const level = addon.simdLevels().inUse;
const allKept = JSON.parse(readFileSync(keptFile, 'utf8'));
const kept = (allKept[level] ??= {});

const yardstick = await startYardstick();
const problems = [];
const measured = [];
for (const name of names) {
  const problem = missing(name);
  if (problem) problems.push(`${name}: ${problem}`);
  else measured.push(await prepare(name));
}
if (measured.length === 0) problems.push('Nothing was measured.');
for (const [round, wait] of waits.entries()) {
  const inQuestion = measured.filter((kernel) => slowdown || round < roundsOfAll || ratioOf(kernel) > allowed(kernel));
  // An update blames nobody, and what is slowed down on purpose does not get faster.
  if (inQuestion.length > 0 && !update && !slowdown && !hurry) await setTimeout(1000 * wait);
  for (const kernel of inQuestion) await measure(kernel);
}
await yardstick.stop();
for (const kernel of measured) {
  const problem = judge(kernel);
  if (problem) problems.push(`${kernel.name}: ${problem}`);
}

if (problems.length > 0) {
  console.error(`\nThe gate is closed (level ${level}):\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  process.exitCode = 1;
} else if (update) {
  writeFileSync(keptFile, `${JSON.stringify(allKept, undefined, 2)}\n`);
}

/** Why a kernel cannot be measured, if so. */
function missing(name) {
  if (!kernels[name]) return `there is no such kernel. There are: ${Object.keys(kernels).join(', ')}.`;
  if (update || slowdown || kept[name] > 0) return undefined;
  return `no ratio is kept for the level ${level}. Measure it: npm run bench:gate -- --update`;
}

/** Nothing is good enough for an update. */
function allowed(kernel) {
  return update ? 0 : keptRatio(kernel) * margin;
}

/** Undefined: none. */
function keptRatio({ name, seconds, yardstickSeconds }) {
  return slowdown ? bestButOne(seconds) / bestButOne(yardstickSeconds) : kept[name];
}

async function prepare(name) {
  const { yardstick: task, gate, ...kernel } = kernels[name];
  const { run } = kernel.prepare(gate);
  await run(1);
  const calls = 2 * Math.ceil(trySeconds / 2 / (await processorSeconds(run, 1)));
  return { name, task, run, calls, seconds: [], slowedSeconds: [], yardstickSeconds: [] };
}

/** The kernel and its yardstick in turn, so that both have equally many tries, and the machine is the same for both. */
async function measure({ task, run, calls, seconds, slowedSeconds, yardstickSeconds }) {
  for (let i = 0; i < triesAtOnce; ++i) {
    yardstickSeconds.push((await yardstick.measure(task)).processorSeconds);
    seconds.push((await processorSeconds(run, calls)) / calls);
    if (slowdown) slowedSeconds.push((await processorSeconds(run, slowdown * calls)) / calls);
  }
}

function ratioOf({ seconds, slowedSeconds, yardstickSeconds }) {
  return bestButOne(slowdown ? slowedSeconds : seconds) / bestButOne(yardstickSeconds);
}

/** The best itself may be too good: virtual machines take time off that they believe was stolen from them. */
function bestButOne(seconds) {
  return seconds.toSorted((a, b) => a - b)[1];
}

/** Tells how a kernel did; returns what is wrong, if anything. */
function judge(kernel) {
  const { name } = kernel;
  const [ratio, before] = [ratioOf(kernel), keptRatio(kernel)];
  if (!(ratio > 0 && ratio < Infinity)) return 'no time was measured.';
  const change = before > 0 ? `${(ratio / before).toFixed(2)} × the kept ratio` : 'new';
  const slower = !update && ratio > allowed(kernel);
  console.log(
    `${slower ? 'SLOWER' : 'ok    '} ${name}: ${ratio.toPrecision(3)} × ${kernels[name].yardstick}, ${change}`,
  );
  if (update) kept[name] = Number(ratio.toPrecision(4));
  return slower ? `takes ${change}; at most ${margin} × is allowed.` : undefined;
}

async function processorSeconds(run, calls) {
  const before = process.cpuUsage();
  for (let i = 0; i < calls; ++i) await run(1);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

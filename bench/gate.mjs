// Fails when a kernel became slower. Its yardstick is measured in the same run, in turn with it: a kernel's ratio is its best
// processor time over the yardstick's best. bench/gate.json keeps the ratios, by SIMD level; a kernel fails only when its
// best ratio of several tries is above the kept one by more than the noise of a shared machine. Processor time, not the
// clock: what other programs take does not count.
//
// Command line: node bench/gate.mjs [--update] [kernel …]. The tests also use --kept <file>, and --slowdown 1.5: each
// kernel runs 1.5 × as often as is reckoned with, as if it took so much longer, and the gate must notice.
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { addon } from '../dist/native/addon.js';
import { kernels } from './kernels.mjs';
import { startYardstick } from './yardstick.mjs';

/** How far above the kept ratio the best ratio may be. */
const margin = 1.25;
const triesAtOnce = 6;
/**
 * A kernel that seems slower is measured again, as often as this, before it is blamed; the others in between, so that a moment
 * in which the machine is busy does not hit one kernel alone. Seconds to wait before: who shares a machine may keep its
 * memory busy for longer.
 */
const attempts = [0, 0, 0, 0, 10, 30];
/** What a kernel computes in one try, at least. */
const trySeconds = 0.015;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    update: { type: 'boolean', default: false },
    kept: { type: 'string', default: fileURLToPath(new URL('gate.json', import.meta.url)) },
    slowdown: { type: 'string', default: '1' },
  },
});
const { update, kept: keptFile } = values;
const slowdown = Number(values.slowdown);
const names = positionals.length > 0 ? positionals : Object.keys(kernels);
const level = addon.simdLevels().inUse;
const allKept = JSON.parse(readFileSync(keptFile, 'utf8'));
const kept = (allKept[level] ??= {});

const yardstick = await startYardstick();
const yardstickSeconds = {};
const problems = [];
const measured = [];
for (const name of names) {
  const problem = missing(name);
  if (problem) problems.push(`${name}: ${problem}`);
  else measured.push(await prepare(name));
}
if (measured.length === 0) problems.push('Nothing was measured.');
for (const wait of attempts) {
  const seemSlower = measured.filter((kernel) => !(ratioOf(kernel) <= allowed(kernel.name)));
  // An update blames nobody.
  if (seemSlower.length > 0 && !update) await setTimeout(1000 * wait);
  for (const kernel of seemSlower) await measure(kernel);
}
await yardstick.stop();
for (const kernel of measured) {
  const problem = judge(kernel.name, ratioOf(kernel));
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
  if (update || kept[name] > 0) return undefined;
  return `no ratio is kept for the level ${level}. Measure it: npm run bench:gate -- --update`;
}

/** Nothing is good enough for an update. */
function allowed(name) {
  return update ? 0 : kept[name] * margin;
}

async function prepare(name) {
  const { yardstick: task, gate, ...kernel } = kernels[name];
  const { run } = kernel.prepare(gate);
  await run(1);
  const calls = 2 * Math.ceil(trySeconds / 2 / (await processorSeconds(run, 1)));
  return { name, task, run, calls, seconds: Infinity };
}

/** The kernel and its yardstick in turn. */
async function measure(kernel) {
  const { task, run, calls } = kernel;
  for (let i = 0; i < triesAtOnce; ++i) {
    const { processorSeconds: seconds } = await yardstick.measure(task);
    yardstickSeconds[task] = Math.min(yardstickSeconds[task] ?? Infinity, seconds);
    kernel.seconds = Math.min(kernel.seconds, (await processorSeconds(run, slowdown * calls)) / calls);
  }
}

/** Not a number before the first measurement. */
function ratioOf({ task, seconds }) {
  return seconds / yardstickSeconds[task];
}

/** Tells how a kernel did; returns what is wrong, if anything. */
function judge(name, ratio) {
  if (!(ratio > 0 && ratio < Infinity)) return 'no time was measured.';
  const change = kept[name] > 0 ? `${(ratio / kept[name]).toFixed(2)} × the kept ratio` : 'new';
  const slower = !update && ratio > allowed(name);
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

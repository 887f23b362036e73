// Fails when a kernel became slower. Its yardstick is measured in the same run, in turn with it: a kernel's ratio is its best
// processor time over the yardstick's best. bench/gate.json keeps the ratios, by SIMD level; a kernel fails only when its
// best ratio of several tries is above the kept one by more than the noise of a shared machine (processor time, not the
// clock: other programs must not count). Command line: node bench/gate.mjs [--update] [kernel …]
//
// DANT_GATE_RUNS=3 (default 2) runs each kernel three times where two are charged, as if it took 1.5 × as long: that the
// gate notices is what bench/gate.test.mjs shows.
import { readFileSync, writeFileSync } from 'node:fs';

import { addon } from '../dist/native/addon.js';
import { kernels } from './kernels.mjs';
import { startYardstick } from './yardstick.mjs';

const keptFile = new URL('gate.json', import.meta.url);
/** Above the kept ratio; the largest spread of best ratios that was seen on a busy machine is below it. */
const margin = 1.25;
const tries = 6;
/** A kernel that seems slower is measured again before it is blamed. */
const attempts = 4;
const chargedRuns = 2;
const runs = Number(process.env.DANT_GATE_RUNS || chargedRuns);

const args = process.argv.slice(2);
const update = args.includes('--update');
const picked = args.filter((arg) => !arg.startsWith('--'));
const names = picked.length > 0 ? picked : Object.keys(kernels);
const level = addon.simdLevels().inUse;
const kept = JSON.parse(readFileSync(keptFile, 'utf8'));
kept[level] ??= {};

const yardstick = await startYardstick();
const problems = [];
let measured = 0;
for (const name of names) {
  if (!kernels[name]) {
    problems.push(`There is no kernel "${name}". There are: ${Object.keys(kernels).join(', ')}.`);
    continue;
  }
  const allowed = kept[level][name] * margin;
  if (!update && !(allowed > 0)) {
    problems.push(`${name}: no ratio is kept for the level ${level}. Measure it: npm run bench:gate -- --update`);
    continue;
  }
  const ratio = await measure(kernels[name], update ? undefined : allowed);
  if (!(ratio > 0)) {
    problems.push(`${name}: nothing was measured.`);
    continue;
  }
  measured++;
  const change = kept[level][name] ? `${(ratio / kept[level][name]).toFixed(2)} × the kept ratio` : 'new';
  const slower = ratio > allowed && !update;
  console.log(`${slower ? 'SLOWER' : 'ok    '} ${name}: ${ratio.toFixed(3)} × ${kernels[name].yardstick}, ${change}`);
  if (slower) problems.push(`${name}: ${change}; at most ${margin} × is allowed.`);
  if (update) kept[level][name] = Number(ratio.toPrecision(4));
}
await yardstick.stop();
if (measured === 0) problems.push('No kernel was measured.');

if (problems.length > 0) {
  console.error(`\nThe gate is closed (level ${level}):\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  process.exitCode = 1;
} else if (update) {
  writeFileSync(keptFile, `${JSON.stringify(kept, undefined, 2)}\n`);
}

/** The kernel's ratio; measures on while it is above `allowed`. */
async function measure(kernel, allowed) {
  const { run } = kernel.prepare(kernel.gate);
  await run(1);
  const best = { kernel: Infinity, yardstick: Infinity };
  for (let attempt = 0; attempt < attempts; ++attempt) {
    for (let i = 0; i < tries; ++i) {
      best.yardstick = Math.min(best.yardstick, (await yardstick.measure(kernel.yardstick)).processorSeconds);
      best.kernel = Math.min(best.kernel, await processorSeconds(run));
    }
    if (allowed !== undefined && best.kernel / best.yardstick <= allowed) break;
  }
  return best.kernel / best.yardstick;
}

async function processorSeconds(run) {
  const before = process.cpuUsage();
  for (let i = 0; i < runs; ++i) await run(1);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6 / chargedRuns;
}

// Measures every kernel at sizes that show how its time grows, with one thread and with all, beside the machine's limits.
// Command line: npm run bench [-- kernel …]. A table goes to the standard output; JSON and Markdown to bench/results/.
import { availableParallelism } from 'node:os';

import { addon } from '../dist/native/addon.js';
import { files } from './files.mjs';
import { kernels } from './kernels.mjs';
import { bestOf, measureMachine } from './machine.mjs';
import { engineering, markdownTable, ownVersion, processor, saveResults, short } from './report.mjs';
import { secondsOf } from './timer.mjs';
import { startYardstick } from './yardstick.mjs';

/** What a case takes, at least; it is timed three times or more. */
const caseSeconds = 0.5;
/** What is shorter is repeated: the clock is read before and after this much. */
const trySeconds = 0.001;

const all = { ...kernels, ...files };
const picked = process.argv.slice(2);
const unknown = picked.filter((name) => !all[name]);
if (unknown.length > 0) {
  console.error(`There is no kernel ${unknown.join(', ')}. There are: ${Object.keys(all).join(', ')}.`);
  process.exit(1);
}

const threadCounts = [...new Set([1, availableParallelism()])];
const yardstick = await startYardstick();
const before = await measureMachine(yardstick, threadCounts);
const results = [];
for (const name of picked.length > 0 ? picked : Object.keys(all)) {
  for (const size of all[name].sizes) results.push(...(await measure(name, size)));
}
const limits = bestOf(before, await measureMachine(yardstick, threadCounts));
await yardstick.stop();

const facts = { node: process.version, simd: addon.simdLevels().inUse, processor: processor(), version: ownVersion };
const report = describe();
process.stdout.write(`${report}\n`);
console.error(
  `Written to ${saveResults('bench', { date: new Date().toISOString(), ...facts, limits, results }, report)}.`,
);

/** One result for each number of threads. */
async function measure(name, size) {
  const kernel = all[name];
  console.error(`${name}: ${sizeText(size)}`);
  const { run, work, flops, bytes, end } = await kernel.prepare(size);
  const found = await run(threadCounts.at(-1));
  const amount = (of) => (typeof of === 'function' ? of(found) : of);
  // Files are read and written on one thread.
  const counts = kernel.limit ? [1] : threadCounts;
  const results = [];
  for (const threads of counts) {
    const tries = await timesOf(run, threads);
    results.push({
      name,
      size,
      threads,
      seconds: tries[0],
      median: tries[Math.floor(tries.length / 2)],
      samples: tries.length,
      unit: kernel.unit,
      limit: kernel.limit,
      work: amount(work),
      flops,
      bytes: amount(bytes),
    });
  }
  await end?.();
  return results;
}

/** Seconds of a call in each try, ascending. */
async function timesOf(run, threads) {
  const calls = Math.ceil(trySeconds / (await secondsOf(run, 1, threads)));
  const tries = [];
  for (let sum = 0; sum < caseSeconds || tries.length < 3; sum += calls * tries.at(-1)) {
    tries.push((await secondsOf(run, calls, threads)) / calls);
  }
  return tries.sort((a, b) => a - b);
}

function describe() {
  const rate = (value, unit) => `${engineering(value)}${unit}`;
  const machine = threadCounts.map((threads) => [
    `${threads}`,
    rate(limits.flops[threads], 'FLOP/s'),
    rate(limits.copy[threads], 'B/s'),
    rate(limits.triad[threads], 'B/s'),
  ]);
  const rows = results.map((result) => {
    const { name, size, threads, seconds, work, unit } = result;
    const single = results.find((other) => other.name === name && other.size === size && other.threads === 1);
    return [
      name,
      sizeText(size),
      String(threads),
      `${short(1000 * seconds)} ms`,
      rate(work / seconds, unit === 'bytes' ? 'B/s' : `${unit}/s`),
      threads === 1 ? '' : `${(single.seconds / seconds).toFixed(2)} ×`,
      shareOfLimit(result),
    ];
  });
  return [
    `node-dant ${facts.version}, Node ${facts.node}, kernels for ${facts.simd}, ${facts.processor}; best of several runs`,
    '',
    markdownTable(['threads', `matrix product (${limits.product}, float32)`, 'copy', 'triad'], machine),
    '',
    `Plain files: write ${rate(limits.fileWrite, 'B/s')}, read ${rate(limits.fileRead, 'B/s')}`,
    '',
    markdownTable(
      ['kernel', 'size', 'threads', 'time', 'throughput', 'speed-up', "share of the machine's limit"],
      rows,
    ),
  ].join('\n');
}

/** What the matrix product, the memory or the file system could do in the same time. */
function shareOfLimit({ threads, seconds, work, flops, bytes, limit }) {
  const percent = (amount, most) => {
    const share = (100 * amount) / seconds / most;
    return `${share.toFixed(share < 9.95 ? 1 : 0)} %`;
  };
  if (limit) return `${percent(work, limits[limit])} of plain files`;
  if (flops) return `${percent(flops, limits.flops[threads])} of the matrix product`;
  return bytes ? `${percent(bytes, limits.triad[threads])} of the memory` : '–';
}

function sizeText(size) {
  return Object.entries(size)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');
}

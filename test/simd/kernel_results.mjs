// Computes every kernel of bench/kernels.mjs at its small size with one, two and three threads, at the SIMD level that
// DANT_SIMD forces, and prints the level and the results as JSON.
import { kernels } from '../../bench/kernels.mjs';
import { addon } from '../../dist/native/addon.js';

const bytesOf = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
const results = {};
for (const [name, { prepare, small, exactTo }] of Object.entries(kernels)) {
  const { run } = prepare(small);
  const byThreads = [];
  for (const threads of [1, 2, 3]) {
    const arrays = await run(threads);
    byThreads.push(arrays.map((array) => (Array.isArray(array) ? Float64Array.from(array) : array.slice())));
  }
  const [one, ...others] = byThreads;
  results[name] = {
    // In Fisher z.
    exactTo: exactTo ?? 1e-6,
    sameBitsForAnyThreads: others.every((other) => other.every((array, k) => bytesOf(array).equals(bytesOf(one[k])))),
    arrays: one.map((array) => ({ integers: array instanceof Int32Array, values: Array.from(array, String) })),
  };
}
console.log(JSON.stringify({ level: addon.simdLevels().inUse, results }));

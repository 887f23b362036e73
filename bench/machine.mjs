// The machine's limits, measured in the same run as the kernels.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { existingPython } from './compare/python.mjs';
import { plainFiles } from './files.mjs';

const repeats = 5;
const matrixProduct = `
import time
import numpy as np
a = np.random.default_rng(0).random((1536, 1536), dtype=np.float32)
best = float("inf")
for _ in range(${repeats}):
    start = time.perf_counter()
    a @ a
    best = min(best, time.perf_counter() - start)
print(2 * 1536**3 / best)
`;

/**
 * For each number of threads: single-precision matrix product (operations/s) and memory traffic (bytes/s); files (bytes/s).
 * `product` says what made the product: NumPy with its BLAS if there is one (see compare/python.mjs), else our own kernel.
 */
export async function measureMachine(yardstick, threadCounts) {
  const python = existingPython();
  const limits = { product: python ? 'NumPy' : 'own kernel', flops: {}, copy: {}, triad: {} };
  for (const threads of threadCounts) {
    limits.flops[threads] = python ? await numpyRate(python, threads) : await rate(yardstick, 'peak', threads);
    limits.copy[threads] = await rate(yardstick, 'copy', threads);
    limits.triad[threads] = await rate(yardstick, 'triad', threads);
  }
  limits.fileWrite = await fileRate(plainFiles.write);
  limits.fileRead = await fileRate(plainFiles.read);
  return limits;
}

/** The better of two measurements of each limit: before and after the kernels. */
export function bestOf(a, b) {
  const best = { ...a };
  for (const [key, value] of Object.entries(b)) {
    if (typeof value === 'number') best[key] = Math.max(a[key], value);
    else if (typeof value === 'object') best[key] = bestOf(a[key], value);
  }
  return best;
}

async function rate(yardstick, task, threads) {
  let best = 0;
  for (let i = 0; i < repeats; ++i) {
    const { seconds, amount } = await yardstick.measure(task, threads);
    best = Math.max(best, amount / seconds);
  }
  return best;
}

async function numpyRate(python, threads) {
  const limit = String(threads);
  const env = { ...process.env, OPENBLAS_NUM_THREADS: limit, OMP_NUM_THREADS: limit, MKL_NUM_THREADS: limit };
  return Number((await promisify(execFile)(python, ['-c', matrixProduct], { env })).stdout);
}

async function fileRate({ prepare, sizes }) {
  const { work, run, end } = await prepare(sizes.at(-1));
  let best = 0;
  for (let i = 0; i < repeats; ++i) {
    const start = process.hrtime.bigint();
    await run();
    best = Math.max(best, work / (Number(process.hrtime.bigint() - start) / 1e9));
  }
  await end();
  return best;
}

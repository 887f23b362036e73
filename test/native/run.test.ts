import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';

import { describe, expect, it } from 'vitest';

import { rowSimilarity } from '../../lib/similarity/compare.js';
import { addon } from '../../lib/native/addon.js';
import { noise } from '../numbers.js';
import { sinceAbort } from '../work.js';

const addonPath = fileURLToPath(new URL('../../build/Release/dant.node', import.meta.url));

/** Source of a program that starts a computation of many minutes: 10¹² pairs of spikes. */
const longJob = `
  const addon = require(${JSON.stringify(addonPath)});
  const train = new Float64Array(1e6).map((_, k) => k);
  const job = addon.crossCorrelogram({
    threads: 2, control: new Int32Array(2), a: train, b: train, windowMs: 1e6, binWidthMs: 1000,
  });
`;

const rows = { data: Float64Array.from({ length: 3000 * 500 }, (_, i) => noise(i)), shape: [3000, 500] };

describe('native jobs', () => {
  it('stop within 100 ms of work after an abort', async () => {
    const controller = new AbortController();
    const running = rowSimilarity(rows, {}, { signal: controller.signal });
    let expectLittleWork: (() => void) | undefined;
    setTimeout(() => {
      controller.abort();
      expectLittleWork = sinceAbort();
    }, 20);
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expectLittleWork!();
  });

  it('leave the JavaScript thread free', async () => {
    let ticks = 0;
    const timer = setInterval(() => ++ticks, 1);
    await rowSimilarity(rows, {}, { threads: 1 });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
  });

  it('end with the worker thread that started them', async () => {
    const worker = new Worker(`${longJob} require('node:worker_threads').parentPort.postMessage('started');`, {
      eval: true,
    });
    await new Promise((resolve) => worker.once('message', resolve));
    const expectLittleWork = sinceAbort();
    expect(await worker.terminate()).toBe(1);
    expectLittleWork();
    // The pool is free again.
    await rowSimilarity({ data: Float64Array.of(1, 2, 3, 2, 1, 3), shape: [2, 3] });
  });

  it.each([
    ['process.exit', `${longJob} setTimeout(() => process.exit(7), 50);`],
    [
      'an uncaught error',
      `${longJob} setTimeout(() => { process.exitCode = 7; process.on('exit', () => {}); throw new Error('x'); }, 50);`,
    ],
  ])('do not hold up %s', async (_, program) => {
    const start = performance.now();
    const end = await promisify(execFile)(process.execPath, ['--eval', program]).catch((error: unknown) => error);
    expect((end as { signal?: string }).signal ?? null).toBeNull();
    expect((end as { code: number }).code).toBeGreaterThan(0);
    // Far less than the job would take, however busy the machine is.
    expect(performance.now() - start).toBeLessThan(60_000);
  });

  it('keep their arrays alive while they run', async () => {
    const program = `
      const addon = require(${JSON.stringify(addonPath)});
      const results = Array.from({ length: 20 }, () => {
        const similarity = new Float32Array(200 * 200);
        return addon.rowSimilarity({
          threads: 1, control: new Int32Array(2), count: 200,
          rows: new Float64Array(200 * 3000).map((_, i) => i % 7), similarity,
        }).then(() => similarity);
      });
      const timer = setInterval(global.gc, 1);
      Promise.all(results).then((all) => {
        clearInterval(timer);
        process.exit(all.every((z) => z[0] === 6 && z.every(Number.isFinite)) ? 0 : 1);
      });`;
    await promisify(execFile)(process.execPath, ['--expose-gc', '--eval', program]);
  });

  it('check types and lengths themselves', () => {
    const similarity = new Float32Array(4);
    const job = { threads: 1, control: new Int32Array(2) };
    const call = (change: object) => () =>
      addon.rowSimilarity({ ...job, rows: new Float64Array(6), count: 2, similarity, ...change });
    expect(call({ rows: new Float32Array(6) as unknown as Float64Array })).toThrow(TypeError);
    expect(call({ count: -1 })).toThrow(TypeError);
    expect(call({ control: new Int32Array(1) })).toThrow(TypeError);
    return expect(call({ similarity: new Float32Array(3) })()).rejects.toMatchObject({ code: 'DANT_INPUT' });
  });
});

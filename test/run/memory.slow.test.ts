import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { simulate } from '../../lib/index.js';
import { temporaryFolder } from '../cli/folder.js';

const folder = temporaryFolder();
// A minute on a machine that does nothing else.
const longestMs = 900_000;
const library = new URL('../../dist/index.js', import.meta.url).href;

/** Tracks again and again in a process of its own, and prints the memory after each run, MB, when all garbage is gone. */
const program = (data: string, output: string) => `
  import { track } from ${JSON.stringify(library)};
  for (let run = 0; run < 200; run++) {
    const method = run % 2 === 0 ? 'probabilistic' : 'reference';
    const settings = { method, n_jobs: 2, outputs: { figures: false, report: false } };
    await track({ data: ${JSON.stringify(data)}, output: ${JSON.stringify(output)}, settings, overwrite: true });
    // Garbage of the native side is collected in the turn after.
    for (let i = 0; i < 3; i++) { gc(); await new Promise(setImmediate); }
    const { rss, heapUsed, external } = process.memoryUsage();
    console.log(rss / 1e6, heapUsed / 1e6, external / 1e6);
  }
`;

it(
  '200 runs in one process take no more memory than 100',
  async () => {
    const data = join(folder.path, 'data');
    await simulate(data, { neurons: 10, sessions: 3, channels: 24, samples: 32, durationS: 30, seed: 1 });
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--expose-gc', '--input-type=module', '--eval', program(data, join(folder.path, 'result'))],
      {
        maxBuffer: 2 ** 24,
        timeout: longestMs,
        // With a heap for each thread, glibc takes hundreds of runs to fill them all: by chance 0 to 11 MB in these, then no more.
        env: { ...process.env, MALLOC_ARENA_MAX: '1' },
      },
    );
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ').map(Number));
    expect(rows.length).toBe(200);
    // The least of twenty: what a run leaves behind, and not what the system has not taken back yet.
    const least = (column: number, from: number) => Math.min(...rows.slice(from, from + 20).map((row) => row[column]!));
    const growth = [0, 1, 2].map((column) => least(column, 180) - least(column, 80));
    console.log(
      `Growth in 100 runs: resident ${growth[0]!.toFixed(1)} MB, heap ${growth[1]!.toFixed(2)} MB, external ${growth[2]!.toFixed(2)} MB.`,
    );
    expect(growth[0], 'resident').toBeLessThan(10);
    expect(growth[1], 'heap').toBeLessThan(1);
    expect(growth[2], 'external').toBeLessThan(1);
  },
  longestMs + 60_000,
);

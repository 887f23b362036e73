import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

import { addon } from '../../lib/native/addon.js';
import { deviation } from '../features/deviation.js';

interface KernelResult {
  exactTo: number;
  sameBitsForAnyThreads: boolean;
  arrays: { integers: boolean; values: string[] }[];
}
interface LevelResult {
  level: string;
  results: Record<string, KernelResult>;
}

const program = fileURLToPath(new URL('kernel_results.mjs', import.meta.url));

/** The kernels' results in a process of its own, in which the level is forced. */
async function resultsAt(level: string): Promise<LevelResult> {
  const env = { ...process.env, DANT_SIMD: level };
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env, maxBuffer: 2 ** 28 });
  return JSON.parse(stdout) as LevelResult;
}

const levels = addon.simdLevels().available;

describe('SIMD levels', () => {
  const found = new Map<string, LevelResult>();
  beforeAll(async () => {
    for (const level of levels) found.set(level, await resultsAt(level));
  });

  it.each(levels)('%s is in use when it is forced', (level) => {
    expect(found.get(level)?.level).toBe(level);
  });

  it.each(levels)('%s gives the same bits for one, two and three threads', (level) => {
    const { results } = found.get(level)!;
    expect(Object.keys(results).length).toBeGreaterThan(5);
    const different = Object.keys(results).filter((name) => !results[name]!.sameBitsForAnyThreads);
    expect(different).toEqual([]);
  });

  it.each(levels.slice(0, -1))(`%s agrees with ${levels.at(-1)}`, (level) => {
    const expected = found.get(levels.at(-1)!)!.results;
    for (const [name, { arrays, exactTo }] of Object.entries(found.get(level)!.results)) {
      expect(arrays.length, name).toBe(expected[name]!.arrays.length);
      for (const [k, { integers, values }] of arrays.entries()) {
        const other = expected[name]!.arrays[k]!.values;
        if (integers) expect(values, `${name} ${k}`).toEqual(other);
        // What is larger than 1 is compared relative to its size.
        const size = Math.max(1, ...other.map((value) => Math.abs(Number(value)) || 0));
        expect(deviation(values.map(Number), other.map(Number)) / size, `${name} ${k}`).toBeLessThanOrEqual(
          2 * exactTo,
        );
      }
    }
  });

  it('refuses a level that the processor lacks, and names those that it has', async () => {
    await expect(resultsAt('sse9')).rejects.toThrow(new RegExp(`${levels.join(', ')}.*sse9`));
  });
});

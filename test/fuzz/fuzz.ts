import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';

import { afterAll, beforeAll, expect } from 'vitest';

import { Random } from '../../lib/random.js';
import { mutated } from './mutate.js';

/** Changes of files per reader; more with DANT_FUZZ=5000, other ones with DANT_FUZZ_SEED. */
export const count = Number(process.env.DANT_FUZZ ?? 80);
const seed = Number(process.env.DANT_FUZZ_SEED ?? 1);
const longestMs = 20_000;

/** As another file: the HDF5 library, where it fails, keeps a file open and takes what is written into it for what it knows. */
function replace(path: string, content: Uint8Array): void {
  rmSync(path);
  writeFileSync(path, content);
}

/** A folder for the tests of a file. */
export function fuzzedFolder() {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dant-fuzz-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const at = (...names: string[]) => join(folder, ...names);

  return {
    at,

    write: (name: string, content: string | Uint8Array): string => {
      mkdirSync(dirname(at(name)), { recursive: true });
      writeFileSync(at(name), content);
      return at(name);
    },

    /** Changes one of the files, reads, and puts it back; `times` times. It is read, or an error of the package says what is wrong. */
    fuzz: async (paths: readonly string[], read: () => unknown, times = count): Promise<void> => {
      await read();
      const random = new Random(seed, crc32(paths.map((path) => path.slice(folder.length)).join()));
      const problems: string[] = [];
      for (let i = 0; i < times; i++) {
        const path = paths[random.index(paths.length)]!;
        const original = readFileSync(path);
        const changed = mutated(original, random);
        replace(path, changed);
        const start = performance.now();
        try {
          await read();
        } catch (error) {
          const { name, code, stack } = error as Error & { code?: string };
          if (name !== 'DantError' || code === 'DANT_INTERNAL' || code === 'DANT_NATIVE') {
            problems.push(`${path} (try ${i}, ${changed.length} bytes): ${stack!.split('\n').slice(0, 4).join(' ')}`);
          }
        }
        if (performance.now() - start > longestMs) problems.push(`${path} (try ${i}) took too long.`);
        replace(path, original);
      }
      expect(problems.slice(0, 8).join('\n')).toBe('');
    },
  };
}

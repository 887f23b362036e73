import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, describe, it } from 'vitest';

import { readPage, type Page } from './blocks.js';
import { pythonWithNumpy, Reader } from './reader.js';
import { scenes } from './scenes.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** README.md and every page of docs/, paths relative to the project. */
export const pages: Page[] = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map((name) => readPage(name));

/** Follows the pages of one of `parts` parts, so that test files can share the work. */
export function followPages(part: number, parts: number): void {
  const scratch = mkdtempSync(join(tmpdir(), 'dant-docs-'));
  afterAll(() => {
    rmSync(scratch, { recursive: true, force: true });
  });
  const withBlocks = pages.filter(({ blocks }) => blocks.some(({ notRun }) => notRun === undefined));
  describe('the code blocks of', () => {
    it.concurrent.each(withBlocks.filter((_, at) => at % parts === part))('$path', async ({ path, data, blocks }) => {
      const folder = join(scratch, path.replaceAll('/', '_'));
      mkdirSync(folder);
      if (data !== undefined) {
        const make = scenes[data];
        if (!make) throw new Error(`${path} asks for "${data}", which scenes.ts does not have.`);
        await make(folder);
      }
      const reader = new Reader(folder);
      for (const block of blocks) {
        const isLeftOut = block.notRun !== undefined || (block.language === 'python' && !pythonWithNumpy);
        if (!isLeftOut) await reader.follow(block);
      }
    });
  });
}

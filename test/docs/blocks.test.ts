import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, describe, expect, it } from 'vitest';

import { readPage } from './blocks.js';
import { pages } from './pages.js';
import { differingLine } from './printed.js';
import { pythonWithNumpy } from './reader.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'dant-blocks-'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

describe('code blocks', () => {
  it('run, all but those that say why they cannot', () => {
    const blocks = pages.flatMap(({ noneRun, blocks }) => (noneRun === undefined ? blocks : blocks.slice(0, 1)));
    const reasons = blocks.flatMap(({ page, notRun }) => (notRun === undefined ? [] : [`${page}: ${notRun}`]));
    const counts: Record<string, number> = {};
    for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
    const python = pythonWithNumpy ? '' : '; those in Python were skipped: there is no Python with NumPy';
    console.log(`Documentation: ${blocks.length - reasons.length} code blocks run, ${reasons.length} cannot${python}.`);
    // A block that could run and does not may be wrong: somebody has to look at each.
    expect(counts).toEqual({
      'README.md: the package comes from the registry': 1,
      'docs/api.md: declarations, which the check that this page is current compares with the package': 1,
      'docs/batch.md: needs a Slurm cluster': 1,
      'docs/batch.md: of another scheduler': 3,
      'docs/data-folder.md: needs MATLAB': 1,
      'docs/evidence.md: of real sessions, which stand beside the project': 3,
      'docs/recordings.md: files that other programs write': 1,
      'docs/recordings.md: the first line needs files that other programs write': 1,
      'docs/results.md: needs MATLAB': 1,
    });
  });

  it('in JavaScript and TypeScript fit the types of the package', () => {
    mkdirSync(join(scratch, 'node_modules/@types'), { recursive: true });
    symlinkSync(root, join(scratch, 'node_modules/node-dant'), 'dir');
    symlinkSync(join(root, 'node_modules/@types/node'), join(scratch, 'node_modules/@types/node'), 'dir');
    const blocks = pages.flatMap((page) => page.blocks).filter(({ notRun }) => notRun === undefined);
    for (const { page, line, language, text } of blocks) {
      if (language !== 'js' && language !== 'ts') continue;
      const name = `${page.replaceAll(/\W/g, '_')}_${line}.mts`;
      writeFileSync(join(scratch, name), text);
    }
    const options = { strict: true, noEmit: true, target: 'ES2023', module: 'NodeNext', types: ['node'] };
    // What is written as JavaScript leaves out types that a reader would not write.
    const lenient = { noImplicitAny: false, exactOptionalPropertyTypes: true, skipLibCheck: true };
    const config = { compilerOptions: { ...options, ...lenient }, include: ['*.mts'] };
    writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify(config));
    let found = '';
    try {
      execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', scratch], { stdio: 'pipe' });
    } catch (error) {
      found = String((error as { stdout: Buffer }).stdout);
    }
    expect(found).toBe('');
  });
});

describe('a page', () => {
  it('tells what its blocks are by comments in front of them', () => {
    const path = join(scratch, 'page.md');
    const lines = [
      '# Page',
      '<!-- data: a data folder -->',
      '```sh',
      'dant check',
      '```',
      '',
      '<!-- file: a.csv -->',
      '',
    ];
    writeFileSync(
      path,
      [...lines, '```csv', 'a,b', '```', '<!-- not run: why -->', '- ```', '  ```sh', '  x', '  ```'].join('\n'),
    );
    expect(readPage(path)).toEqual({
      path,
      data: 'a data folder',
      blocks: [
        { page: path, line: 4, language: 'sh', text: 'dant check' },
        { page: path, line: 10, language: 'csv', text: 'a,b', file: 'a.csv' },
        { page: path, line: 15, language: 'sh', text: 'x' },
      ],
    });
  });

  it('shows what is printed, up to the last digit and times', () => {
    const printed = 'Tracked 5 units in 1.2 s:\n  motion  -4.5\n  rate  0.01\n\nThe end is here.\n';
    expect(differingLine('Tracked 5 units in 9.9 s:\n motion -4.6\n…\nThe end …', printed)).toBeUndefined();
    expect(differingLine('…\n  rate 0.01', printed)).toBeUndefined();
    expect(differingLine('Tracked 6 units in 1.2 s:', printed)).toContain('Tracked 6 units');
    expect(differingLine('Tracked 5 units in 1.2 s:\n rate 0.01', printed)).toContain('rate 0.01');
    expect(differingLine('…\n motion -4.9', printed)).toContain('motion -4.9');
    expect(differingLine('…\n motion 4.5', printed)).toContain('motion 4.5');
  });
});

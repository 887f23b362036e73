import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'dant-binaries-'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

describe('the tarball that is to be published', () => {
  it('is refused where binaries are missing or of another kind, which are all named', async () => {
    const prebuilds = join(scratch, 'package/prebuilds');
    mkdirSync(join(prebuilds, 'darwin-arm64'), { recursive: true });
    mkdirSync(join(prebuilds, 'win32-x64'));
    // A library of a system that none of the targets is for, and the beginning of a Windows program without the rest.
    writeFileSync(join(prebuilds, 'darwin-arm64/dant.node'), '\x7fELF\x01\x01\x01');
    const tarball = join(scratch, 'node-dant.tgz');
    execFileSync('tar', ['czf', tarball, '-C', scratch, 'package']);
    const checked = promisify(execFile)(process.execPath, ['scripts/check-tarball.mjs', tarball], { cwd: root });
    await expect(checked).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /linux-x64\/dant\.glibc\.node is missing[^]*darwin-arm64\/dant\.node is no binary for darwin-arm64[^]*win32-x64\/dant\.node is missing/,
      ) as string,
    });
  });
});

describe('a binary that the compiler of this machine made', () => {
  // GCC's library is part of the system that compiled it; others may have an older one.
  it.skipIf(process.platform !== 'linux')('is refused as a prebuilt one: it needs a C++ library', () => {
    const text = execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { binaryProblems } from './scripts/check-binary.mjs';
         console.log(JSON.stringify(binaryProblems('build/Release/dant.node', process.platform + '-' + process.arch)));`,
      ],
      { cwd: root, encoding: 'utf8' },
    );
    expect(JSON.parse(text)).toContain('needs libstdc++.so.6, which a system may lack');
  });
});

describe('without a binary', () => {
  it('the command still explains itself, and what needs a binary says what was looked for and what helps', () => {
    const folder = join(scratch, 'bare');
    mkdirSync(folder);
    for (const part of ['dist', 'package.json']) cpSync(join(root, part), join(folder, part), { recursive: true });
    mkdirSync(join(folder, 'node_modules'));
    cpSync(join(root, 'node_modules/node-gyp-build'), join(folder, 'node_modules/node-gyp-build'), { recursive: true });
    mkdirSync(join(folder, 'prebuilds/aix-ppc64'), { recursive: true });
    const dant = (...args: string[]) =>
      execFileSync(process.execPath, ['dist/cli/main.js', ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    expect(dant('--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(dant('--help')).toContain('simulate');
    let printed = '';
    try {
      dant('simulate', 'recording');
      dant('run', 'recording', '--quiet');
    } catch (error) {
      printed = (error as { stderr: string }).stderr;
    }
    expect(printed).toContain('no binary fits this system');
    expect(printed).toContain(`wanted   ${process.platform}-${process.arch}`);
    expect(printed).toContain('found    aix-ppc64');
    expect(printed).toContain(join(folder, 'scripts/build-native.mjs'));
    expect(printed).not.toMatch(/^ +at /m);
    expect(existsSync(join(folder, 'recording/DANT_Output'))).toBe(false);
  });
});

import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'dant-binaries-'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** What a script of the project says: the value of an expression of what it exports. */
function ask(script: string, expression: string): unknown {
  const name = expression.split('(')[0]!;
  const program = `import { ${name} } from './scripts/${script}'; console.log(JSON.stringify(${expression}));`;
  const args = ['--input-type=module', '--eval', program];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }));
}

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

describe('the workflow that publishes', () => {
  interface Job {
    needs?: string | string[];
    steps: { run?: string }[];
    strategy?: { matrix: { target?: string[]; include?: { target: string; file?: string }[] } };
  }
  const { jobs } = parse(readFileSync(join(root, '.github/workflows/binaries.yml'), 'utf8')) as {
    jobs: Record<string, Job>;
  };
  const targets = ask('targets.mjs', 'targets') as Record<string, { file: string }>;

  it('builds every target and tries each on its own system', () => {
    expect(jobs.build!.strategy!.matrix.target).toEqual(Object.keys(targets));
    const tried = Object.values(jobs).flatMap(({ strategy }) => strategy?.matrix.include ?? []);
    expect(tried.map(({ target }) => target).sort()).toEqual(Object.keys(targets).sort());
    for (const { target, file } of tried) if (file !== undefined) expect(file).toBe(targets[target]!.file);
  });

  it('publishes one tarball, checked for all binaries, with provenance, after all of that', () => {
    expect(jobs.assemble!.needs).toEqual(Object.keys(jobs).filter((name) => name.startsWith('try')));
    const commands = jobs.assemble!.steps.flatMap(({ run }) => run ?? []);
    const at = (words: string) => commands.findIndex((command) => command.includes(words));
    expect(at('npm pack')).toBeGreaterThan(0);
    expect(at('check-tarball.mjs')).toBeGreaterThan(at('npm pack'));
    expect(at('npm publish --provenance')).toBeGreaterThan(at('check-tarball.mjs'));
  });
});

it('the toolchain tells CMake the system and processor of each target', () => {
  const script = join(scratch, 'print.cmake');
  const toolchain = join(root, 'scripts/zig.cmake');
  const words = '${CMAKE_SYSTEM_NAME} ${CMAKE_SYSTEM_PROCESSOR}';
  writeFileSync(script, `include(${JSON.stringify(toolchain)})\nmessage("${words}")\n`);
  const targets = ask('targets.mjs', 'targets') as Record<string, { zig: string }>;
  const systems = { linux: 'Linux', darwin: 'Darwin', win32: 'Windows' };
  for (const [name, { zig }] of Object.entries(targets)) {
    const [platform, arch] = name.split('-') as [keyof typeof systems, string];
    const { stderr, status } = spawnSync('cmake', [`-DDANT_ZIG_TARGET=${zig}`, '-P', script], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    expect(stderr.trim(), name).toBe(`${systems[platform]} ${arch === 'x64' ? 'x86_64' : 'aarch64'}`);
  }
  const unknown = spawnSync('cmake', ['-DDANT_ZIG_TARGET=x86_64-freebsd', '-P', script], { encoding: 'utf8' });
  expect(unknown.stderr).toContain('knows no system called freebsd');
});

describe('a binary for macOS', () => {
  /** A Mach-O file of nothing but load commands, as <mach-o/loader.h> describes them. */
  function machO(called: string, library: string, [major, minor]: [number, number], isSigned: boolean): string {
    const words = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);
    const named = (command: number, text: string) => {
      const name = Buffer.alloc(8 * Math.ceil((text.length + 1) / 8));
      name.write(text);
      return Buffer.concat([words(command, 24 + name.length, 24, 0, 0, 0), name]);
    };
    const commands = [
      named(0xd, called),
      named(0xc, library),
      words(0x32, 24, 1, (major << 16) | (minor << 8), 0, 0),
      ...(isSigned ? [words(0x1d, 16, 0, 0)] : []),
    ];
    const header = words(0xfeedfacf, 0x0100000c, 0, 6, commands.length, Buffer.concat(commands).length, 0, 0);
    const path = join(scratch, 'mac.node');
    writeFileSync(path, Buffer.concat([header, ...commands]));
    return path;
  }
  const problems = (path: string) => ask('check-binary.mjs', `binaryProblems(${JSON.stringify(path)}, 'darwin-arm64')`);

  it('fits if it needs the system alone, is signed and for macOS 11', () => {
    expect(problems(machO('@rpath/dant.node', '/usr/lib/libSystem.B.dylib', [11, 0], true))).toEqual([]);
    expect(problems(machO('/tmp/dant.node', '/opt/homebrew/lib/libomp.dylib', [14, 2], false))).toEqual([
      'needs /opt/homebrew/lib/libomp.dylib, which a system may lack',
      'is called /tmp/dant.node, where it was built',
      'needs macOS 14.2; the newest allowed is 11.0',
      'is not signed',
    ]);
  });
});

describe('a binary that the compiler of this machine made', () => {
  // GCC's library is part of the system that compiled it; others may have an older one.
  it.skipIf(process.platform !== 'linux')('is refused as a prebuilt one: it needs a C++ library', () => {
    const found = ask(
      'check-binary.mjs',
      "binaryProblems('build/Release/dant.node', process.platform + '-' + process.arch)",
    );
    expect(found).toContain('needs libstdc++.so.6, which a system may lack');
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

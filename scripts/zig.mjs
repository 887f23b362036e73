// zig as a C++ compiler for every target: clang, libc++ and each system's headers in one program, which PyPI carries.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const version = '0.17.1';
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, '.zig', version);

/** The program: DANT_ZIG, or the pinned version in .zig/, installed there from PyPI when it is missing. */
export function zigProgram() {
  if (process.env.DANT_ZIG) return process.env.DANT_ZIG;
  const program = join(folder, 'ziglang', process.platform === 'win32' ? 'zig.exe' : 'zig');
  if (!existsSync(program)) {
    const python = process.platform === 'win32' ? 'python' : 'python3';
    execFileSync(
      python,
      [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--no-deps',
        '--disable-pip-version-check',
        '--target',
        folder,
        `ziglang==${version}`,
      ],
      { stdio: ['ignore', 2, 2] },
    );
  }
  return program;
}

/** CMake's options for a target of `targets.mjs`. */
export const zigOptions = ({ zig }) => [
  `-DCMAKE_TOOLCHAIN_FILE=${join(root, 'scripts/zig.cmake')}`,
  `-DDANT_ZIG=${zigProgram()}`,
  `-DDANT_ZIG_TARGET=${zig}`,
  // zig keeps what it has compiled itself; a launcher would not understand its command line.
  '-DCMAKE_CXX_COMPILER_LAUNCHER=',
];

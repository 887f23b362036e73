// Builds one program on top of the C++ core, without Node's headers or an addon, into build-core/.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { includeFolder } from './vendor.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Builds `target` with the CMake options that it needs; returns the program's path. */
export async function buildCore(target, options) {
  const run = (args) => execFileSync('cmake', args, { cwd: root, stdio: ['ignore', 2, 2] });
  const eigen = `-DEIGEN3_INCLUDE_DIR=${await includeFolder('eigen')}`;
  run(['-S', '.', '-B', 'build-core', '-DCMAKE_BUILD_TYPE=Release', eigen, ...options]);
  run(['--build', 'build-core', '--parallel', '2', '--target', target]);
  return join(root, 'build-core', target);
}

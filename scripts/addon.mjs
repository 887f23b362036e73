// Builds the Node addon with CMake from the one build definition, CMakeLists.txt.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { includeFolder } from './vendor.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const packageFolder = (name) => dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));

/**
 * Builds dant.node into `<folder>/Release/`; returns its path.
 * @param folder of the build, absolute
 * @param options further options of CMake
 * @param programs further targets of CMakeLists.txt to build
 */
export async function buildAddon({ folder, options = [], programs = [] }) {
  const release = join(folder, 'Release');
  cmake([
    ...['-S', root, '-B', folder, '-DCMAKE_BUILD_TYPE=Release', '-DDANT_ADDON=ON', `-DDANT_ADDON_FOLDER=${release}`],
    `-DEIGEN3_INCLUDE_DIR=${await includeFolder('eigen')}`,
    `-DNODE_ADDON_API_DIR=${packageFolder('node-addon-api')}`,
    `-DNODE_API_HEADERS_DIR=${packageFolder('node-api-headers')}`,
    // The kernels are written with vectors of Clang and GCC.
    ...(process.platform === 'win32' && options.length === 0 ? ['-T', 'ClangCL'] : []),
    ...options,
  ]);
  const jobs = process.env.CMAKE_BUILD_PARALLEL_LEVEL ?? String(availableParallelism());
  cmake(['--build', folder, '--config', 'Release', '--target', 'dant', ...programs, '--parallel', jobs]);
  return join(release, 'dant.node');
}

function cmake(args) {
  const { status, error } = spawnSync('cmake', args, { stdio: ['ignore', 2, 2] });
  if (error?.code === 'ENOENT') throw new Error('there is no program "cmake" in PATH.');
  if (error) throw error;
  if (status !== 0) throw new Error('see above what CMake found.');
}

// Builds and runs the tests of the C++ core, without Node's headers or an addon. Further arguments go to the tests.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { includeFolder } from './vendor.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (command, args) => execFileSync(command, args, { cwd: root, stdio: 'inherit' });
run('cmake', [
  '-S',
  '.',
  '-B',
  'build-core',
  '-DCMAKE_BUILD_TYPE=Release',
  '-DDANT_CORE_TESTS=ON',
  `-DEIGEN3_INCLUDE_DIR=${await includeFolder('eigen')}`,
  `-DDOCTEST_INCLUDE_DIR=${await includeFolder('doctest')}`,
]);
run('cmake', ['--build', 'build-core', '--parallel', '2']);
run('build-core/dant_core_test', process.argv.slice(2));

// Builds and runs the tests of the C++ core. Further arguments go to the tests.
import { execFileSync } from 'node:child_process';

import { buildCore } from './build-core.mjs';
import { includeFolder } from './vendor.mjs';

const program = await buildCore('dant_core_test', [
  '-DDANT_CORE_TESTS=ON',
  `-DDOCTEST_INCLUDE_DIR=${await includeFolder('doctest')}`,
]);
execFileSync(program, process.argv.slice(2), { stdio: 'inherit' });

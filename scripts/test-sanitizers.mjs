// Builds the core's tests and the addon with AddressSanitizer and UndefinedBehaviorSanitizer into build-sanitize/, and runs
// them: the core's tests, and whole tracking runs and every native function from Node. Needs GCC on Linux.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { includeFolder } from './vendor.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'build-sanitize');
const build = join(folder, 'build');
const modules = createRequire(import.meta.url);
const run = (program, args, env = {}) =>
  execFileSync(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });

run(process.execPath, [
  modules.resolve('cmake-js/bin/cmake-js'),
  'build',
  '--out',
  build,
  '--log-level',
  'warn',
  `--CDEIGEN3_INCLUDE_DIR=${await includeFolder('eigen')}`,
  `--CDDOCTEST_INCLUDE_DIR=${await includeFolder('doctest')}`,
  '--CDDANT_CORE_TESTS=ON',
  '--CDDANT_SANITIZE=ON',
]);

const options = {
  ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=0:exitcode=99:allocator_may_return_null=1',
  UBSAN_OPTIONS: 'print_stacktrace=1',
};
run(join(build, 'Release', 'dant_core_test'), process.argv.slice(2), options);
// Node itself is built without sanitizers: their library must come before everything else.
const library = (name) => execFileSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();
run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'test/native/border.test.ts'], {
  ...options,
  LD_PRELOAD: `${library('libasan.so')} ${library('libubsan.so')} ${library('libstdc++.so.6')}`,
  // Where node-gyp-build looks for build/Release.
  NODE_DANT_PREBUILD: folder,
});

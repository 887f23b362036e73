// Builds the core's tests and the addon with AddressSanitizer and UndefinedBehaviorSanitizer into build-sanitize/, and runs
// them: the core's tests, and whole tracking runs and every native function from Node. Needs GCC on Linux.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { buildAddon } from './addon.mjs';
import { includeFolder } from './vendor.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'build-sanitize');
const build = join(folder, 'build');
const run = (program, args, env = {}) =>
  execFileSync(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });

await buildAddon({
  folder: build,
  options: ['-DDANT_CORE_TESTS=ON', `-DDOCTEST_INCLUDE_DIR=${await includeFolder('doctest')}`, '-DDANT_SANITIZE=ON'],
  programs: ['dant_core_test'],
});

const options = {
  ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=0:exitcode=99:allocator_may_return_null=1',
  UBSAN_OPTIONS: 'print_stacktrace=1',
};
run(join(build, 'dant_core_test'), process.argv.slice(2), options);
// Node itself is built without sanitizers: their library must come before everything else.
const library = (name) => execFileSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();
run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'test/native/border.test.ts'], {
  ...options,
  LD_PRELOAD: `${library('libasan.so')} ${library('libubsan.so')} ${library('libstdc++.so.6')}`,
  // Where node-gyp-build looks for build/Release.
  NODE_DANT_PREBUILD: folder,
});

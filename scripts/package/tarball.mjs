// The tarball as npm publishes it, and variants of it.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { npmProgram } from './npm.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const largestBytes = 12e6;
const needed = [
  ...['dist/index.js', 'dist/index.d.ts', 'dist/cli/main.js', 'vendor/eigen.tar.gz', 'native/core/job/job.cpp'],
  ...[
    'dist/files/hdf5_library.js',
    'dist/report/report_worker.js',
    'dist/report/drawer.min.js',
    'dist/report/page/main.js',
    'CMakeLists.txt',
  ],
  ...['dist/report/page/page.css', 'dist/report/fonts/Inter-Regular.ttf', 'scripts/build-native.mjs', 'LICENSE'],
];
const unwanted = /\.map$|^vendor\/eigen\/|^test\/|\.tsbuildinfo$/;

/**
 * Packs the checkout without the prebuilt binaries that may lie in it, which are of another day. Returns the unpacked
 * folder. Throws if the package lacks something, holds too much or is too large.
 */
export function unpackedPackage(scratch) {
  const pack = join(scratch, 'pack');
  mkdirSync(pack, { recursive: true });
  // What `npm pack` would do first; it would also build the binary for the checkout, which is not part of the package.
  execFileSync(process.execPath, [join(root, 'scripts/vendor.mjs'), '--pack'], { stdio: ['ignore', 'ignore', 2] });
  const options = ['--silent', '--ignore-scripts', '--pack-destination', pack];
  execFileSync(process.execPath, [npmProgram, 'pack', ...options], { cwd: root, stdio: ['ignore', 'ignore', 2] });
  const [tarball] = readdirSync(pack).filter((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['xzf', tarball], { cwd: pack });
  const folder = join(pack, 'package');
  rmSync(join(folder, 'prebuilds'), { recursive: true, force: true });
  const files = filesOf(folder);
  const lacking = needed.filter((path) => !files.some((file) => file.path === path));
  if (lacking.length > 0) throw new Error(`The tarball lacks ${lacking.join(', ')}.`);
  const extra = files.filter(({ path }) => unwanted.test(path));
  if (extra.length > 0)
    throw new Error(`The tarball holds ${extra.length} files that nobody needs, such as ${extra[0].path}.`);
  const bytes = folderBytes(folder);
  if (bytes > largestBytes) {
    throw new Error(`The package takes ${megabytes(bytes)} unpacked; at most ${megabytes(largestBytes)} are wanted.`);
  }
  return folder;
}

/** Makes a tarball of the unpacked package with the binaries given: paths by their places below prebuilds/. */
export function tarballWith(unpacked, prebuilt, path) {
  const prebuilds = join(unpacked, 'prebuilds');
  rmSync(prebuilds, { recursive: true, force: true });
  for (const [place, file] of Object.entries(prebuilt)) {
    mkdirSync(dirname(join(prebuilds, place)), { recursive: true });
    cpSync(file, join(prebuilds, place));
  }
  execFileSync('tar', ['czf', path, 'package'], { cwd: dirname(unpacked) });
  return path;
}

export const folderBytes = (folder) => filesOf(folder).reduce((sum, { bytes }) => sum + bytes, 0);
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { path: path.slice(folder.length + 1), bytes: statSync(path).size };
    });
}

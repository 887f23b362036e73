// The package managers, versions of Node and bundlers that the package is tried with. They come from npm, into the ignored
// folder .package-tools/, once.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { npmProgram, registry } from './npm.mjs';

const folder = fileURLToPath(new URL('../../.package-tools', import.meta.url));
const { dependencies, nodes } = JSON.parse(readFileSync(new URL('tools.json', import.meta.url), 'utf8'));
/** Installs what is not there yet. Rejects with what npm says. */
export function installTools() {
  const wanted = JSON.stringify({
    private: true,
    dependencies: {
      ...dependencies,
      ...Object.fromEntries(
        Object.entries(nodes).map(([major, version]) => [
          `node${major}`,
          `npm:node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}@${version}`,
        ]),
      ),
    },
  });
  const description = join(folder, 'package.json');
  const programs = [
    ...Object.values(nodePrograms),
    webpackModule,
    inTools('pnpm/bin/pnpm.mjs'),
    inTools('yarn/bin/yarn.js'),
  ];
  if (programs.every((path) => existsSync(path)) && readFileSync(description, 'utf8') === wanted) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(description, wanted);
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  execFileSync(process.execPath, [npmProgram, 'install', ...options], { cwd: folder, stdio: 'inherit' });
}

/** The program of each version of Node, by its major version. */
export const nodePrograms = Object.fromEntries(
  Object.keys(nodes).map((major) => [
    major,
    join(folder, 'node_modules', `node${major}`, process.platform === 'win32' ? 'bin/node.exe' : 'bin/node'),
  ]),
);

const inTools = (path) => join(folder, 'node_modules', path);

/** How each package manager installs a tarball: arguments of Node. Caches of their own, so that nothing old is used. */
export const managers = {
  npm: (tarball) => [npmProgram, 'install', '--no-audit', '--no-fund', tarball],
  pnpm: (tarball) => [inTools('pnpm/bin/pnpm.mjs'), 'add', '--store-dir', './store', tarball],
  // Yarn 1 asks its own registry unless it is told otherwise.
  yarn: (tarball) => [
    ...[inTools('yarn/bin/yarn.js'), 'add', '--cache-folder', './cache', '--non-interactive', `file:${tarball}`],
    ...['--registry', registry],
  ],
};

export const webpackModule = inTools('webpack/lib/index.js');

// Uses the package as strangers do: the tarball that npm would publish, installed into empty projects with each package manager
// and version of Node, no compiler in sight; and once built from source.
// Command line: node scripts/check-package.mjs [binary], a prebuilt dant.node for this machine; by default it is built.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { buildAddon } from './addon.mjs';
import { binaryProblems } from './check-binary.mjs';
import { folderBytes, megabytes, tarballWith, unpackedPackage } from './package/tarball.mjs';
import { installTools, managers, nodePrograms } from './package/tools.mjs';
import { tryBundlers } from './package/try-bundlers.mjs';
import { tryMissing } from './package/try-missing.mjs';
import { tryCommand, tryLibrary, tryTypes } from './package/try-use.mjs';
import { User } from './package/user.mjs';
import { ownTarget, targets } from './targets.mjs';
import { zigOptions } from './zig.mjs';

const largestInstalledBytes = 40e6;
const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'dant-package-'));
let passed = 0;
const report = (where, tried) => {
  passed += tried.length;
  console.log(`  ${where}: ${tried.join('; ')}`);
};

try {
  const name = ownTarget();
  if (!name) throw new Error(`There is no target for ${process.platform}-${process.arch} in scripts/targets.mjs.`);
  const target = targets[name];
  const binary = process.argv[2]
    ? resolve(process.argv[2])
    : await buildAddon({ folder: join(root, 'build-prebuilt', name), options: zigOptions(target) });
  const problems = binaryProblems(binary, name);
  if (problems.length > 0) throw new Error(`The prebuilt binary ${problems.join('; ')}.`);
  report(`${name}, ${megabytes(folderBytes(join(binary, '..')))}`, ['needs only what its system has']);

  installTools();
  const unpacked = unpackedPackage(scratch);
  report(`the package, ${megabytes(folderBytes(unpacked))} without binaries`, ['holds what it must, no more']);
  const withBinary = tarballWith(unpacked, { [target.file]: binary }, join(scratch, 'node-dant.tgz'));
  const majors = Object.keys(nodePrograms);
  for (const [at, [manager, install]] of Object.entries(managers).entries()) {
    const user = new User(join(scratch, manager), nodePrograms[majors[at % majors.length]]);
    user.run(install(withBinary));
    if (manager === 'npm') {
      const bytes = folderBytes(join(user.folder, 'node_modules'));
      if (bytes > largestInstalledBytes) throw new Error(`It takes ${megabytes(bytes)} installed; 40 MB are the most.`);
      report(`npm, ${megabytes(bytes)} installed`, ['is small enough']);
      report('npm', [...tryTypes(user), ...tryBundlers(user)]);
    }
    for (const major of majors) {
      user.node = nodePrograms[major];
      report(`${manager}, Node ${major}`, [...tryLibrary(user), ...(major === majors[at] ? tryCommand(user) : [])]);
    }
  }

  const without = tarballWith(unpacked, {}, join(scratch, 'node-dant-source.tgz'));
  const user = new User(join(scratch, 'source'), process.execPath);
  user.run(managers.npm(without));
  const { tried, script } = tryMissing(user);
  report('no binary', tried);
  // Windows has no compiler that the runners of this check have set up.
  if (process.platform !== 'win32') {
    const built = user.attempt([script], { compilers: true });
    if (built.status !== 0) throw new Error(`The build from source failed:\n${built.output}`);
    report('built from source', [...tryLibrary(user), ...tryCommand(user)]);
  }
  console.log(`The package: ${passed} uses tried, all work.`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

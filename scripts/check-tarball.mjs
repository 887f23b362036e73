// Checks the tarball that is to be published: a binary for every target, each of the right kind and asking for nothing that its
// system may lack. Command line: node scripts/check-tarball.mjs node-dant-<version>.tgz
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { binaryProblems } from './check-binary.mjs';
import { targets } from './targets.mjs';

const [tarball] = process.argv.slice(2);
if (!tarball) {
  console.error('Expected the path of a tarball: node scripts/check-tarball.mjs node-dant-<version>.tgz');
  process.exit(2);
}
const scratch = mkdtempSync(join(tmpdir(), 'dant-tarball-'));
try {
  execFileSync('tar', ['xzf', tarball, '-C', scratch]);
  const problems = Object.entries(targets).flatMap(([name, { file }]) => {
    const path = join(scratch, 'package/prebuilds', file);
    return existsSync(path)
      ? binaryProblems(path, name).map((problem) => `${file} ${problem}`)
      : [`${file} is missing`];
  });
  if (problems.length > 0) {
    console.error(`${tarball} cannot be published:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    process.exitCode = 1;
  } else console.log(`${tarball} has a fitting binary for ${Object.keys(targets).join(', ')}.`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

// Builds binaries for other machines into prebuilds/, where node-gyp-build finds them, and checks what they need there.
// Command line: node scripts/prebuild.mjs [target …], by default the machine's own; "all" for each of scripts/targets.mjs.
import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { buildAddon } from './addon.mjs';
import { binaryProblems } from './check-binary.mjs';
import { ownTarget, targets } from './targets.mjs';
import { zigOptions } from './zig.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const asked = process.argv.slice(2);
const names = asked.includes('all') ? Object.keys(targets) : asked.length > 0 ? asked : [ownTarget()];
const unknown = names.filter((name) => !Object.hasOwn(targets, name));
if (unknown.length > 0) {
  console.error(`No target is called ${unknown.join(', ')}; there are ${Object.keys(targets).join(', ')}.`);
  process.exit(2);
}

for (const name of names) {
  const target = targets[name];
  const built = await buildAddon({ folder: join(root, 'build-prebuilt', name), options: zigOptions(target) });
  const place = join(root, 'prebuilds', target.file);
  mkdirSync(dirname(place), { recursive: true });
  copyFileSync(built, place);
  const problems = binaryProblems(place, name);
  if (problems.length > 0) {
    console.error(`prebuilds/${target.file}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    process.exitCode = 1;
  } else {
    console.log(`prebuilds/${target.file}: ${(statSync(place).size / 1e6).toFixed(1)} MB, fits ${name}`);
  }
}

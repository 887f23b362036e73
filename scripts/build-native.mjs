// Builds build/Release/dant.node with cmake-js from the one build definition, CMakeLists.txt.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { includeFolder } from './vendor.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const cmakeJs = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js');
const eigen = await includeFolder('eigen');
execFileSync(process.execPath, [cmakeJs, 'build', '--log-level', 'warn', `--CDEIGEN3_INCLUDE_DIR=${eigen}`], {
  cwd: root,
  stdio: 'inherit',
});

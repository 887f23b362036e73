// Builds build/Release/dant.node for the machine at hand: in a checkout, and where no prebuilt binary fits.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { buildAddon } from './addon.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
try {
  const built = await buildAddon({ folder: join(root, 'build') });
  createRequire(import.meta.url)(built);
  console.log(`Built ${built}.`);
} catch (error) {
  console.error(
    `The native part of node-dant could not be built: ${error.message}\n` +
      'It needs a C++20 compiler (GCC 11, Clang 14 or newer) and CMake 3.18 or newer:\n' +
      '  Debian, Ubuntu   sudo apt-get install g++ cmake make\n' +
      '  Fedora           sudo dnf install gcc-c++ cmake make\n' +
      '  macOS            xcode-select --install && brew install cmake\n' +
      '  Windows          Visual Studio Build Tools with the C++ Clang tools, and CMake',
  );
  process.exitCode = 1;
}

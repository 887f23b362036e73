// npm's install step: use the prebuilt binary if one fits this machine, else build from source.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const fromSource =
  process.env.npm_config_build_from_source === 'true' || !existsSync(new URL('../prebuilds', import.meta.url));

function prebuiltFits() {
  try {
    createRequire(import.meta.url)('node-gyp-build')(root);
    return true;
  } catch {
    return false;
  }
}

if (fromSource || !prebuiltFits()) {
  try {
    await import('./build-native.mjs');
  } catch (error) {
    console.error(
      `\nnode-dant found no prebuilt binary for ${process.platform}-${process.arch} and could not build one:\n` +
        `  ${error.message}\n` +
        'A build needs a C++20 compiler (GCC 11, Clang 14 or newer) and CMake 3.18 or newer.\n' +
        '  Debian, Ubuntu: sudo apt-get install g++ cmake\n' +
        '  macOS: xcode-select --install && brew install cmake\n' +
        '  Windows: Visual Studio Build Tools with the C++ Clang tools, and CMake\n',
    );
    process.exit(1);
  }
}

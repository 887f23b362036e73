import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { DantError } from '../errors.js';
import type { NativeAddon } from './native.js';

// Two levels up both from lib/native and from dist/native.
const root = fileURLToPath(new URL('../..', import.meta.url));

function load(): NativeAddon {
  const nodeGypBuild = createRequire(import.meta.url)('node-gyp-build') as (folder: string) => NativeAddon;
  try {
    return nodeGypBuild(root);
  } catch (error) {
    throw new DantError(
      'DANT_NATIVE',
      `The native part of node-dant could not be loaded for ${process.platform}-${process.arch}, Node ${process.version}: ` +
        `${(error as Error).message}\nIf npm ran with --ignore-scripts, run "npm rebuild node-dant"; ` +
        'to build it from source, have a C++20 compiler and CMake and run "npm rebuild node-dant --build-from-source".',
      { cause: error },
    );
  }
}

export const addon = load();

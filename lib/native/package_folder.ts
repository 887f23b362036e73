import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { DantError } from '../errors.js';

interface PackageDescription {
  name: string;
  version: string;
}

/** Reads package.json, two levels up both from lib/native and from dist/native, and from the bundle in dist/cli. */
function find(): { folder: string; version: string } {
  let found: PackageDescription | undefined;
  try {
    found = createRequire(import.meta.url)('../../package.json') as PackageDescription;
  } catch {
    // Told below.
  }
  if (found?.name !== 'node-dant') {
    throw new DantError(
      'DANT_NATIVE',
      'The files of node-dant are not where this code was loaded from: a bundler put it into another file. ' +
        'The package has a native part and threads of its own; leave it out of the bundle and beside it, in node_modules: ' +
        'for esbuild --external:node-dant, for webpack externals: { "node-dant": "node-commonjs node-dant" }, for Vite and ' +
        'Rollup external: ["node-dant"].',
    );
  }
  return { folder: fileURLToPath(new URL('../..', import.meta.url)), version: found.version };
}

const { folder, version } = find();

/** The folder that holds this package's package.json. */
export const packageFolder = folder;
/** The version of this package. */
export const packageVersion = version;

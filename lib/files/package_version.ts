import { createRequire } from 'node:module';

// Two levels up both from lib/files and from dist/files, and from the bundle in dist/cli.
const description = createRequire(import.meta.url)('../../package.json') as { version: string };

/** The version of this package. */
export const packageVersion = description.version;

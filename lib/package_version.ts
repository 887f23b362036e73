import { createRequire } from 'node:module';

/** The version of this package. package.json lies one level up both from lib/ and from dist/. */
export const packageVersion = (createRequire(import.meta.url)('../package.json') as { version: string }).version;

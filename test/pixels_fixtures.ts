import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Sessions of a `pixels` experiment, made by others, with expected values; see its README. */
export const fixtures = fileURLToPath(new URL('../../shared/fixtures/pixels', import.meta.url));
export const haveFixtures = existsSync(fixtures);

import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

import { DantError } from '../errors.js';

/**
 * Files that a command line names for its sessions: one for each, in their order, or one name that is looked for in every
 * session's folders. Undefined: a session has no such file, which only some may lack. Throws DANT_DATA.
 * @param flag As messages call it, such as --events
 * @param folders Of each session, where to look
 */
export function filesOfSessions(
  flag: string,
  files: readonly string[],
  folders: readonly (readonly string[])[],
): (string | undefined)[] {
  const sessions = folders.length;
  if (files.length === sessions && files.every((file) => existsSync(file))) return files.map((file) => resolve(file));
  const [name] = files as [string];
  if (files.length === 1 && (sessions > 1 || basename(name) === name)) {
    const found = folders.map((places) =>
      places.map((place) => resolve(join(place, name))).find((path) => existsSync(path)),
    );
    if (found.some((path) => path !== undefined)) return found;
    throw new DantError(
      'DANT_DATA',
      `${flag} ${name}: expected a file of this name in the folder of each session, or one ${flag} for each of the ${sessions} sessions, but no session has such a file.`,
    );
  }
  const absent = files.find((file) => !existsSync(file));
  throw new DantError(
    'DANT_DATA',
    files.length === sessions
      ? `${flag} ${absent!}: there is no such file.`
      : `${flag}: expected one file for each of the ${sessions} sessions, in their order, or one name that is in the folder of each, but found ${files.length} files.`,
  );
}

import { homedir } from 'node:os';
import { resolve, sep } from 'node:path';

import { DantError } from '../errors.js';

/**
 * The absolute form of a path of any system: both separators are understood, except in an absolute POSIX path. A "~" in
 * front of everything else is the home folder, as in a shell.
 * @throws DANT_SETTINGS for a path with a Windows drive or server on another system.
 */
export function resolvePath(path: string, folder: string): string {
  if (/^~(?=$|[\\/])/.test(path)) return resolvePath(`.${path.slice(1)}`, homedir());
  if (sep === '\\' || path.startsWith('/')) return resolve(folder, path);
  if (/^([a-z]:[\\/]|\\\\)/i.test(path)) {
    throw new DantError(
      'DANT_SETTINGS',
      `Expected a path of this machine, found the Windows path "${path}". ` +
        'Write where it is here; a path relative to the settings file works on every machine.',
    );
  }
  return resolve(folder, path.replaceAll('\\', '/'));
}

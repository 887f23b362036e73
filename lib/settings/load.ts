import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { requireText, requireTexts } from '../arguments.js';
import { DantError } from '../errors.js';
import { decodeText } from '../text.js';
import type { CheckedSettings } from './complete.js';
import { parseSettings } from './parse.js';
import { resolveSettings } from './paths.js';

/**
 * Reads a settings file.
 * @param path The file, or a folder that holds a settings.json.
 * @param assignments Settings of the command line, "clustering.max_distance=80".
 * @returns The checked settings with absolute paths, and the file that was read.
 * @throws DANT_SETTINGS
 */
export async function loadSettings(
  path: string,
  assignments: readonly string[] = [],
): Promise<CheckedSettings & { file: string }> {
  requireText('path', path);
  requireTexts('assignments', assignments);
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const file = resolve(isFolder ? join(path, 'settings.json') : path);
  let text: string | undefined;
  try {
    text = decodeText(await readFile(file));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new DantError(
      'DANT_SETTINGS',
      code === 'ENOENT'
        ? `There is no settings file ${file}. "dant init ${dirname(file)}" writes one.`
        : `The settings file ${file} could not be read: ${message}.`,
      { cause: error },
    );
  }
  if (text === undefined) {
    throw new DantError(
      'DANT_SETTINGS',
      `${file} is no text. Expected a settings file, JSON in UTF-8, or a folder that holds a settings.json.`,
    );
  }
  const { settings, warnings } = parseSettings(text, basename(file), assignments);
  return { settings: resolveSettings(settings, dirname(file)), warnings, file };
}

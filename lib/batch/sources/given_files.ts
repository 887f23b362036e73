import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

import { systemFileError } from '../../files/file_error.js';
import type { ImportControl, ImportSummary } from '../../import/import_sessions.js';
import type { ImportOptions } from '../../import/options.js';
import { forEachSession } from './files.js';
import type { InputFile, SourceKind } from './source.js';

/** What may be said besides the files, as the flags of the command that imports them. */
const choices = {
  waveform_unit: z.enum(['uV', 'V']),
  times_unit: z.enum(['s', 'ms']),
  label_column: z.string(),
  trials: z.string(),
  trial_condition: z.string(),
  uv_per_bit: z.number().positive(),
};
type Choice = keyof typeof choices;
type Given = { files: string[] } & Partial<Record<Choice, string | number>>;
type Import = (
  paths: readonly string[],
  output: string,
  options: ImportOptions,
  control: ImportControl,
) => Promise<ImportSummary>;

/**
 * A list of files or folders, one for each session in order of time, or an object with such a list, `files`, and choices.
 * @param about What they are
 * @param importFiles Takes the choices as options, in camel case
 */
export function givenFilesKind(about: string, importFiles: Import, ...allowed: Choice[]): SourceKind<Given> {
  const own = Object.fromEntries(allowed.map((key) => [key, choices[key].optional()]));
  const list = z.array(z.string()).min(1);
  return {
    about,
    schema: z.union([
      list.transform((files) => ({ files })),
      z.strictObject({ files: list, ...own }) as unknown as z.ZodType<Given>,
    ]),
    open({ files, ...chosen }, { from }) {
      const paths = files.map(from);
      const options = Object.fromEntries(Object.entries(chosen).map(([key, value]) => [camelCase(key), value]));
      return {
        description: { paths, ...options },
        parts: paths,
        files: async () => (await forEachSession(paths, filesOf)).flat(),
        import: (output, general, control) => importFiles(paths, output, { ...general, ...options }, control),
      };
    },
  };
}

const camelCase = (key: string) => key.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** The file itself, or all in a folder: these can be thousands, and their sizes and times must do. */
async function filesOf(path: string): Promise<InputFile[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [{ path, hasHeader: true }];
    const found = await readdir(path, { recursive: true, withFileTypes: true });
    return found
      .filter((entry) => entry.isFile())
      .map((entry) => ({ path: join(entry.parentPath, entry.name), hasHeader: false }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  } catch (error) {
    throw systemFileError(path, error);
  }
}

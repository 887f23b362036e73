import { DantError } from '../errors.js';
import { fileError } from '../files/file_error.js';
import { importBombcell } from './bombcell/import_bombcell.js';
import { importIbl } from './ibl/import_ibl.js';
import { importSessions, type ImportControl, type ImportSummary } from './import_sessions.js';
import { importMatlab } from './matlab/import_matlab.js';
import { importNwb } from './nwb/import_nwb.js';
import type { ImportOptions } from './options.js';
import { recognise, type Recognised, type SessionForm } from './recognise.js';
import { readSessionsFile } from './sessions_file.js';
import { importAnalyzers } from './sorting_analyzer/import_analyzers.js';

/** Sessions of one form, and what each of them is. */
export interface RecognisedSessions {
  form: SessionForm;
  paths: string[];
  /** Of a ONE cache */
  subject?: string | undefined;
  seen: { path: string; description: string }[];
}

/** Tells what files and folders are, which are imported together. Rejects with DANT_DATA if they are of several forms. */
export async function recogniseAll(paths: readonly string[]): Promise<RecognisedSessions> {
  const found = [];
  for (const path of paths) found.push({ path, ...(await recognise(path)) });
  const seen = found.map(({ path, description }) => ({ path, description }));
  const [form, ...others] = new Set(found.map((item) => item.form));
  if (form === 'ibl' && others.length === 0) return { form, ...onlySubject(found), seen };
  if (form !== undefined && others.length === 0) {
    return { form, paths: found.flatMap((item) => item.paths), seen };
  }
  const list = seen.map(({ path, description }) => `${path} is ${description}`);
  throw new DantError('DANT_DATA', `Sessions of one data folder must be of one form, but ${list.join('; ')}.`);
}

/** A ONE cache holds all sessions of its subjects. */
function onlySubject(caches: readonly Recognised[]): { paths: string[]; subject: string } {
  const [{ paths, description, subjects = [] }, ...others] = caches as [Recognised, ...Recognised[]];
  const [path] = paths as [string];
  const [subject, ...more] = subjects;
  if (others.length > 0) {
    throw fileError(
      path,
      `this is ${description}. Give one folder, that of the cache, which holds all sessions of a subject.`,
    );
  }
  if (subject !== undefined && more.length === 0) return { paths, subject };
  throw fileError(path, `this is ${description}. Say of which subject: dant import ibl ${path} --subject …`);
}

/** Imports what was recognised, with the defaults of its form. */
export async function importRecognised(
  { form, paths, subject }: RecognisedSessions,
  output: string,
  options: ImportOptions,
  control: ImportControl,
): Promise<ImportSummary> {
  if (form === 'ibl') return importIbl(paths[0]!, { ...options, subject: subject! }, output, control);
  if (form !== 'kilosort') return importers[form](paths, output, options, control);
  const sources = [];
  for (const path of paths) {
    if (/\.(ya?ml|json)$/i.test(path)) sources.push(...(await readSessionsFile(path)));
    else sources.push({ folder: path });
  }
  return importSessions(sources, output, options, control);
}

const importers = { nwb: importNwb, spikeinterface: importAnalyzers, bombcell: importBombcell, matlab: importMatlab };

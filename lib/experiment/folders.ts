import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

import { allowText, requireOptions, requireText, requireTexts } from '../arguments.js';
import { argumentError, DantError } from '../errors.js';
import { fileError, systemFileError } from '../files/file_error.js';
import { defaultSessionPattern, parseDate } from './file_names.js';
import { readMetadata } from './metadata.js';
import { groupRecordings } from './recordings.js';
import { scanFiles } from './scan_files.js';
import type { Experiment, Session, SessionMetadata } from './session.js';

export interface ExperimentOptions {
  /** Only these, by their whole IDs. Default: all */
  mice?: readonly string[] | undefined;
  /** Folder with `<mouse>.json`. If given, only sessions whose date has an entry are taken. */
  metadata?: string | undefined;
  /** Default: `interim` in the experiment's folder */
  interim?: string | undefined;
  /** How dates are written at the beginning of sessions' names: YYYY or YY, MM, DD. Default: YYMMDD */
  dateFormat?: string | undefined;
  /** With groups named `date` and `mouse`. Default: the first two parts between `_` */
  sessionPattern?: RegExp | undefined;
}

/**
 * Looks at an experiment: which sessions, recordings and files there are. Reads names only, and metadata; makes nothing.
 * @param folder Holds `raw` with a folder for each session
 * @throws DANT_DATA if there is no such folder, or a metadata file cannot be read; DANT_ARGUMENT for a pattern without groups.
 */
export async function openExperiment(folder: string, options: ExperimentOptions = {}): Promise<Experiment> {
  requireText('folder', folder);
  options = requireOptions('options', options);
  const { mice, dateFormat = 'YYMMDD', sessionPattern = defaultSessionPattern } = options;
  checkOptions({ ...options, dateFormat, sessionPattern });
  const data = resolve(withHome(folder));
  const raw = join(data, 'raw');
  const interim = options.interim === undefined ? join(data, 'interim') : resolve(withHome(options.interim));
  const metadata = options.metadata === undefined ? undefined : resolve(withHome(options.metadata));
  await mustBeFolder(data, 'the folder of an experiment');
  await mustBeFolder(raw, 'the folder with a folder for each session');
  if (metadata !== undefined) await mustBeFolder(metadata, 'the folder with a JSON file for each mouse');
  const findings: string[] = [];
  // What a pattern remembers of the name before must not tell.
  const pattern = new RegExp(sessionPattern.source, sessionPattern.flags.replace(/[gy]/g, ''));
  const named = (await readdir(raw, { withFileTypes: true })).flatMap((entry) => {
    const { date, mouse } = pattern.exec(entry.name)?.groups ?? {};
    if (!entry.isDirectory() || entry.name.startsWith('.') || mouse === undefined) return [];
    return [{ name: entry.name, mouse, date: parseDate(date ?? '', dateFormat) }];
  });
  // Without regard to the language of the computer
  named.sort((a, b) => (a.name < b.name ? -1 : 1));
  const wanted = mice ?? [...new Set(named.map(({ mouse }) => mouse))].sort();
  const chosen: Omit<Session, 'recordings' | 'findings' | keyof Places>[] = [];
  for (const mouse of wanted) {
    const own = named.filter((session) => session.mouse === mouse);
    if (own.length === 0) findings.push(missingMouse(mouse, raw, named));
    if (metadata === undefined) {
      chosen.push(...own.map((session) => ({ ...session, metadata: [] })));
      continue;
    }
    const entries = await readMetadata(metadata, mouse);
    if (entries === undefined) {
      findings.push(`there is no ${join(metadata, `${mouse}.json`)}: no session of ${mouse} is used.`);
    } else chosen.push(...withMetadata(own, entries, mouse, dateFormat, findings));
  }
  const sessions: Session[] = [];
  for (const session of chosen.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const places = placesOf(session.name, { raw, interim, processed: join(data, 'processed') });
    const files = await scanFiles(places);
    const grouped = groupRecordings(files, session.name, places.processed);
    if (grouped.recordings.length === 0) grouped.findings.unshift('there is no recording of SpikeGLX.');
    sessions.push({ ...session, ...places, ...grouped });
  }
  if (sessions.length === 0 && findings.length === 0) {
    findings.push(`${raw} has no folder of a session (such as 210131_mouse1).`);
  }
  return { folder: data, sessions, findings };
}

function checkOptions({ mice, metadata, interim, dateFormat, sessionPattern }: ExperimentOptions): void {
  if (mice !== undefined) requireTexts('mice', mice);
  for (const [name, value] of Object.entries({ metadata, interim, dateFormat })) allowText(name, value);
  const parts = dateFormat!.match(/YYYY|YY|MM|DD/g) ?? [];
  if (!/^DD,MM,(YY)?YY$/.test([...parts].sort().join(','))) {
    throw argumentError('dateFormat', 'YYYY or YY, MM and DD, such as YYMMDD,', dateFormat);
  }
  if (!(sessionPattern instanceof RegExp) || !sessionPattern.source.includes('(?<mouse>')) {
    throw argumentError('sessionPattern', 'a pattern with a group named mouse', sessionPattern);
  }
}

interface Places {
  raw: string;
  interim: string;
  processed: string;
}

const placesOf = (name: string, { raw, interim, processed }: Places): Places => ({
  raw: join(raw, name),
  interim: join(interim, name),
  processed: join(processed, name),
});

/** The session of that name. Throws DANT_ARGUMENT if there is none. */
export function sessionByName({ sessions }: Experiment, name: string): Session {
  const session = sessions.find((one) => one.name === name);
  if (session) return session;
  const names = sessions.map((one) => one.name).join(', ') || 'none';
  throw new DantError('DANT_ARGUMENT', `There is no session called ${name}. The sessions are: ${names}.`);
}

function missingMouse(mouse: string, raw: string, named: readonly { mouse: string }[]): string {
  const others = [...new Set(named.map((session) => session.mouse))].sort();
  const known = others.length === 0 ? 'There are none at all.' : `There are sessions of ${others.join(', ')}.`;
  return `${raw} has no session of the mouse ${mouse}. ${known}`;
}

/** The sessions whose dates have entries, with these. */
function withMetadata<Named extends { name: string; date: string | undefined }>(
  sessions: readonly Named[],
  entries: readonly SessionMetadata[],
  mouse: string,
  dateFormat: string,
  findings: string[],
): (Named & { metadata: SessionMetadata[] })[] {
  return sessions.flatMap((session) => {
    const { name, date } = session;
    if (date === undefined) {
      findings.push(
        `${name} does not begin with a date (${dateFormat}), by which its metadata would be found: left out.`,
      );
      return [];
    }
    const own = entries.filter((entry) => entry.date === date);
    if (own.length === 0) return [];
    const sameDate = sessions.filter((other) => other.date === date);
    if (sameDate.length > 1) {
      findings.push(
        `${sameDate.map((other) => other.name).join(' and ')} have the same date: which entry of ${mouse}.json belongs to ${name} cannot be told, so it is left out. ` +
          'Leave one of the folders in raw, or work without metadata.',
      );
      return [];
    }
    return [{ ...session, metadata: own }];
  });
}

/** ~ is the home folder, as in a shell. */
const withHome = (path: string) => (/^~(?=$|[\\/])/.test(path) ? join(homedir(), path.slice(1)) : path);

async function mustBeFolder(path: string, what: string): Promise<void> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw systemFileError(path, error);
    throw fileError(path, `there is no such folder; expected ${what}.`, error);
  }
  if (!isFolder) throw fileError(path, `this is a file; expected ${what}.`);
}

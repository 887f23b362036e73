import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';

import { DantError } from '../errors.js';
import { importSessions } from '../import/import_sessions.js';
import type { SessionSource } from '../import/options.js';
import { writeSessionsFile } from '../import/sessions_template.js';
import { readSessionsFile } from '../import/sessions_file.js';
import { count } from './count.js';
import { Group } from './group.js';
import { addImportOptions } from './import_options.js';
import { interruptSignal } from './interrupt.js';
import { progressBar } from './progress.js';
import { quoted } from './quoted.js';
import { addSessionOptions, sessionNotes, type ImportFlags } from './session_options.js';

/** `dant import`: makes a data folder from what spike sorters left. */
export function importCommand(): Command {
  const group = new Group('import').description('Make a data folder from sorted sessions and their raw recordings.');
  group.addCommand(kilosortCommand());
  group.addCommand(initCommand());
  return group;
}

function kilosortCommand(): Command {
  const command = new Command('kilosort')
    .description('From folders of Kilosort 2 to 4, with or without phy.')
    .argument('<session...>', 'folders in order of time, or one file that lists them');
  return addSessionOptions(addImportOptions(command))
    .addHelpText('after', sessionNotes)
    .action(async (sessions: string[], { output, splitAt, ...options }: ImportFlags) => {
      const { text, folders } = await importText(
        await sourcesOf(sessions, splitAt),
        output,
        options,
        interruptSignal(),
      );
      const next = folders.flatMap((folder) => [
        `  dant run ${quoted(folder)}`,
        `  dant export phy ${quoted(join(folder, 'DANT_Output'))}`,
      ]);
      console.log([text, 'Next:', ...next].join('\n'));
    });
}

function initCommand(): Command {
  return new Command('init')
    .description('Write a file that lists the sorted sessions below a folder, for "dant import kilosort".')
    .argument('[folder]', 'where to look', '.')
    .option('-o, --output <file>', 'the file to write; default: sessions.yaml in that folder')
    .addHelpText('after', '\nA file that is there is never touched.')
    .action(async (folder: string, { output = join(folder, 'sessions.yaml') }: { output?: string }) => {
      const { sessions, withoutRecording } = await writeSessionsFile(folder, output);
      console.log(
        [
          `Wrote ${output} with ${sessions} sessions${withoutRecording > 0 ? `; the recording of ${withoutRecording} was not found` : ''}.`,
          'Put them in order of time, then:',
          `  dant import kilosort ${quoted(output)} --output mydata`,
        ].join('\n'),
      );
    });
}

/** The sessions that a command line names. */
export async function sourcesOf(sessions: readonly string[], splitAt?: number[] | 'files'): Promise<SessionSource[]> {
  const [first] = sessions as [string];
  const isFile = sessions.length === 1 && (statSync(first, { throwIfNoEntry: false })?.isFile() ?? false);
  const sources = isFile ? await readSessionsFile(first) : sessions.map((folder) => ({ folder }));
  if (splitAt === undefined) return sources;
  if (sources.length === 1) return [{ ...sources[0]!, splitAt }];
  throw new DantError(
    'DANT_ARGUMENT',
    `--split-at: expected one folder that holds the sorting of several sessions, but there are ${sources.length}. ` +
      'Write split_at into a file of sessions ("dant import init").',
  );
}

/** Imports with a bar in a terminal and with warnings; returns what to tell, and the data folders. */
export async function importText(
  sources: readonly SessionSource[],
  output: string,
  { regions, labelTable, ...options }: Omit<ImportFlags, 'output' | 'splitAt'>,
  signal: AbortSignal,
): Promise<{ text: string; folders: string[] }> {
  const { stderr } = process;
  const start = performance.now();
  const clear = () => {
    if (stderr.isTTY) stderr.write('\r\x1b[2K');
  };
  const onProgress = ({ session, sessions, fraction }: { session: number; sessions: number; fraction: number }) => {
    if (!stderr.isTTY) return;
    const seconds = (performance.now() - start) / 1000;
    const bar = progressBar(`Session ${session} of ${sessions}`, `${seconds.toFixed(1)} s`, fraction, seconds);
    clear();
    stderr.write(bar.slice(0, stderr.columns - 1));
  };
  try {
    const { warnings, dataSets } = await importSessions(
      sources,
      output,
      { ...options, labelTables: labelTable, regionTable: regions && resolve(regions) },
      { signal, onProgress },
    );
    clear();
    for (const warning of warnings) console.error(`Warning: ${warning}`);
    const lines = dataSets.map(({ folder, units, unitsPerSession, channels }) => {
      const sessions = count(unitsPerSession.filter((number) => number > 0).length, 'session');
      return `Imported ${count(units, 'unit')} of ${sessions} (${unitsPerSession.join(', ')}), ${count(channels, 'channel')}, to ${folder}.`;
    });
    if (dataSets.some(({ folder }) => existsSync(join(folder, 'peth.npy')))) {
      lines.push(
        'There is a peth.npy: add PETH to matching.features in settings.json if the responses to events should count.',
      );
    }
    return { text: lines.join('\n'), folders: dataSets.map(({ folder }) => folder) };
  } finally {
    clear();
  }
}

import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';

import { DantError } from '../errors.js';
import { importSessions } from '../import/import_sessions.js';
import type { SessionSource } from '../import/options.js';
import { writeSessionsFile } from '../import/sessions_template.js';
import { readSessionsFile } from '../import/sessions_file.js';
import { Group } from './group.js';
import { autoCommand } from './import_auto.js';
import { withBar } from './import_bar.js';
import { bombcellCommand } from './import_bombcell.js';
import { importIblCommand } from './import_ibl.js';
import { matlabCommand } from './import_matlab.js';
import { nwbCommand } from './import_nwb.js';
import { addImportOptions } from './import_options.js';
import { spikeinterfaceCommand } from './import_spikeinterface.js';
import { interruptSignal } from './interrupt.js';
import { quoted } from './quoted.js';
import { addSessionOptions, sessionNotes, type ImportFlags } from './session_options.js';

/** `dant import`: makes a data folder from what spike sorters left. */
export function importCommand(): Command {
  const group = new Group('import').description('Make a data folder from sorted sessions and their raw recordings.');
  group.addCommand(kilosortCommand());
  group.addCommand(nwbCommand());
  group.addCommand(spikeinterfaceCommand());
  group.addCommand(importIblCommand());
  group.addCommand(bombcellCommand());
  group.addCommand(matlabCommand());
  group.addCommand(autoCommand());
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
  return withBar((onProgress) =>
    importSessions(
      sources,
      output,
      { ...options, labelTables: labelTable, regionTable: regions && resolve(regions) },
      { signal, onProgress },
    ),
  );
}

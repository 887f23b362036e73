import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';

import { importSessions } from '../import/import_sessions.js';
import type { ImportOptions, SessionSource } from '../import/options.js';
import { writeSessionsFile } from '../import/sessions_template.js';
import { readSessionsFile } from '../import/sessions_file.js';
import { Group } from './group.js';
import { importIblCommand } from './import_ibl.js';
import { addImportOptions, withBar } from './import_options.js';
import { interruptSignal } from './interrupt.js';
import { quoted } from './quoted.js';

/** `dant import`: makes a data folder from what spike sorters left. */
export function importCommand(): Command {
  const group = new Group('import').description('Make a data folder from sorted sessions and their raw recordings.');
  group.addCommand(kilosortCommand());
  group.addCommand(importIblCommand());
  group.addCommand(initCommand());
  return group;
}

function kilosortCommand(): Command {
  const command = new Command('kilosort')
    .description('From folders of Kilosort 2 to 4, with or without phy.')
    .argument('<session...>', 'folders in order of time, or one file that lists them');
  return addImportOptions(command)
    .addHelpText('after', sessionNotes)
    .action(async (sessions: string[], { output, ...options }: ImportOptions & { output: string }) => {
      const lines = await importText(await sourcesOf(sessions), output, options, interruptSignal());
      console.log([...lines, 'Next:', `  dant check ${quoted(output)}`, `  dant run ${quoted(output)}`].join('\n'));
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

export const sessionNotes = `
A session is the folder of the sorter, or one that holds it and the recording. The recording (.ap.bin or .ap.cbin of
SpikeGLX, with its .meta) is the one that params.py names, or one of the same name, or the only one there.

A file that lists sessions (YAML or JSON; paths are relative to it):
  sessions:
    - day1/kilosort4
    - folder: day2/kilosort4
      recording: /archive/day2/run_g0_t0.imec0.ap.bin    # or a list of files in sequence
      labels: day2/my_labels.csv                         # cluster_id and label, instead of those of phy and Kilosort
    - folder: day3/kilosort4
      recording: day3/raw.dat
      uv_per_bit: 0.195                                  # where there is no .meta`;

/** The sessions that a command line names. */
export async function sourcesOf(sessions: readonly string[]): Promise<SessionSource[]> {
  const [first] = sessions as [string];
  const isFile = sessions.length === 1 && (statSync(first, { throwIfNoEntry: false })?.isFile() ?? false);
  return isFile ? readSessionsFile(first) : sessions.map((folder) => ({ folder }));
}

/** Imports with a bar in a terminal and with warnings; returns what to tell. */
export async function importText(
  sources: readonly SessionSource[],
  output: string,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<string[]> {
  return withBar(sources.length, output, (onProgress) =>
    importSessions(sources, output, options, { signal, onProgress }),
  );
}

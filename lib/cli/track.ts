import { Command } from 'commander';

import { importText, sourcesOf } from './import.js';
import { addImportOptions } from './import_options.js';
import { addSessionOptions, sessionNotes, type ImportFlags } from './session_options.js';
import { interruptSignal } from './interrupt.js';
import { quoted } from './quoted.js';
import { trackFolder } from './track_folder.js';

/** `dant track`: imports sorted sessions and tracks them. */
export function trackCommand(): Command {
  const command = new Command('track')
    .description(
      'Import sorted sessions of Kilosort or phy and track their neurons: "dant import kilosort" and "dant run".',
    )
    .argument('<session...>', 'folders in order of time, or one file that lists them');
  return addSessionOptions(addImportOptions(command))
    .addHelpText('after', sessionNotes)
    .action(async (sessions: string[], { output, splitAt, ...options }: ImportFlags) => {
      const signal = interruptSignal();
      const { text, folders } = await importText(await sourcesOf(sessions, splitAt), output, options, signal);
      console.log(text);
      for (const folder of folders) {
        const outcome = await trackFolder(folder, signal);
        console.log(`Next:\n  dant export phy ${quoted(outcome.folder)}`);
      }
    });
}

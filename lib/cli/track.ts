import { Command } from 'commander';

import type { ImportOptions } from '../import/options.js';
import { runTracking } from '../run/run.js';
import { loadSettings } from '../settings/index.js';
import { importText, sessionNotes, sourcesOf } from './import.js';
import { addImportOptions } from './import_options.js';
import { interruptSignal } from './interrupt.js';
import { progressLines } from './progress.js';
import { summaryText } from './summary.js';

/** `dant track`: imports sorted sessions and tracks them. */
export function trackCommand(): Command {
  const command = new Command('track')
    .description(
      'Import sorted sessions of Kilosort or phy and track their neurons: "dant import kilosort" and "dant run".',
    )
    .argument('<session...>', 'folders in order of time, or one file that lists them');
  return addImportOptions(command)
    .addHelpText('after', sessionNotes)
    .action(async (sessions: string[], { output, ...options }: ImportOptions & { output: string }) => {
      const signal = interruptSignal();
      const [imported] = await importText(await sourcesOf(sessions), output, options, signal);
      console.log(imported);
      const progress = progressLines();
      try {
        const { settings, warnings } = await loadSettings(output);
        const outcome = await runTracking(settings, { signal, onProgress: progress.onProgress, warnings });
        progress.end(true);
        console.log(summaryText(outcome));
        for (const warning of outcome.warnings) console.error(`Warning: ${warning}`);
      } catch (error) {
        progress.end(false);
        throw error;
      }
    });
}

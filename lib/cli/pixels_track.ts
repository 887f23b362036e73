import { Command } from 'commander';

import { runTracking } from '../run/run.js';
import { loadSettings } from '../settings/index.js';
import { interruptSignal } from './interrupt.js';
import { exported } from './pixels_align.js';
import { addRateFlags, ratesText, type RateFlags } from './pixels_neurons.js';
import { addSessionFlags, type SessionFlags } from './pixels_sessions.js';
import { progressLines } from './progress.js';
import { summaryText } from './summary.js';

/** `dant pixels track`: export, run and neurons in one. */
export function pixelsTrackCommand(): Command {
  const command = new Command('track')
    .description(
      'Follow the neurons of a mouse over its sessions, and show what they do around events: "dant pixels export", "dant run" and "dant pixels neurons".',
    )
    .argument('<data>', 'the folder of the experiment')
    .requiredOption('-o, --output <folder>', 'the data folder to make, new or empty');
  return addRateFlags(addSessionFlags(command)).action(
    async (data: string, flags: SessionFlags & RateFlags & { output: string }) => {
      const signal = interruptSignal();
      const { text, folders, sessions, responses } = await exported(data, flags, flags.output, signal);
      console.log(text);
      for (const folder of folders) {
        const progress = progressLines();
        try {
          const { settings, warnings } = await loadSettings(folder);
          const outcome = await runTracking(settings, { signal, onProgress: progress.onProgress, warnings });
          progress.end(true);
          console.log(summaryText(outcome));
          for (const warning of outcome.warnings) console.error(`Warning: ${warning}`);
          if (responses.length > 0) {
            console.log(await ratesText(outcome.folder, folder, sessions, responses, flags, signal));
          }
        } catch (error) {
          progress.end(false);
          throw error;
        }
      }
    },
  );
}

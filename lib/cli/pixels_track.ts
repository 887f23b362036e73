import { Command } from 'commander';

import { interruptSignal } from './interrupt.js';
import { exported } from './pixels_align.js';
import { addRateFlags, checkRateFlags, ratesText, type RateFlags } from './pixels_neurons.js';
import { addSessionFlags, type SessionFlags } from './pixels_sessions.js';
import { trackFolder } from './track_folder.js';

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
      await checkRateFlags(flags, signal);
      const { text, folders, sessions, responses } = await exported(data, flags, flags.output, signal);
      console.log(text);
      for (const folder of folders) {
        const outcome = await trackFolder(folder, signal);
        if (responses.length > 0) {
          console.log(await ratesText(outcome.folder, folder, sessions, responses, flags, signal));
        }
      }
    },
  );
}

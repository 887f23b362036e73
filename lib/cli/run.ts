import { Command } from 'commander';

import { runTracking } from '../run/run.js';
import { loadSettings } from '../settings/index.js';
import { interruptSignal } from './interrupt.js';
import { noProgress, progressJson, progressLines } from './progress.js';
import { addSettingFlags } from './setting-flags.js';
import { summaryFacts, summaryText } from './summary.js';

interface RunFlags {
  overwrite?: boolean;
  quiet?: boolean;
  json?: boolean;
}

/** `dant run`: tracks the units of a data set and writes the results. */
export function runCommand(): Command {
  const command = new Command('run')
    .description('Track the neurons of a data set across its sessions and write the results.')
    .argument('[settings]', 'the settings file, or a folder that holds a settings.json', '.')
    .option(
      '--overwrite',
      'Replace the results of an earlier run; without it they are moved aside, to <folder>.previous.',
    )
    .option('--quiet', 'Print nothing but warnings and errors.')
    .option('--json', 'Print one JSON object per line: the progress events, then the result or the error.');
  const assignments = addSettingFlags(command);
  return command
    .addHelpText('after', notes)
    .action(async (path: string, { overwrite = false, quiet = false, json = false }: RunFlags) => {
      const signal = interruptSignal();
      const progress = json ? progressJson() : quiet ? noProgress : progressLines();
      let settingsWarnings: string[] = [];
      try {
        const { settings, warnings } = await loadSettings(path, assignments);
        settingsWarnings = warnings;
        const outcome = await runTracking(settings, { signal, onProgress: progress.onProgress, overwrite, warnings });
        progress.end(true);
        if (json) console.log(JSON.stringify({ event: 'result', ...summaryFacts(outcome) }));
        else if (!quiet) console.log(summaryText(outcome));
        printWarnings(outcome.warnings);
      } catch (error) {
        progress.end(false);
        // A misspelt key may be why the run failed.
        printWarnings(settingsWarnings);
        if (json) {
          const { name, code = name, message } = error as NodeJS.ErrnoException;
          console.log(JSON.stringify({ event: 'error', code, message }));
        }
        throw error;
      }
    });
}

function printWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) console.error(`Warning: ${warning}`);
}

const notes = `
Every setting of the file is also a flag; dashes may stand for underscores (--clustering.max-distance 80). The values:
  lists of features           --clustering.features Waveform,AutoCorr
  lists of lists of features  --motionEstimation.features "AutoCorr;Waveform,AutoCorr"
  paths                       relative to the working directory (in the file: to the folder of the file)
Ctrl-C stops a run; nothing half-written remains.`;

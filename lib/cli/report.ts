import { resolve, join } from 'node:path';
import { Command } from 'commander';

import { refreshReport } from '../report/refresh.js';
import { reportFile } from '../report/report_data.js';
import { interruptSignal } from './interrupt.js';
import { noProgress, progressLines } from './progress.js';

/** `dant report`: draws the figures and the report of results that are there already. */
export function reportCommand(): Command {
  return new Command('report')
    .description('Draw the figures and report.html of results, of "dant run" or of pyDANT.')
    .argument('<result>', 'the folder with the results')
    .option('--data <folder>', 'the folder with the input files; default: as in the settings of the run')
    .option('--quiet', 'Print nothing but errors.')
    .addHelpText('after', '\nWhat is missing in the folder is listed in the report, and the rest is shown.')
    .action(async (result: string, { data, quiet = false }: { data?: string; quiet?: boolean }) => {
      const folder = resolve(result);
      const progress = quiet ? noProgress : progressLines();
      let completed = false;
      try {
        const { missing } = await refreshReport(folder, {
          dataFolder: data === undefined ? undefined : resolve(data),
          signal: interruptSignal(),
          onProgress: (fraction) => {
            progress.onProgress({ stage: 'report', fraction });
          },
        });
        completed = true;
        progress.end(true);
        if (!quiet)
          console.log([`Wrote ${join(folder, reportFile)}.`, ...missing.map((line) => `  ${line}`)].join('\n'));
      } finally {
        if (!completed) progress.end(false);
      }
    });
}

import { resolve } from 'node:path';
import { Command } from 'commander';

import { writeEvidence } from '../run/write_evidence.js';
import { evidenceText } from './evidence-text.js';
import { interruptSignal } from './interrupt.js';
import { noProgress, progressLines } from './progress.js';

/** `dant evidence`: what a recording itself says about the matches in a result. */
export function evidenceCommand(): Command {
  return new Command('evidence')
    .description('Measure what a recording itself says about the matches that were found in it.')
    .argument('<result>', 'the folder with the results of "dant run", or of pyDANT')
    .option('--data <folder>', 'the folder with the input files; default: as in the settings of the run')
    .option('--json', 'Print one JSON object.')
    .addHelpText('after', notes)
    .action(async (result: string, { data, json = false }: { data?: string; json?: boolean }) => {
      const folder = resolve(result);
      const progress = json ? noProgress : progressLines();
      let completed = false;
      try {
        const { evidence } = await writeEvidence(folder, {
          dataFolder: data === undefined ? undefined : resolve(data),
          signal: interruptSignal(),
          onProgress: progress.onProgress,
        });
        completed = true;
        progress.end(true);
        // What is not a number is null in JSON.
        console.log(json ? JSON.stringify(evidence) : evidenceText(evidence, folder));
      } finally {
        if (!completed) progress.end(false);
      }
    });
}

const notes = `
No identity has to be known. The tables say which sessions share neurons, whether matches become fewer with the days between
sessions, and whether matched units fire (and respond, with peth.npy) more alike than units that lie where a match would.
Where the matching itself used spike times or responses, units are matched again without them first: that takes as long as
"dant run". The evidence is kept in evidence.json and shown in the figures and the report of the result. docs/evidence.md says
what good and bad recordings look like.
session_days.npy in the data folder, one number for each session, says on which day each was recorded.`;

import { InvalidArgumentError, Option, type Command } from 'commander';

import type { ExperimentOptions } from '../experiment/folders.js';
import type { Experiment } from '../experiment/session.js';
import { presetTasks } from '../experiment/task.js';
import { listOption } from './list_option.js';
import { repeatedFlags } from './quoted.js';

/** What the flags of `addExperimentOptions` become. */
export interface ExperimentFlags {
  mouse?: string[];
  metadata?: string;
  interim?: string;
  dateFormat?: string;
  sessionPattern?: RegExp;
}

/** The flags by which commands find the sessions of an experiment. */
export function addExperimentOptions(command: Command): Command {
  return command
    .addOption(listOption('--mouse <ids>', 'Only these mice, by their whole IDs, separated by commas.'))
    .option('--metadata <folder>', 'Folder with <mouse>.json: only sessions whose dates are in it are taken.')
    .option('--interim <folder>', 'Where what can be made again is kept. Default: interim in the experiment’s folder.')
    .option('--date-format <format>', 'How names of sessions begin: YYYY or YY, MM, DD. Default: YYMMDD.')
    .addOption(
      new Option(
        '--session-pattern <expression>',
        'Regular expression for names of sessions, with the groups (?<date>…) and (?<mouse>…). Default: date_mouse, date_mouse_more.',
      ).argParser(patternOf),
    );
}

export const experimentOptions = ({ mouse, ...others }: ExperimentFlags): ExperimentOptions => ({
  ...others,
  mice: mouse,
});

/** What `--task` takes. */
export const taskChoices = `${Object.keys(presetTasks).join(', ')}, or a file such as task.json`;

/** The flags again, as they are pasted into a shell behind the next command: " --mouse DL001"; "" without any. */
export const repeatedExperimentFlags = ({
  mouse,
  metadata,
  interim,
  dateFormat,
  sessionPattern,
}: ExperimentFlags): string =>
  repeatedFlags({
    mouse: mouse?.join(','),
    metadata,
    interim,
    'date-format': dateFormat,
    'session-pattern': sessionPattern?.source,
  });

export function printFindings({ findings }: Pick<Experiment, 'findings'>): void {
  for (const finding of findings) console.error(`Warning: ${finding}`);
}

function patternOf(text: string): RegExp {
  let pattern: RegExp;
  try {
    pattern = new RegExp(text);
  } catch (error) {
    throw new InvalidArgumentError(`This is no regular expression: ${(error as Error).message}.`);
  }
  if (!text.includes('(?<mouse>')) throw new InvalidArgumentError('Expected a group (?<mouse>…) in it.');
  return pattern;
}

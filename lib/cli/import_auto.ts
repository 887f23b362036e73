import { Command } from 'commander';

import { DantError } from '../errors.js';
import { importRecognised, recogniseAll } from '../import/import_auto.js';
import type { ImportOptions } from '../import/options.js';
import { tellImport } from './import_bar.js';
import { addSortedOptions } from './import_options.js';
import { interruptSignal } from './interrupt.js';
import { quoted, repeatedFlags } from './quoted.js';

type AutoFlags = ImportOptions & { output: string };

/** `dant import auto`: recognises what it is given. */
export function autoCommand(): Command {
  const command = new Command('auto')
    .description('From whatever it is that you have: says what it sees, and imports it.')
    .argument('<path...>', 'files or folders in order of time');
  return addSortedOptions(command)
    .addHelpText(
      'after',
      '\nThe command that it stands for is printed: what only that form needs to know are flags of it.',
    )
    .action(async (given: string[], { output, ...options }: AutoFlags) => {
      const signal = interruptSignal();
      const sessions = await recogniseAll(given);
      for (const { path, description } of sessions.seen) console.log(`${path}: ${description}`);
      if (sessions.form === 'matlab' && options.labels !== undefined) {
        throw new DantError('DANT_ARGUMENT', 'The units of a spikeInfo have no labels: leave out --labels.');
      }
      const paths = sessions.paths.map((path) => quoted(path)).join(' ');
      const subject = repeatedFlags({ subject: sessions.subject });
      const flags = flagsAgain(command);
      console.log(`This is: dant import ${sessions.form} ${paths}${subject}${flags} --output ${quoted(output)}`);
      await tellImport((onProgress) => importRecognised(sessions, output, options, { signal, onProgress }));
    });
}

/** The flags that were given, but for the output. */
function flagsAgain(command: Command): string {
  const given = command.opts<AutoFlags>();
  return command.options
    .filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
    .filter(({ long }) => long !== '--output')
    .map((option) =>
      repeatedFlags({ [option.long!.slice(2)]: String(given[option.attributeName() as keyof AutoFlags]) }),
    )
    .join('');
}

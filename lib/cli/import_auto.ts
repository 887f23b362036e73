import { Command } from 'commander';

import { importRecognised, recogniseAll } from '../import/import_auto.js';
import type { ImportOptions } from '../import/options.js';
import type { SessionForm } from '../import/recognise.js';
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
      const paths = sessions.paths.map((path) => quoted(path)).join(' ');
      const subject = repeatedFlags({ subject: sessions.subject });
      const flags = flagsAgain(command, sessions.form);
      console.log(`This is: dant import ${sessions.form} ${paths}${subject}${flags} --output ${quoted(output)}`);
      await tellImport((onProgress) => importRecognised(sessions, output, options, { signal, onProgress }));
    });
}

/** The flags that were given, but for the output, as the command of a form takes them. */
function flagsAgain(command: Command, form: SessionForm): string {
  const given = command.opts<AutoFlags>();
  return (
    command.options
      .filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
      .filter(({ long }) => long !== '--output')
      // Its units have no labels.
      .filter(({ long }) => form !== 'matlab' || long !== '--labels')
      .map((option) =>
        repeatedFlags({ [option.long!.slice(2)]: String(given[option.attributeName() as keyof AutoFlags]) }),
      )
      .join('')
  );
}

import { InvalidArgumentError, Option, type Command } from 'commander';

import { importDefaults, mostSpikesPerUnit, type CompleteImportOptions } from '../import/options.js';
import { listOption } from './list_option.js';

/** Adds the flags of an import that makes mean waveforms to a command. */
export function addImportOptions(command: Command): Command {
  return addLabelOption(addPlacedOptions(command))
    .addOption(
      numberOption('--spikes-per-unit <n>', 'Average at most so many spikes of a unit.', 'spikesPerUnit', {
        least: 1,
        most: mostSpikesPerUnit,
      }),
    )
    .addOption(numberOption('--seed <n>', 'Seed of the draw of these spikes.', 'seed'));
}

/** The same of an import whose units have mean waveforms already. */
export function addSortedOptions(command: Command): Command {
  return addLabelOption(addPlacedOptions(command));
}

function addLabelOption(command: Command): Command {
  return command.addOption(
    listOption(
      '--labels <names>',
      `Labels of the units that are wanted, separated by commas. Default: ${importDefaults.labels.join(',')}.`,
    ),
  );
}

/** Flags of every import, also of one whose units have no labels. */
export function addPlacedOptions(command: Command): Command {
  return command
    .requiredOption('-o, --output <folder>', 'the data folder to make, new or empty')
    .addOption(numberOption('--min-spikes <n>', 'Leave out units with fewer spikes.', 'minSpikes'))
    .addOption(numberOption('--min-rate-hz <Hz>', 'Leave out units with fewer spikes per second.', 'minRateHz'))
    .addOption(
      numberOption('--min-amplitude-uv <µV>', 'Leave out units whose mean waveform is smaller.', 'minAmplitudeUv'),
    )
    .addOption(
      numberOption(
        '--max-missing <share>',
        'Share of the sites around a unit that may be missing in a session and interpolated.',
        'maxMissing',
        { most: 0.5 },
      ),
    );
}

type KeysOfNumbers = {
  [Key in keyof CompleteImportOptions]: CompleteImportOptions[Key] extends number ? Key : never;
}[keyof CompleteImportOptions];

/** A flag with a number: `<n>` stands for a whole one. */
export function numberOption(
  flags: string,
  about: string,
  name: KeysOfNumbers,
  { least = 0, most = 2 ** 32 - 1 } = {},
): Option {
  const isWhole = flags.includes('<n>');
  return new Option(flags, `${about} Default: ${importDefaults[name]}.`).argParser((text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value <= most) || (isWhole && !Number.isInteger(value))) {
      throw new InvalidArgumentError(`Expected a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}.`);
    }
    return value;
  });
}

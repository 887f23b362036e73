import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';

import type { ImportControl, ImportSummary } from '../import/import_sessions.js';
import { importDefaults, mostSpikesPerUnit, type CompleteImportOptions } from '../import/options.js';
import { count } from './count.js';
import { progressBar } from './progress.js';

/** Adds the flags of an import to a command. */
export function addImportOptions(command: Command): Command {
  return command
    .requiredOption('-o, --output <folder>', 'the data folder to make, new or empty')
    .addOption(
      new Option(
        '--labels <names>',
        `Labels of the units that are wanted, separated by commas. Default: ${importDefaults.labels.join(',')}.`,
      ).argParser((text) => text.split(',').map((label) => label.trim())),
    )
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
    )
    .addOption(
      numberOption('--spikes-per-unit <n>', 'Average at most so many spikes of a unit.', 'spikesPerUnit', {
        least: 1,
        most: mostSpikesPerUnit,
      }),
    )
    .addOption(numberOption('--seed <n>', 'Seed of the draw of these spikes.', 'seed'));
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

/** Runs an import with a bar in a terminal and with its warnings; returns what to tell, and the data folders. */
export async function withBar(
  run: (onProgress: NonNullable<ImportControl['onProgress']>) => Promise<ImportSummary>,
): Promise<{ text: string; folders: string[] }> {
  const { stderr } = process;
  const start = performance.now();
  const clear = () => {
    if (stderr.isTTY) stderr.write('\r\x1b[2K');
  };
  const onProgress: ImportControl['onProgress'] = ({ session, sessions, fraction }) => {
    if (!stderr.isTTY) return;
    const seconds = (performance.now() - start) / 1000;
    const bar = progressBar(`Session ${session} of ${sessions}`, `${seconds.toFixed(1)} s`, fraction, seconds);
    clear();
    stderr.write(bar.slice(0, stderr.columns - 1));
  };
  try {
    const { warnings, dataSets } = await run(onProgress);
    clear();
    for (const warning of warnings) console.error(`Warning: ${warning}`);
    const lines = dataSets.map(({ folder, units, unitsPerSession, channels }) => {
      const sessions = count(unitsPerSession.filter((number) => number > 0).length, 'session');
      return `Imported ${count(units, 'unit')} of ${sessions} (${unitsPerSession.join(', ')}), ${count(channels, 'channel')}, to ${folder}.`;
    });
    if (dataSets.some(({ folder }) => existsSync(join(folder, 'peth.npy')))) {
      lines.push(
        'There is a peth.npy: add PETH to matching.features in settings.json if the responses to events should count.',
      );
    }
    return { text: lines.join('\n'), folders: dataSets.map(({ folder }) => folder) };
  } finally {
    clear();
  }
}

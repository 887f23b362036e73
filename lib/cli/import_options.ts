import { InvalidArgumentError, Option, type Command } from 'commander';

import type { ImportControl, ImportSummary } from '../import/import_sessions.js';
import { importDefaults, mostSpikesPerUnit } from '../import/options.js';
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

function numberOption(
  flags: string,
  about: string,
  name: 'minSpikes' | 'minRateHz' | 'minAmplitudeUv' | 'maxMissing' | 'spikesPerUnit' | 'seed',
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

/** Shows the progress of an import in a terminal, and its warnings; returns what to tell. */
export async function withBar(
  sessions: number | undefined,
  output: string,
  run: (onProgress: NonNullable<ImportControl['onProgress']>) => Promise<ImportSummary>,
): Promise<string[]> {
  const { stderr } = process;
  const start = performance.now();
  const clear = () => {
    if (stderr.isTTY) stderr.write('\r\x1b[2K');
  };
  const onProgress = ({ session, fraction }: { session: number; fraction: number }) => {
    if (!stderr.isTTY) return;
    const seconds = (performance.now() - start) / 1000;
    const bar = progressBar(
      `Session ${session}${sessions === undefined ? '' : ` of ${sessions}`}`,
      `${seconds.toFixed(1)} s`,
      fraction,
      seconds,
    );
    clear();
    stderr.write(bar.slice(0, stderr.columns - 1));
  };
  try {
    const { units, unitsPerSession, channels, warnings } = await run(onProgress);
    clear();
    for (const warning of warnings) console.error(`Warning: ${warning}`);
    return [
      `Imported ${units} units of ${unitsPerSession.length} sessions (${unitsPerSession.join(', ')}), ${channels} channels, to ${output}.`,
    ];
  } finally {
    clear();
  }
}

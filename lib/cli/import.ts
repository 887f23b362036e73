import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';

import { importSessions } from '../import/import_sessions.js';
import { importDefaults, mostSpikesPerUnit, type ImportOptions, type SessionSource } from '../import/options.js';
import { writeSessionsFile } from '../import/sessions_template.js';
import { readSessionsFile } from '../import/sessions_file.js';
import { Group } from './group.js';
import { interruptSignal } from './interrupt.js';
import { progressBar } from './progress.js';
import { quoted } from './quoted.js';

/** `dant import`: makes a data folder from what spike sorters left. */
export function importCommand(): Command {
  const group = new Group('import').description('Make a data folder from sorted sessions and their raw recordings.');
  group.addCommand(kilosortCommand());
  group.addCommand(initCommand());
  return group;
}

function kilosortCommand(): Command {
  const command = new Command('kilosort')
    .description('From folders of Kilosort 2 to 4, with or without phy.')
    .argument('<session...>', 'folders in order of time, or one file that lists them');
  return addImportOptions(command)
    .addHelpText('after', sessionNotes)
    .action(async (sessions: string[], { output, ...options }: ImportOptions & { output: string }) => {
      const lines = await importText(await sourcesOf(sessions), output, options, interruptSignal());
      console.log([...lines, 'Next:', `  dant check ${quoted(output)}`, `  dant run ${quoted(output)}`].join('\n'));
    });
}

function initCommand(): Command {
  return new Command('init')
    .description('Write a file that lists the sorted sessions below a folder, for "dant import kilosort".')
    .argument('[folder]', 'where to look', '.')
    .option('-o, --output <file>', 'the file to write; default: sessions.yaml in that folder')
    .addHelpText('after', '\nA file that is there is never touched.')
    .action(async (folder: string, { output = join(folder, 'sessions.yaml') }: { output?: string }) => {
      const { sessions, withoutRecording } = await writeSessionsFile(folder, output);
      console.log(
        [
          `Wrote ${output} with ${sessions} sessions${withoutRecording > 0 ? `; the recording of ${withoutRecording} was not found` : ''}.`,
          'Put them in order of time, then:',
          `  dant import kilosort ${quoted(output)} --output mydata`,
        ].join('\n'),
      );
    });
}

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
    .addOption(numberOption('--seed <n>', 'Seed of the draw of these spikes.', 'seed'))
    .option('--common-median', 'Subtract the median over all channels from each sample, after the filter.')
    .option('--halves', 'Write waveform_halves.npy too: the means of both halves of each session.');
}

export const sessionNotes = `
A session is the folder of the sorter, or one that holds it and the recording. The recording (.ap.bin or .ap.cbin of
SpikeGLX, with its .meta) is the one that params.py names, or one of the same name, or the only one there.

A file that lists sessions (YAML or JSON; paths are relative to it):
  sessions:
    - day1/kilosort4
    - folder: day2/kilosort4
      recording: /archive/day2/run_g0_t0.imec0.ap.bin    # or a list of files in sequence
      labels: day2/my_labels.csv                         # cluster_id and label, instead of those of phy and Kilosort
    - folder: day3/kilosort4
      recording: day3/raw.dat
      uv_per_bit: 0.195                                  # where there is no .meta`;

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

/** The sessions that a command line names. */
export async function sourcesOf(sessions: readonly string[]): Promise<SessionSource[]> {
  const [first] = sessions as [string];
  const isFile = sessions.length === 1 && (statSync(first, { throwIfNoEntry: false })?.isFile() ?? false);
  return isFile ? readSessionsFile(first) : sessions.map((folder) => ({ folder }));
}

/** Imports with a bar in a terminal and with warnings; returns what to tell. */
export async function importText(
  sources: readonly SessionSource[],
  output: string,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<string[]> {
  const { stderr } = process;
  const start = performance.now();
  const clear = () => {
    if (stderr.isTTY) stderr.write('\r\x1b[2K');
  };
  const onProgress = ({ session, fraction }: { session: number; fraction: number }) => {
    if (!stderr.isTTY) return;
    const seconds = (performance.now() - start) / 1000;
    const bar = progressBar(`Session ${session} of ${sources.length}`, `${seconds.toFixed(1)} s`, fraction, seconds);
    clear();
    stderr.write(bar.slice(0, stderr.columns - 1));
  };
  try {
    const { units, unitsPerSession, channels, warnings } = await importSessions(sources, output, options, {
      signal,
      onProgress,
    });
    clear();
    for (const warning of warnings) console.error(`Warning: ${warning}`);
    return [
      `Imported ${units} units of ${sources.length} sessions (${unitsPerSession.join(', ')}), ${channels} channels, to ${output}.`,
    ];
  } finally {
    clear();
  }
}

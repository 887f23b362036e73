import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';

import { DantError } from '../errors.js';
import { importSessions } from '../import/import_sessions.js';
import {
  importDefaults,
  mostSpikesPerUnit,
  type CompleteImportOptions,
  type ImportOptions,
  type SessionSource,
} from '../import/options.js';
import { writeSessionsFile } from '../import/sessions_template.js';
import { readSessionsFile } from '../import/sessions_file.js';
import { count } from './count.js';
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
    .action(async (sessions: string[], { output, splitAt, ...options }: ImportFlags) => {
      const { text, folders } = await importText(
        await sourcesOf(sessions, splitAt),
        output,
        options,
        interruptSignal(),
      );
      const next = folders.flatMap((folder) => [
        `  dant run ${quoted(folder)}`,
        `  dant export phy ${quoted(join(folder, 'DANT_Output'))}`,
      ]);
      console.log([text, 'Next:', ...next].join('\n'));
    });
}

/** What the flags of `addImportOptions` become. */
export interface ImportFlags extends ImportOptions {
  output: string;
  splitAt?: number[] | 'files';
  labelTable?: string[];
  regions?: string;
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
    .addOption(
      fileOption(
        '--label-table <file>',
        'Table with cluster_id and label, such as cluster_bc_unitType.tsv of Bombcell, instead of the labels of phy and Kilosort.',
      ),
    )
    .addOption(
      new Option(
        '--split-at <seconds>',
        'Cut a recording that was sorted in one go into sessions: seconds from its beginning, separated by commas, or "files": between its raw files.',
      ).argParser((text) => (text === 'files' ? text : numbersOf(text))),
    )
    .addOption(fileOption('--events <file>', 'Times of events, .npy or .csv (see below): peth.npy is made of them.'))
    .addOption(
      new Option(
        '--events-unit <unit>',
        `Unit of times whose column does not tell. Default: ${importDefaults.eventsUnit}.`,
      ).choices(['s', 'ms']),
    )
    .addOption(
      new Option(
        '--peth-window-ms <from,to>',
        `Window around an event. Default: ${importDefaults.pethWindowMs.join(',')}.`,
      ).argParser((text) => {
        const window = numbersOf(text);
        if (window.length === 2 && window[0]! < window[1]!) return window;
        throw new InvalidArgumentError('Expected two numbers, from and to.');
      }),
    )
    .addOption(numberOption('--peth-bin-ms <ms>', 'Bin of the histograms.', 'pethBinMs', { least: 0.1 }))
    .addOption(
      numberOption(
        '--peth-smooth-ms <ms>',
        'Standard deviation of the Gaussian that smooths them; 0: none.',
        'pethSmoothMs',
        {
          most: 10_000,
        },
      ),
    )
    .addOption(
      new Option(
        '--regions <table>',
        'Table of channels or depths and regions (see below): each region becomes a data folder of its own.',
      ),
    );
}

/** Collects the files of a flag that may be given once for each session. */
function fileOption(flags: string, about: string): Option {
  const how = 'One name that is in the folder of every session, or the flag once for each session, in their order.';
  return new Option(flags, `${about} ${how}`).argParser((file, files: string[] | undefined) => [
    ...(files ?? []),
    file,
  ]);
}

function numbersOf(text: string): number[] {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (numbers.every(Number.isFinite)) return numbers;
  throw new InvalidArgumentError('Expected numbers, separated by commas.');
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
      uv_per_bit: 0.195                                  # where there is no .meta
      events: day3/trials.csv
      split_at: [3600, 7200]                             # three sessions; or files

Events: times in seconds (or ms) from the beginning of the recording, a list (.npy) or a table (.csv) with time_s or time_ms and,
if wanted, event and condition: each combination has its own part of a row of peth.npy, NaN where a session has none of it.
Regions: a table (.csv) with region, and channel or first_channel and last_channel (columns of the recording, from 0), or
depth_from_um and depth_to_um; if wanted, shank (from 0) and probe (imec0). Sessions with several probes make a data folder for each.`;

type KeysOfNumbers = {
  [Key in keyof CompleteImportOptions]: CompleteImportOptions[Key] extends number ? Key : never;
}[keyof CompleteImportOptions];

function numberOption(
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

/** The sessions that a command line names. */
export async function sourcesOf(sessions: readonly string[], splitAt?: number[] | 'files'): Promise<SessionSource[]> {
  const [first] = sessions as [string];
  const isFile = sessions.length === 1 && (statSync(first, { throwIfNoEntry: false })?.isFile() ?? false);
  const sources = isFile ? await readSessionsFile(first) : sessions.map((folder) => ({ folder }));
  if (splitAt === undefined) return sources;
  if (sources.length === 1) return [{ ...sources[0]!, splitAt }];
  throw new DantError(
    'DANT_ARGUMENT',
    `--split-at: expected one folder that holds the sorting of several sessions, but there are ${sources.length}. ` +
      'Write split_at into a file of sessions ("dant import init").',
  );
}

/** Imports with a bar in a terminal and with warnings; returns what to tell, and the data folders. */
export async function importText(
  sources: readonly SessionSource[],
  output: string,
  { regions, labelTable, ...options }: Omit<ImportFlags, 'output' | 'splitAt'>,
  signal: AbortSignal,
): Promise<{ text: string; folders: string[] }> {
  const { stderr } = process;
  const start = performance.now();
  const clear = () => {
    if (stderr.isTTY) stderr.write('\r\x1b[2K');
  };
  const onProgress = ({ session, sessions, fraction }: { session: number; sessions: number; fraction: number }) => {
    if (!stderr.isTTY) return;
    const seconds = (performance.now() - start) / 1000;
    const bar = progressBar(`Session ${session} of ${sessions}`, `${seconds.toFixed(1)} s`, fraction, seconds);
    clear();
    stderr.write(bar.slice(0, stderr.columns - 1));
  };
  try {
    const { warnings, dataSets } = await importSessions(
      sources,
      output,
      { ...options, labelTables: labelTable, regionTable: regions && resolve(regions) },
      { signal, onProgress },
    );
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

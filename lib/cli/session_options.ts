import { InvalidArgumentError, Option, type Command } from 'commander';

import { importDefaults, type ImportOptions } from '../import/options.js';
import { numberOption } from './import_options.js';

/** What the flags of `addImportOptions` and `addSessionOptions` become. */
export interface ImportFlags extends ImportOptions {
  output: string;
  splitAt?: number[] | 'files';
  labelTable?: string[];
  regions?: string;
}

/** Adds the flags of an import of sorters' folders: mean waveforms, tables of labels, events and regions, and where to split. */
export function addSessionOptions(command: Command): Command {
  return command
    .option('--common-median', 'Subtract the median over all channels from each sample, after the filter.')
    .option('--halves', 'Write waveform_halves.npy too: the means of both halves of each session.')
    .addOption(
      new Option(
        '--templates <sorter>',
        'Sessions without raw recording take the templates of this sorter for mean waveforms, which matches neurons worse. Default: they are refused.',
      ).choices(['kilosort4']),
    )
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

import { resolve } from 'node:path';

import { datasetFromArrays, type TrackingArrays } from '../dataset/from_arrays.js';
import { pethGaps } from '../dataset/peth_gaps.js';
import { datasetRequirements, loadDataset } from '../dataset/load.js';
import {
  allowFlag,
  allowText,
  checkSteering,
  requireObject,
  requireOptions,
  requireText,
  requireTexts,
} from '../arguments.js';
import { DantError, argumentError } from '../errors.js';
import type { RunOptions } from '../native/run.js';
import { completeSettings, type PartialSettings, type Settings } from '../settings/index.js';
import type { TrackResult } from '../tracking/result.js';
import { RunContext, type TrackOptions } from '../tracking/run_context.js';
import { execute } from './transaction.js';

export interface RunTrackingOptions extends TrackOptions {
  /** Remove earlier results in the output folder once the new ones are complete, instead of moving them aside. */
  overwrite?: boolean;
  /** Warnings from before, such as those about the settings, to be kept with those of the run. */
  warnings?: readonly string[];
}

export interface RunOutcome {
  /** Where the results are. */
  folder: string;
  result: TrackResult;
  warnings: string[];
  seconds: number;
}

export interface TrackInput extends RunTrackingOptions {
  /** The data folder (docs/data-folder.md), or its contents as arrays. */
  data: string | TrackingArrays;
  /** Settings by key, as in a settings file; what is left out takes its default. The paths in them are not used. */
  settings?: PartialSettings;
  /** Folder to write the results to; default: they are only returned. */
  output?: string;
}

/**
 * Tracks neurons across sessions. Heavy work runs off the JavaScript thread. What an aborted run has written is removed
 * after the promise has rejected; the process does not end before that, and the next run waits for it.
 * @throws DANT_SETTINGS, DANT_DATA, DANT_ARGUMENT, DANT_OUTPUT, DANT_INPUT or DANT_MEMORY (see `errorCodes`); the signal's
 * reason when aborted. Nothing is left in or taken from `output` then.
 */
export async function track(input: TrackInput): Promise<TrackResult> {
  const { data, settings: partial = {}, output, ...options } = requireObject('input', input);
  if (typeof data === 'string') requireText('data', data);
  allowText('output', output);
  checkOptions(options);
  const { settings, warnings } = completeSettings(partial);
  const run = new RunContext({ threads: settings.n_jobs, ...options });
  [...warnings, ...(options.warnings ?? [])].forEach((warning) => {
    run.warn(warning);
  });
  if (typeof data !== 'string') {
    const dataset = datasetFromArrays(data);
    if (datasetRequirements(settings).peth && !dataset.peth) {
      throw argumentError('data.peth', 'PETHs, since PETH is among the features in the settings,', dataset.peth);
    }
    const isOneShank = new Set(dataset.channelShanks).size < 2;
    const { peth, comparesPeths } = datasetRequirements(settings);
    const [gap] = peth && comparesPeths && isOneShank ? pethGaps(dataset.peth!) : [];
    if (gap !== undefined) throw new DantError('DANT_ARGUMENT', gap.replace('peth.npy', 'data.peth'));
    return execute({ load: () => Promise.resolve(dataset), output }, settings, run, options);
  }
  const dataFolder = resolve(data);
  const load = (io: RunOptions) => loadDataset(dataFolder, datasetRequirements(settings), io);
  return execute({ load, dataFolder, output: output && resolve(output) }, settings, run, options);
}

/** Tracks from folder to folder, as `dant run` does. The paths in the settings are absolute. */
export async function runTracking(settings: Settings, options: RunTrackingOptions = {}): Promise<RunOutcome> {
  const start = performance.now();
  settings = completeSettings(requireObject('settings', settings)).settings;
  options = requireOptions('options', options);
  checkOptions(options);
  const run = new RunContext({ threads: settings.n_jobs, ...options });
  options.warnings?.forEach((warning) => {
    run.warn(warning);
  });
  const { path_to_data: dataFolder, output_folder: folder } = settings;
  requireText('path_to_data', dataFolder);
  requireText('output_folder', folder);
  const load = (io: RunOptions) => loadDataset(dataFolder, datasetRequirements(settings), io);
  const result = await execute({ load, dataFolder, output: folder }, settings, run, options);
  return { folder, result, warnings: run.warnings, seconds: (performance.now() - start) / 1000 };
}

function checkOptions(options: RunTrackingOptions): void {
  checkSteering(options);
  allowFlag('overwrite', options.overwrite);
  if (options.warnings !== undefined) requireTexts('warnings', options.warnings);
}

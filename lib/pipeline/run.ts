import { resolve } from 'node:path';

import { datasetFromArrays, type TrackingArrays } from '../dataset/from_arrays.js';
import { datasetRequirements, loadDataset } from '../dataset/load.js';
import type { Dataset } from '../dataset/types.js';
import { abortError, argumentError } from '../errors.js';
import { prepareOutput } from '../files/output_folder.js';
import type { RunOptions } from '../native/run.js';
import { writeTrackedUnits } from '../import/tracked_units.js';
import { runRecord, writeRunRecord } from '../results/run_record.js';
import { correctedWaveforms, correctedWaveformsFile } from '../results/corrected_waveforms.js';
import { EarlyFiles } from '../results/early_files.js';
import type { ResultArray } from '../results/result_arrays.js';
import { resultFolders, writeResults } from '../results/write_results.js';
import { completeSettings, type PartialSettings, type Settings } from '../settings/index.js';
import { RunContext, type CorrectedGroup, type TrackOptions } from './run_context.js';
import { RunReport } from './run_report.js';
import { shownWaveforms } from './run_waveforms.js';
import { trackDataset, type TrackResult } from './track.js';

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
  /** The data folder (see the README), or its contents as arrays. */
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
export async function track({ data, settings: partial = {}, output, ...options }: TrackInput): Promise<TrackResult> {
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
    return execute({ load: () => Promise.resolve(dataset), output }, settings, run, options);
  }
  const dataFolder = resolve(data);
  const load = (io: RunOptions) => loadDataset(dataFolder, datasetRequirements(settings), io);
  return execute({ load, dataFolder, output: output && resolve(output) }, settings, run, options);
}

/** Tracks from folder to folder, as `dant run` does. The paths in the settings are absolute. */
export async function runTracking(settings: Settings, options: RunTrackingOptions = {}): Promise<RunOutcome> {
  const start = performance.now();
  const run = new RunContext({ threads: settings.n_jobs, ...options });
  options.warnings?.forEach((warning) => {
    run.warn(warning);
  });
  const { path_to_data: dataFolder, output_folder: folder } = settings;
  const load = (io: RunOptions) => loadDataset(dataFolder, datasetRequirements(settings), io);
  const result = await execute({ load, dataFolder, output: folder }, settings, run, options);
  return { folder, result, warnings: run.warnings, seconds: (performance.now() - start) / 1000 };
}

interface Places {
  load: (io: RunOptions) => Promise<Dataset>;
  dataFolder?: string;
  output?: string | undefined;
}

async function execute(
  { load, dataFolder, output: target }: Places,
  settings: Settings,
  run: RunContext,
  { overwrite, signal }: RunTrackingOptions,
): Promise<TrackResult> {
  const start = performance.now();
  // Made first: a folder that cannot be written is better known before hours of work than after.
  const output = target === undefined ? undefined : await prepareOutput(target, { dataFolder, overwrite });
  let report: RunReport | undefined;
  let early: EarlyFiles | undefined;
  let writing: Promise<void> | undefined;
  try {
    // What draws is loaded while the data are read, which leaves processors idle.
    if (output && (settings.outputs.figures || settings.outputs.report)) report = new RunReport(run.threads);
    const dataset = await unlessAborted(run.stage('read', load), signal);
    run.report('read', 1, datasetFacts(dataset));
    const waveformsOf = (peakChannels: Int32Array) => shownWaveforms(dataset, peakChannels, settings, dataFolder);
    if (output && settings.save_intermediate_results) {
      const files = (early = new EarlyFiles(output.path, { threads: run.threads, signal }));
      run.onCorrection = (group) => {
        // The folder of a shank is not shown, and that of all shanks is written when all are known.
        const isShown = group.shank === undefined;
        const onRows = isShown ? report?.showWaveforms(waveformsOf(group.units.peakChannels), signal) : undefined;
        files.begin(group.shank, correctedWaveformsFile, correctedWaveformsOf(group), onRows);
      };
    }
    const result = await trackDataset(dataset, settings, run);
    if (!output) return result;
    output.warnings.forEach((warning) => {
      run.warn(warning);
    });
    const seconds = () => (performance.now() - start) / 1000;
    const record = () =>
      writeRunRecord(output.path, runRecord(dataset, result, settings, { threads: run.threads, seconds: seconds() }));
    await record(); // the report tells what is in it
    const write = async () => {
      await run.stage('write', async (io) => {
        const { path } = output;
        const folders = resultFolders(dataset, result, settings, seconds());
        const written = { path, folders, dataFolder };
        const shown = waveformsOf(result.features.peakChannels);
        const onRows = await report?.begin(written, shown, { shownFolder: target, ...settings.outputs }, io.signal);
        await writeResults(path, folders, { ...io, onRows, early });
        if (dataFolder !== undefined) await writeTrackedUnits(path, dataFolder);
      });
      if (report) await finishReport(report, output.path, target!, run);
      await record();
    };
    writing = write();
    await unlessAborted(writing, signal);
    await output.commit();
    return result;
  } catch (error) {
    output?.discard(Promise.allSettled([early?.stop(), writing])).catch(() => undefined);
    throw error;
  } finally {
    report?.close();
  }
}

function correctedWaveformsOf({ units, correction }: CorrectedGroup): ResultArray {
  return correctedWaveforms({
    waveforms: units.waveforms,
    channelLocationsUm: units.channelLocationsUm,
    units: units.indices,
    groups: [{ correction, places: Int32Array.from(units.indices, (_, i) => i) }],
  });
}

/** Ends at once when aborted: the disk may take its time with what it was told to do. */
function unlessAborted<Result>(action: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return action;
  let abort: () => void;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      reject(abortError(signal));
    };
    signal.addEventListener('abort', abort);
  });
  return Promise.race([action, aborted]).finally(() => {
    signal.removeEventListener('abort', abort);
  });
}

function datasetFacts({ waveforms, sessionCount }: Dataset): string {
  const [units, channels] = waveforms.shape;
  return `${units!.toLocaleString('en-US')} units of ${sessionCount} sessions, ${channels!} channels`;
}

/** Writes the figures and the report. The results are worth keeping even if that fails. */
async function finishReport(report: RunReport, folder: string, target: string, run: RunContext): Promise<void> {
  await run.stage('report', async (options) => {
    try {
      await report.finish(folder, options);
    } catch (error) {
      if (options.signal?.aborted) throw error;
      run.warn(
        `The results are complete, but the figures and the report could not be made: ${(error as Error).message} ` +
          `"dant report ${target}" tries again.`,
      );
    }
  });
}

import { abortError } from '../errors.js';
import type { RunOptions } from '../native/run.js';
import type { Dataset } from '../recording/dataset.js';
import { correctedWaveforms } from '../results/corrected_waveforms.js';
import { writeKilomatchFiles } from '../results/kilomatch_files.js';
import type { ResultArray } from '../results/result_array.js';
import { writeTrackedUnits } from '../export/tracked_units.js';
import { runRecord, writeRunRecord } from '../results/run_record.js';
import { resultFolders, writeResults } from '../results/write_results.js';
import type { Settings } from '../settings/index.js';
import type { TrackResult } from '../tracking/result.js';
import type { CorrectedGroup, RunContext } from '../tracking/run_context.js';
import { trackDataset } from '../tracking/track.js';
import { EarlyFiles } from './early_files.js';
import { prepareOutput } from './output_folder.js';
import { RunReport } from './run_report.js';
import { shownWaveforms } from './run_waveforms.js';

/** Where the data come from, and where the results go. */
export interface Places {
  load: (io: RunOptions) => Promise<Dataset>;
  dataFolder?: string;
  output?: string | undefined;
}

/** From reading the data to the results in their place: whole or not at all. */
export async function execute(
  { load, dataFolder, output: target }: Places,
  settings: Settings,
  run: RunContext,
  { overwrite, signal }: { overwrite?: boolean; signal?: AbortSignal },
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
        files.begin(group.shank, 'waveforms_corrected', correctedWaveformsOf(group), onRows);
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
        if (settings.outputs.kilomatch) await writeKilomatchFiles(path, dataset, result, settings, io);
        const problem = dataFolder === undefined ? undefined : await writeTrackedUnits(path, dataFolder);
        if (problem !== undefined) run.warn(problem);
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

/** Ends at once when aborted: the disk may take its time with what it was asked to do. */
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

import { datasetRequirements, loadDataset } from '../dataset/load.js';
import { prepareOutput } from '../files/output_folder.js';
import { writeResults } from '../results/write_results.js';
import type { Settings } from '../settings/index.js';
import { RunContext, type TrackOptions } from './run_context.js';
import { trackDataset, type TrackResult } from './track.js';

export interface RunTrackingOptions extends TrackOptions {
  /** Remove earlier results in the output folder once the new ones are complete, instead of moving them aside. */
  overwrite?: boolean;
}

export interface RunOutcome {
  /** Where the results are. */
  folder: string;
  result: TrackResult;
  warnings: string[];
  seconds: number;
}

/** Tracks the units of a data folder and writes the results: `dant run` as a function. Paths in the settings are absolute. */
export async function runTracking(settings: Settings, options: RunTrackingOptions = {}): Promise<RunOutcome> {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  const { overwrite, ...trackOptions } = options;
  const run = new RunContext({ threads: settings.n_jobs, ...trackOptions });
  const { path_to_data: dataFolder, output_folder: folder } = settings;
  const output = await prepareOutput(folder, { dataFolder, overwrite });
  try {
    const dataset = await run.stage('read', (io) => loadDataset(dataFolder, datasetRequirements(settings), io));
    const result = await trackDataset(dataset, settings, run);
    output.warnings.forEach((warning) => {
      run.warn(warning);
    });
    await run.stage('write', (io) => writeResults(output.path, dataset, result, settings, seconds(), io));
    await output.commit();
    return { folder, result, warnings: run.warnings, seconds: seconds() };
  } catch (error) {
    await output.discard();
    throw error;
  }
}

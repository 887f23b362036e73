import { loadDataset } from '../dataset/index.js';
import { prepareOutput } from '../files/output_folder.js';
import { writeResults } from '../results/write_results.js';
import type { Settings } from '../settings/index.js';
import { trackDataset, type TrackOptions, type TrackResult } from './track.js';

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
  const { signal, onProgress, overwrite = false, threads = settings.n_jobs } = options;
  const output = await prepareOutput(settings.output_folder, { dataFolder: settings.path_to_data, overwrite });
  try {
    const dataset = await loadDataset(settings.path_to_data, settings, {
      ...(signal && { signal }),
      onProgress: (fraction) => onProgress?.({ stage: 'read', fraction }),
    });
    const result = await trackDataset(dataset, settings, options);
    const seconds = () => (performance.now() - start) / 1000;
    await writeResults(output.folder, dataset, result, settings, seconds(), {
      threads,
      ...(signal && { signal }),
      onProgress: (fraction) => onProgress?.({ stage: 'write', fraction }),
    });
    const { folder, warnings } = await output.commit();
    return { folder, result, warnings: [...result.warnings, ...warnings], seconds: seconds() };
  } catch (error) {
    await output.discard();
    throw error;
  }
}

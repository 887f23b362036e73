import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { abortError, DantError } from '../errors.js';
import { withOutputErrors } from '../files/npy_writer.js';
import type { DrawnReport } from './draw_report.js';
import type { ReportMessage, ReportTask } from './report_thread.js';

export interface ReportOptions {
  /** The input files; by default where the settings of the run say, or the folder that holds the results. */
  dataFolder?: string | undefined;
  /** Where the report says that the results are, if not where they are read (a folder that is still to be moved). */
  shownFolder?: string | undefined;
  /** Folder to write to. Default: the folder of the results */
  target?: string | undefined;
  /** Whether to write `Figures/`. Default: true */
  figures?: boolean | undefined;
  /** Whether to write `report.html`. Default: true */
  report?: boolean | undefined;
  /** Threads that draw figures; −1 (default): as many as cores. The figures do not depend on it. */
  threads?: number | undefined;
  /** Stops the drawing within 100 ms; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Gets the done share in [0, 1]. */
  onProgress?: ((fraction: number) => void) | undefined;
}

export interface WrittenReport {
  /** Paths of the files, relative to the folder. */
  files: string[];
  /** What could not be shown, in words. */
  missing: string[];
}

// As built, also where the sources are run: a thread loads plain JavaScript.
const thread = new URL('../../dist/report/report_thread.js', import.meta.url);

/**
 * Draws the figures and the report of a result folder into it: `Figures/` and `report.html`. What is there is shown, what
 * is missing is told. Rejects with DANT_DATA if the folder holds no results, DANT_OUTPUT if it cannot be written.
 */
export async function writeReport(folder: string, options: ReportOptions = {}): Promise<WrittenReport> {
  const { target = folder, signal, onProgress } = options;
  const { files, missing } = await drawInThread(folder, options);
  for (const { path, content } of files) {
    if (signal?.aborted) throw abortError(signal);
    const place = join(target, path);
    await withOutputErrors(place, async () => {
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, content);
    });
  }
  onProgress?.(1);
  return { files: files.map(({ path }) => path), missing };
}

/** All drawing happens in a thread, which writes nothing and can be left at any moment. */
function drawInThread(
  folder: string,
  { dataFolder, shownFolder, figures = true, report = true, threads = -1, signal, onProgress }: ReportOptions,
): Promise<DrawnReport> {
  if (signal?.aborted) return Promise.reject(abortError(signal));
  const task: ReportTask = { folder, options: { dataFolder, shownFolder, figures, report, threads } };
  const worker = new Worker(thread, { workerData: task });
  return new Promise<DrawnReport>((resolve, reject) => {
    const stop = () => {
      void worker.terminate();
      reject(abortError(signal));
    };
    signal?.addEventListener('abort', stop, { once: true });
    worker.on('message', (message: ReportMessage) => {
      if ('progress' in message) onProgress?.(message.progress);
      else if ('drawn' in message) resolve(message.drawn);
      else reject(new DantError(message.refused.code, message.refused.message));
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      signal?.removeEventListener('abort', stop);
      // Nothing, if the drawing was received.
      reject(new Error('The thread that draws the report ended early.'));
    });
  });
}

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { abortError } from '../errors.js';
import { withOutputErrors } from '../files/npy_writer.js';
import type { DrawnReport } from './drawn_report.js';
import { ReportThread } from './report_thread.js';

export interface ReportOptions {
  /** The input files; by default where the settings of the run say, or the folder that holds the results. */
  dataFolder?: string | undefined;
  /** Folder to write to. Default: the folder of the results */
  target?: string | undefined;
  /** Whether to write `Figures/`. Default: true */
  figures?: boolean | undefined;
  /** Whether to write `report.html`. Default: true */
  report?: boolean | undefined;
  /** Threads that paint figures; −1 (default): as many as cores. The figures do not depend on it. */
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

/**
 * Draws the figures and the report of a result folder into it: `Figures/` and `report.html`. What is there is shown, what
 * is missing is reported. Rejects with DANT_DATA if the folder holds no results, DANT_OUTPUT if it cannot be written.
 */
export async function writeReport(folder: string, options: ReportOptions = {}): Promise<WrittenReport> {
  const { target = folder, dataFolder, figures = true, report = true, threads = -1, signal, onProgress } = options;
  const thread = new ReportThread(threads);
  try {
    const drawn = await thread.draw({ folder, dataFolder }, { figures, report }, { signal, onProgress });
    await writeDrawnReport(target, drawn, signal);
    onProgress?.(1);
    return { files: drawn.files.map(({ path }) => path), missing: drawn.missing };
  } finally {
    thread.close();
  }
}

export async function writeDrawnReport(
  folder: string,
  { files }: DrawnReport,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const { path, content } of files) {
    if (signal?.aborted) throw abortError(signal);
    const place = join(folder, path);
    await withOutputErrors(place, async () => {
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, content);
    });
  }
}

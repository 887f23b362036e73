import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { abortError } from '../errors.js';
import { withOutputErrors } from '../files/npy_writer.js';
import { condenseDistances } from './figures/distance_image.js';
import { reportHtml } from './html.js';
import { loadReportData } from './load.js';
import { packReport } from './pack.js';
import { ResultFolder } from './result_folder.js';
import { scanSimilarities } from './similarities.js';
import { packWaveforms } from './waveforms.js';
import { drawFigures, writeFigures } from './write_figures.js';

export const reportFile = 'report.html';

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
 * is missing is told. Rejects with DANT_DATA if the folder holds no results, DANT_OUTPUT if it cannot be written.
 */
export async function writeReport(folder: string, options: ReportOptions = {}): Promise<WrittenReport> {
  const { dataFolder, shownFolder, target = folder, figures = true, report = true, signal, onProgress } = options;
  const next = (fraction: number) => {
    if (signal?.aborted) throw abortError(signal);
    onProgress?.(fraction);
  };
  const results = new ResultFolder(folder, signal);
  const data = await loadReportData(results, { dataFolder, signal });
  if (shownFolder !== undefined) data.folder = shownFolder;
  next(0.05);
  const similarities = await scanSimilarities(results, data);
  next(0.2);
  const distances = await condenseDistances(results, data);
  next(0.25);
  const drawn = await drawFigures(
    { data, similarities, distances },
    { signal, onProgress: (fraction) => onProgress?.(0.25 + 0.5 * fraction) },
  );
  const files = figures ? await writeFigures(target, drawn) : [];
  if (report) {
    const waveforms = await packWaveforms(results, data, signal);
    next(0.9);
    const html = await reportHtml(data, drawn, packReport(data, similarities, waveforms));
    const path = join(target, reportFile);
    await withOutputErrors(path, () => writeFile(path, html));
    files.push(reportFile);
  }
  next(1);
  return { files, missing: data.missing };
}

import { Worker } from 'node:worker_threads';

import { abortError, DantError, type ErrorCode } from '../errors.js';
import type { RunOptions } from '../native/run.js';
import type { DrawnReport, DrawOptions } from './drawn_report.js';
import type { MatrixContent } from './matrix_content.js';
import type { ReportContent } from './read_report.js';
import type { ReportData } from './report_data.js';
import type { ReportWaveforms } from './waveforms.js';

/** What a report is drawn from: a folder of results, or what is read elsewhere. */
export type ReportSource = { folder: string; dataFolder: string | undefined } | ReportContent;

/** To the thread: what to draw, and what was read for it elsewhere. */
export type ReportTask =
  | { folder: string | undefined; dataFolder: string | undefined; options: DrawOptions }
  | { data: ReportData }
  | { matrices: MatrixContent }
  | { waveforms: ReportWaveforms };

/** From the thread. */
export type ReportMessage =
  { progress: number } | { drawn: DrawnReport } | { refused: { code: ErrorCode; message: string } };

// As built, also where the sources are run: a thread loads plain JavaScript.
const workerFile = new URL('../../dist/report/report_worker.js', import.meta.url);

/**
 * The thread in which a report is drawn. It writes nothing and can be left at any moment. Made early, it loads what draws
 * while there is nothing to draw yet.
 */
export class ReportThread {
  private readonly worker: Worker;
  private readonly failure: Promise<never>;

  /** @param threads Threads that paint figures; −1: as many as cores */
  constructor(threads: number) {
    this.worker = new Worker(workerFile, { workerData: { threads } });
    this.failure = new Promise((_, reject) => {
      this.worker.on('error', reject);
      this.worker.on('exit', () => {
        reject(new Error('The thread that draws the report ended early.'));
      });
    });
    // It matters to those who wait for a drawing.
    this.failure.catch(() => undefined);
  }

  /** Rejects with DANT_DATA if the folder holds no results, with the signal's reason when aborted. */
  async draw(source: ReportSource, options: DrawOptions, { signal, onProgress }: RunOptions): Promise<DrawnReport> {
    if (signal?.aborted) throw abortError(signal);
    const over = new AbortController();
    const drawing = new Promise<DrawnReport>((resolve, reject) => {
      const stop = () => {
        this.close();
        reject(abortError(signal));
      };
      signal?.addEventListener('abort', stop, { signal: over.signal });
      this.worker.on('message', (message: ReportMessage) => {
        if ('progress' in message) onProgress?.(message.progress);
        else if ('drawn' in message) resolve(message.drawn);
        else reject(new DantError(message.refused.code, message.refused.message));
      });
      if ('folder' in source) this.post({ ...source, options });
      else {
        this.post({ folder: undefined, dataFolder: undefined, options });
        source.data.then((data) => {
          this.post({ data });
        }, reject);
        source.matrices.then((matrices) => {
          const { features, nearby, similarUnits } = matrices.similarities;
          const ofUnits = [
            similarUnits?.neighbours,
            similarUnits?.neighbourSimilarities,
            similarUnits?.clusterSimilarities,
          ];
          const ofFeatures = features.map((feature) => feature.nearby);
          this.post({ matrices }, buffersOf([matrices.distanceSums, nearby, ...ofFeatures, ...ofUnits]));
        }, reject);
        source.waveforms().then((waveforms) => {
          this.post({ waveforms }, buffersOf(Object.values(waveforms.packed?.arrays ?? {})));
        }, reject);
      }
    });
    try {
      return await Promise.race([drawing, this.failure]);
    } finally {
      over.abort();
    }
  }

  close(): void {
    void this.worker.terminate();
  }

  private post(task: ReportTask, moved: readonly ArrayBuffer[] = []): void {
    this.worker.postMessage(task, moved);
  }
}

/** What is moved to the thread instead of being copied: nobody else has a use for it. */
function buffersOf(arrays: readonly (ArrayBufferView | undefined)[]): ArrayBuffer[] {
  return [...new Set(arrays.flatMap((array) => (array ? [array.buffer as ArrayBuffer] : [])))];
}

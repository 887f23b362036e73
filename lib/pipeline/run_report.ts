import type { RunOptions } from '../native/run.js';
import type { DrawnReport, DrawOptions } from '../report/draw_report.js';
import { ReportThread } from '../report/report_thread.js';
import { writeDrawnReport } from '../report/write_report.js';
import type { OnRows } from '../results/write_results.js';
import { RunContent, type WrittenRun } from './run_content.js';

/** The figures and the report of a run, drawn while its results are written. What fails is told by `finish`. */
export class RunReport {
  readonly #thread: ReportThread;
  #drawing: Promise<DrawnReport> | undefined;
  #onProgress: RunOptions['onProgress'];

  /** @param threads Threads that paint figures; −1: as many as cores */
  constructor(threads: number) {
    this.#thread = new ReportThread(threads);
  }

  /** Resolves to who is to be shown the large arrays while they are written. */
  async begin(written: WrittenRun, options: DrawOptions, signal: AbortSignal | undefined): Promise<OnRows | undefined> {
    const content = RunContent.begin(written, signal);
    const onProgress = (fraction: number) => this.#onProgress?.(fraction);
    this.#drawing = content.then((begun) => this.#thread.draw(begun, options, { signal, onProgress }));
    this.#drawing.catch(() => undefined);
    return content.then(
      ({ take }) =>
        (name, block) => {
          try {
            take(name, block);
          } catch (error) {
            this.#drawing = Promise.reject(error instanceof Error ? error : new Error(String(error)));
            this.#drawing.catch(() => undefined);
          }
        },
      () => undefined,
    );
  }

  /** Waits for the drawings and writes them. */
  async finish(folder: string, { signal, onProgress }: RunOptions): Promise<void> {
    this.#onProgress = onProgress;
    await writeDrawnReport(folder, await this.#drawing!, signal);
  }

  close(): void {
    this.#thread.close();
  }
}

import type { RunOptions } from '../native/run.js';
import type { DrawnReport, DrawOptions } from '../report/drawn_report.js';
import { ReportThread } from '../report/report_thread.js';
import { writeDrawnReport } from '../report/write_report.js';
import type { OnRows } from '../results/write_file.js';
import { RunContent, type WrittenRun } from './run_content.js';
import { RunWaveforms, type ShownWaveforms } from './run_waveforms.js';

/** The figures and the report of a run, drawn while its results are written. What fails is reported by `finish`. */
export class RunReport {
  readonly #thread: ReportThread;
  #waveforms: RunWaveforms | undefined;
  #drawing: Promise<DrawnReport> | undefined;
  #fail!: (error: unknown) => void;
  readonly #failure = new Promise<never>((_, reject) => (this.#fail = reject));
  #onProgress: RunOptions['onProgress'];

  /** @param threads Threads that paint figures; −1: as many as cores */
  constructor(threads: number) {
    this.#thread = new ReportThread(threads);
    this.#failure.catch(() => undefined);
  }

  /** Which waveforms it shows: known before the rest is. Returns who is to be shown those that are written. */
  showWaveforms(shown: ShownWaveforms, signal: AbortSignal | undefined): OnRows {
    const waveforms = (this.#waveforms = new RunWaveforms(shown, signal));
    return this.#attempt(waveforms.take);
  }

  /** Resolves to who is to be shown what is written from now on. */
  async begin(
    written: WrittenRun,
    shown: ShownWaveforms,
    options: DrawOptions,
    signal: AbortSignal | undefined,
  ): Promise<OnRows> {
    if (!this.#waveforms) this.showWaveforms(shown, signal);
    const waveforms = this.#waveforms!;
    const content = RunContent.begin(written);
    const onProgress = (fraction: number) => this.#onProgress?.(fraction);
    this.#drawing = this.#thread.draw(
      {
        data: content.then(({ data }) => data),
        matrices: content.then(({ matrices }) => matrices),
        waveforms: () => waveforms.packed,
      },
      options,
      { signal, onProgress },
    );
    this.#drawing.catch(this.#fail);
    return content.then(
      ({ take }) =>
        this.#attempt((name, block) => {
          take(name, block);
          waveforms.take(name, block);
        }),
      () => () => undefined,
    );
  }

  /** Waits for the drawings and writes them. */
  async finish(folder: string, { signal, onProgress }: RunOptions): Promise<void> {
    this.#onProgress = onProgress;
    await writeDrawnReport(folder, await Promise.race([this.#drawing!, this.#failure]), signal);
  }

  close(): void {
    this.#thread.close();
  }

  /** What cannot be drawn must not stop the writing. */
  #attempt(take: OnRows): OnRows {
    return (name, block) => {
      try {
        take(name, block);
      } catch (error) {
        this.#fail(error);
      }
    };
  }
}

import { abortError } from '../errors.js';
import type { Correction } from '../correction/templates.js';
import type { RunOptions } from '../native/run.js';
import type { ProgressEvent, Stage } from './progress.js';
import type { TrackedUnits } from './tracked_units.js';

/** How a caller steers a run. */
export interface TrackOptions {
  /** Stops the run within 100 ms; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  onProgress?: (event: ProgressEvent) => void;
  /** Threads; −1: all cores. Default: the setting `n_jobs`. The result does not depend on it. */
  threads?: number;
}

/** How the waveforms of a group of units are corrected in the final clustering. */
export interface CorrectedGroup {
  units: TrackedUnits;
  /** As in `GroupResult` */
  shank: number | undefined;
  correction: Correction;
}

/** What the stages of one run share: how it is steered, where its time goes, and what the user should know. */
export class RunContext {
  readonly warnings: string[] = [];
  /** Seconds spent in each stage so far. */
  readonly seconds = new Map<Stage, number>();
  /**
   * Gets what is known of a group of units before its results are: what its correction is likely to be; then what it is,
   * if that is another one.
   */
  onCorrection: ((group: CorrectedGroup) => void) | undefined;

  constructor(
    private readonly options: TrackOptions,
    private readonly shank?: number,
    parent?: RunContext,
  ) {
    if (parent) {
      this.warnings = parent.warnings;
      this.seconds = parent.seconds;
      this.onCorrection = parent.onCorrection;
    }
  }

  /** Threads asked for; −1: all cores. */
  get threads(): number {
    return this.options.threads ?? -1;
  }

  /** The same run, for the units of one shank: its progress and warnings say so. */
  forShank(shank: number | undefined): RunContext {
    return new RunContext(this.options, shank, this);
  }

  /** Does a part of a stage, with the options for native calls in it. Throws the signal's reason if the run is aborted. */
  async stage<Result>(stage: Stage, action: (options: RunOptions) => Promise<Result>): Promise<Result> {
    const { signal, onProgress } = this.options;
    if (signal?.aborted) throw abortError(signal);
    this.report(stage, 0);
    const start = performance.now();
    try {
      const result = await action({
        threads: this.threads,
        ...(signal && { signal }),
        ...(onProgress && {
          onProgress: (fraction) => {
            this.report(stage, fraction);
          },
        }),
      });
      this.report(stage, 1);
      return result;
    } finally {
      this.addSeconds(stage, (performance.now() - start) / 1000);
    }
  }

  addSeconds(stage: Stage, seconds: number): void {
    this.seconds.set(stage, (this.seconds.get(stage) ?? 0) + seconds);
  }

  report(stage: Stage, fraction: number, message?: string): void {
    this.options.onProgress?.({
      stage,
      fraction,
      ...(this.shank !== undefined && { shank: this.shank }),
      ...(message !== undefined && { message }),
    });
  }

  /** Collects a warning; the same one only once. */
  warn(message: string): void {
    const text = this.shank === undefined ? message : `Shank ${this.shank}: ${message}`;
    if (!this.warnings.includes(text)) this.warnings.push(text);
  }
}

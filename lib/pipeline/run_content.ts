import { setImmediate } from 'node:timers/promises';

import { abortError } from '../errors.js';
import type { Waveforms } from '../features/waveforms.js';
import type { RowBlock } from '../files/npy_rows.js';
import type { FigureData } from '../report/figures/figure.js';
import { LargeArrays } from '../report/large_arrays.js';
import { loadReportData } from '../report/load.js';
import type { ReportContent } from '../report/read_report.js';
import type { RowReader } from '../report/row_reader.js';
import { waveformFiles, type ReportWaveforms, type WaveformKind } from '../report/waveforms.js';
import { WrittenResults } from '../report/written_results.js';
import type { ResultFolderFiles } from '../results/write_results.js';

export interface WrittenRun {
  /** Where it is written; `run.json` is there already. */
  path: string;
  folders: readonly ResultFolderFiles[];
  dataFolder: string | undefined;
  /** As recorded */
  waveforms: Waveforms;
}

const unitsAtOnce = 200;

/**
 * Reads what a report shows of a run while the run is written: what is small from memory, and the large arrays as they
 * pass by, so that drawing begins before all is written, and nothing is read from the disk again.
 */
export class RunContent implements ReportContent {
  /** Resolves when all that figures are drawn from has passed by. */
  readonly figureData: Promise<FigureData>;
  readonly #waveforms: Promise<ReportWaveforms>;
  /** Readers of what is still to come, by file name */
  readonly #awaited: { matrices: Map<string, RowReader>; waveforms: Map<string, RowReader> };
  readonly #large: LargeArrays;
  #giveFigures!: (data: FigureData) => void;
  #giveWaveforms!: (waveforms: ReportWaveforms) => void;

  private constructor(large: LargeArrays, files: ReadonlySet<string>) {
    const ofFiles = (readers: Iterable<readonly [string, RowReader]>) =>
      new Map([...readers].filter(([name]) => files.has(name)));
    this.#large = large;
    this.#awaited = {
      matrices: ofFiles(large.matrices),
      waveforms: ofFiles([...large.waveforms].map(([kind, reader]) => [waveformFiles[kind], reader] as const)),
    };
    this.figureData = new Promise((resolve) => {
      this.#giveFigures = resolve;
    });
    this.#waveforms = new Promise((resolve) => {
      this.#giveWaveforms = resolve;
    });
    if (this.#awaited.matrices.size === 0) this.#giveFigures(large.figureData());
    if (this.#awaited.waveforms.size === 0) this.#giveWaveforms(large.reportWaveforms());
  }

  /** Rejects with the signal's reason when aborted. */
  static async begin(
    { path, folders, dataFolder: given, waveforms }: WrittenRun,
    signal: AbortSignal | undefined,
  ): Promise<RunContent> {
    const data = await loadReportData(new WrittenResults(path, folders), { dataFolder: given });
    const files = new Set(Object.keys(folders[0]!.files));
    const isWritten = (kind: WaveformKind) => files.has(waveformFiles[kind]);
    const isAtHand = !isWritten('recorded') && data.dataFolder !== undefined;
    const large = new LargeArrays(data, [
      ...(isWritten('recorded') || isAtHand ? (['recorded'] as const) : []),
      ...(isWritten('corrected') ? (['corrected'] as const) : []),
    ]);
    const recorded = isAtHand ? large.waveforms.get('recorded') : undefined;
    if (recorded) await readAll(recorded, waveforms, signal);
    return new RunContent(large, files);
  }

  waveforms(): Promise<ReportWaveforms> {
    return this.#waveforms;
  }

  /** Gets the rows of the large arrays while they are written. */
  readonly take = (name: string, block: RowBlock): void => {
    const { matrices, waveforms } = this.#awaited;
    (matrices.get(name) ?? waveforms.get(name))?.add(block);
    if (block.first + block.count < block.shape[0]!) return;
    if (matrices.delete(name) && matrices.size === 0) this.#giveFigures(this.#large.figureData());
    if (waveforms.delete(name) && waveforms.size === 0) this.#giveWaveforms(this.#large.reportWaveforms());
  };
}

async function readAll(reader: RowReader, { data, shape }: Waveforms, signal: AbortSignal | undefined): Promise<void> {
  const [units, channels, samples] = shape as [number, number, number];
  const size = channels * samples;
  for (let first = 0; first < units; first += unitsAtOnce) {
    // Others have their turn, an abort among them.
    await setImmediate();
    if (signal?.aborted) throw abortError(signal);
    const count = Math.min(unitsAtOnce, units - first);
    reader.add({ first, count, data: data.subarray(first * size, (first + count) * size), shape });
  }
}

import type { RowBlock } from '../files/npy_rows.js';
import type { MatrixContent } from '../report/matrix_content.js';
import { LargeMatrices } from '../report/large_matrices.js';
import { loadReportData } from '../report/load.js';
import type { ReportData } from '../report/report_data.js';
import type { RowReader } from '../report/row_reader.js';
import { WrittenResults } from '../results/written_results.js';
import type { ResultFolderFiles } from '../results/write_results.js';

export interface WrittenRun {
  /** Where it is written; `run.json` is there already. */
  path: string;
  folders: readonly ResultFolderFiles[];
  dataFolder: string | undefined;
}

/**
 * Reads what figures show of a run while the run is written: what is small from memory, and the large matrices as they
 * pass by, so that drawing begins before anything is written, and nothing is read from the disk again.
 */
export class RunContent {
  /** Resolves when all have passed by. */
  readonly matrices: Promise<MatrixContent>;
  /** Readers of what is still to come, by file name */
  readonly #awaited: Map<string, RowReader>;
  readonly #large: LargeMatrices;
  #give!: (matrices: MatrixContent) => void;

  private constructor(
    readonly data: ReportData,
    files: Readonly<Record<string, unknown>>,
  ) {
    this.#large = new LargeMatrices(data);
    this.#awaited = new Map([...this.#large.readers].filter(([name]) => Object.hasOwn(files, name)));
    this.matrices = new Promise((resolve) => (this.#give = resolve));
    if (this.#awaited.size === 0) this.#give(this.#large.content());
  }

  static async begin({ path, folders, dataFolder }: WrittenRun): Promise<RunContent> {
    const data = await loadReportData(new WrittenResults(path, folders), { dataFolder });
    return new RunContent(data, folders[0]!.files);
  }

  /** Gets the rows of the matrices while they are written. */
  readonly take = (name: string, block: RowBlock): void => {
    this.#awaited.get(name)?.add(block);
    if (block.first + block.count < block.shape[0]!) return;
    if (this.#awaited.delete(name) && this.#awaited.size === 0) this.#give(this.#large.content());
  };
}

import type { MatrixContent } from './matrix_content.js';
import { DistanceSums } from './figures/matrix_image.js';
import type { ResultName } from '../results/schema.js';
import type { ReportData } from './report_data.js';
import type { RowReader } from './row_reader.js';
import { SimilarityScan } from './similarities.js';

/**
 * What figures take of the matrices that are too large to be held: similarities, distances. Each is shown to its reader
 * row by row, by whoever reads it from its file or writes it; of those that are not there, nothing is shown.
 */
export class LargeMatrices {
  /** By the name of the file */
  readonly readers: ReadonlyMap<ResultName, RowReader>;
  readonly #scan: SimilarityScan;
  readonly #distances: DistanceSums;

  constructor(data: ReportData) {
    this.#scan = new SimilarityScan(data);
    this.#distances = new DistanceSums(data);
    this.readers = new Map<ResultName, RowReader>([
      ...this.#scan.readers,
      ...(data.matches ? [] : [['DistanceMatrix', this.#distances] as const]),
    ]);
  }

  /** When all that there are have been read. */
  content(): MatrixContent {
    return { similarities: this.#scan.result(), distanceSums: this.#distances.sums };
  }
}

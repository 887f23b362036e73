import type { FigureData } from './figures/figure.js';
import { DistanceSums } from './figures/matrix_image.js';
import type { ReportData } from './report_data.js';
import type { RowReader } from './row_reader.js';
import { SimilarityScan } from './similarities.js';
import { WaveformPacker, type ReportWaveforms, type WaveformKind } from './waveforms.js';

/**
 * What a report takes of the arrays that are too large to be held: similarities, distances, waveforms. Each array is shown
 * to its reader row by row, by whoever reads it from its file or writes it; of those that are not there, nothing is shown.
 */
export class LargeArrays {
  /** Readers of matrices, by the name of the file */
  readonly matrices: ReadonlyMap<string, RowReader>;
  readonly waveforms: ReadonlyMap<WaveformKind, RowReader>;
  readonly #scan: SimilarityScan;
  readonly #distances: DistanceSums;
  readonly #packer: WaveformPacker;

  /** @param waveforms Those that are there */
  constructor(
    private readonly data: ReportData,
    waveforms: readonly WaveformKind[],
  ) {
    this.#scan = new SimilarityScan(data);
    this.#distances = new DistanceSums(data);
    this.#packer = new WaveformPacker(data, waveforms);
    this.waveforms = this.#packer.readers;
    this.matrices = new Map<string, RowReader>([
      ...this.#scan.readers,
      ...(data.matches ? [] : [['DistanceMatrix', this.#distances] as const]),
    ]);
  }

  /** What figures are drawn from, when all matrices that there are have been read. */
  figureData(): FigureData {
    return { data: this.data, similarities: this.#scan.result(), distanceSums: this.#distances.sums };
  }

  /** The waveforms, when all that there are have been read. */
  reportWaveforms(): ReportWaveforms {
    return this.#packer.result();
  }
}

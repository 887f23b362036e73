import type { NumericData } from '../arrays.js';
import type { RowBlock, RowParts } from '../files/npy_rows.js';
import type { FigureData } from './figures/figure.js';
import { DistanceSums } from './figures/matrix_image.js';
import type { ReportData } from './report_data.js';
import { SimilarityScan } from './similarities.js';
import { WaveformPacker, type ReportWaveforms, type WaveformKind } from './waveforms.js';

/** The same numbers as doubles: loops over numbers of a single type run several times faster. */
export function doubles(data: NumericData): Float64Array {
  if (data instanceof Float64Array) return data;
  return data instanceof BigInt64Array || data instanceof BigUint64Array
    ? Float64Array.from(data, Number)
    : new Float64Array(data);
}

/** Takes what a report needs of an array, while its rows are read or written. */
export interface RowReader {
  add(block: RowBlock): void;
  /** What it needs of each row, by the shape of the array. Absent: whole rows */
  parts?: (shape: readonly number[]) => RowParts;
}

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

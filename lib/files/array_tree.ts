import { fileError } from './file_error.js';

/** A file of named arrays in groups: HDF5 or Zarr. Names are paths from the root without the first slash. */
export interface ArrayTree {
  /** Of the file or folder */
  path: string;
  /** What a group holds, ascending; undefined: there is no such group. */
  members(group: string): Promise<string[] | undefined>;
  /** Undefined: there is no such array. Rejects with DANT_DATA if its numbers cannot be read. */
  describe(name: string): Promise<TreeArray | undefined>;
  /** Attributes of a group or array; {}: there is no such thing. */
  attributes(name: string): Promise<Record<string, unknown>>;
  /** Rows `first` to `end` (not part of them) of an array, in C order; all of an array without axes. Rejects with DANT_DATA. */
  numbers(name: string, first?: number, end?: number): Promise<Float64Array>;
  /** All texts of an array. Rejects with DANT_DATA. */
  texts(name: string): Promise<string[]>;
  close(): Promise<void>;
}

export interface TreeArray {
  shape: readonly number[];
  isText: boolean;
}

/** Texts as they were decoded. Throws DANT_DATA if they are no texts, or were none in UTF-8. */
export function checkTexts(path: string, name: string, values: readonly unknown[]): string[] {
  const texts = values.map((value) => {
    if (typeof value === 'string') return value;
    throw fileError(path, `${name}: expected text.`);
  });
  const wrong = texts.findIndex((text) => text.includes('\ufffd'));
  if (wrong >= 0) throw fileError(path, `${name}: text ${wrong + 1} is not UTF-8.`);
  return texts;
}

/** Numbers that are read at once, at least one chunk. */
const blockNumbers = 2 ** 20;

/**
 * Rows of an array whose file holds them in compressed chunks: reads whole chunks and keeps the last block, so that rows in ascending order
 * cost each chunk once.
 */
export class ChunkedRows {
  private first = 0;
  private block: Float64Array = new Float64Array();
  private readonly blockRows: number;

  /**
   * @param rowNumbers Numbers of a row
   * @param chunkRows Rows of a chunk
   */
  constructor(
    private readonly rows: number,
    private readonly rowNumbers: number,
    chunkRows: number,
    private readonly read: (first: number, end: number) => Promise<Float64Array>,
  ) {
    const chunks = Math.max(1, Math.floor(blockNumbers / Math.max(1, chunkRows * rowNumbers)));
    this.blockRows = chunks * Math.max(1, chunkRows);
  }

  async get(first: number, end: number): Promise<Float64Array> {
    const result = new Float64Array((end - first) * this.rowNumbers);
    for (let row = first; row < end;) {
      const blockFirst = row - (row % this.blockRows);
      const blockEnd = Math.min(this.rows, blockFirst + this.blockRows);
      if (this.first !== blockFirst || this.block.length === 0) {
        this.block = await this.read(blockFirst, blockEnd);
        this.first = blockFirst;
      }
      const stop = Math.min(end, blockEnd);
      const part = this.block.subarray((row - blockFirst) * this.rowNumbers, (stop - blockFirst) * this.rowNumbers);
      result.set(part, (row - first) * this.rowNumbers);
      row = stop;
    }
    return result;
  }
}

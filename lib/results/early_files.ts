import { join } from 'node:path';

import type { RunOptions } from '../native/run.js';
import type { ResultArray } from './result_arrays.js';
import { folderOf, makeFolder, writeFile, type OnRows } from './write_file.js';

/** Files that are written before all results are known. */
export class EarlyFiles {
  readonly #files = new Map<string, Promise<void>>();

  /** @param path The folder of the run */
  constructor(
    private readonly path: string,
    private readonly options: RunOptions,
  ) {}

  /** Begins to write an array into the folder of the run, or of a shank. What fails is told by `written`. */
  begin(shank: number | undefined, name: string, array: ResultArray, onRows: OnRows | undefined): void {
    const { path, options } = this;
    const writing = makeFolder(path, shank).then((folder) => writeFile(folder, name, array, options, onRows));
    writing.catch(() => undefined);
    this.#files.set(join(folderOf(path, shank), name), writing);
  }

  /** Resolves when the file is written; undefined if it was not begun. */
  written(folder: string, name: string): Promise<void> | undefined {
    return this.#files.get(join(folder, name));
  }

  /** Resolves when nothing is being written any more, whether it could be or not. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#files.values());
  }
}

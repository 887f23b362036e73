import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { RunOptions } from '../native/run.js';
import type { ResultArray } from '../results/result_array.js';
import { folderOf, makeFolder, writeFile, type OnRows } from '../results/write_file.js';

interface EarlyFile {
  /** Ends the writing. */
  stop: AbortController;
  writing: Promise<void>;
}

/** Files that are written before all results are known. */
export class EarlyFiles {
  /** By path */
  readonly #files = new Map<string, EarlyFile>();

  /** @param path The folder of the run */
  constructor(
    private readonly path: string,
    private readonly options: RunOptions,
  ) {}

  /**
   * Begins to write an array into the folder of the run, or of a shank, in place of what was begun before under that name.
   * What fails is reported by `written`.
   */
  begin(shank: number | undefined, name: string, array: ResultArray, onRows: OnRows | undefined): void {
    const { path, options } = this;
    const file = join(folderOf(path, shank), name);
    const before = this.#files.get(file);
    const stop = new AbortController();
    const write = async () => {
      if (before) {
        before.stop.abort();
        await before.writing.catch(() => undefined);
        await rm(`${file}.npy`, { force: true });
      }
      const folder = await makeFolder(path, shank);
      await writeFile(folder, name, array, { ...options, signal: eitherOf(options.signal, stop) }, onRows);
    };
    const writing = write();
    writing.catch(() => undefined);
    this.#files.set(file, { stop, writing });
  }

  /** Resolves when the file is written; undefined if it was not begun. */
  written(folder: string, name: string): Promise<void> | undefined {
    return this.#files.get(join(folder, name))?.writing;
  }

  /** Stops all writing; resolves when nothing is being written any more. */
  async stop(): Promise<void> {
    for (const { stop } of this.#files.values()) stop.abort();
    await Promise.allSettled(Array.from(this.#files.values(), ({ writing }) => writing));
  }
}

/** Aborted when either is. `AbortSignal.any` came with Node 20.3. */
function eitherOf(signal: AbortSignal | undefined, stop: AbortController): AbortSignal {
  const abort = () => {
    stop.abort(signal!.reason);
  };
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true, signal: stop.signal });
  return stop.signal;
}

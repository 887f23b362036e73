import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { elementCount } from '../arrays.js';
import type { Dataset } from '../dataset/types.js';
import { NpyWriter, writeNpy } from '../files/npy_writer.js';
import { NpzWriter } from '../files/npz_writer.js';
import type { WritableData } from '../files/encode.js';
import type { RowBlock } from '../files/npy_rows.js';
import { writeBlocks, type Blocks } from '../files/write_elements.js';
import type { RunOptions } from '../native/run.js';
import type { TrackResult } from '../pipeline/track.js';
import type { Settings } from '../settings/index.js';
import { resultFiles, type ResultArray, type ResultArrays, type ResultFiles } from './result_arrays.js';
import { rootScope, shankScope } from './scope.js';

/** Files written side by side: one is computed while another one waits for the disk. */
const filesAtOnce = 2;

/** The files of one folder of results: of all units, or of one shank. */
export interface ResultFolderFiles extends ResultFiles {
  /** Undefined: the folder of the run */
  shank: number | undefined;
}

/** Shows a block of rows of a large array of the run's folder (by file name) while it is written. */
export type OnRows = (name: string, block: RowBlock) => void;

/** What a run writes (specification, section 11): its folder, and with one run per shank also `Shank<id>/` for each. */
export function resultFolders(
  dataset: Dataset,
  result: TrackResult,
  settings: Settings,
  seconds: number,
): ResultFolderFiles[] {
  const large = settings.save_intermediate_results;
  const root = rootScope(dataset, result);
  const { files, ...archives } = resultFiles(root, settings, large);
  const shanks = root.merged ? result.groups : [];
  return [
    { shank: undefined, files: { ...files, RunTimeSec: { data: [seconds], shape: [] } }, ...archives },
    ...shanks.map((group) => ({
      shank: group.shank!,
      ...resultFiles(shankScope(dataset, result, group), settings, large),
    })),
  ];
}

/** Writes the results into an empty folder. `onProgress` gets the share of the files. */
export async function writeResults(
  path: string,
  folders: readonly ResultFolderFiles[],
  { onProgress, onRows, ...options }: RunOptions & { onRows?: OnRows | undefined } = {},
): Promise<void> {
  const tasks: (() => Promise<void>)[] = [];
  for (const folder of folders) {
    const place = folder.shank === undefined ? path : join(path, `Shank${folder.shank}`);
    if (folder.shank !== undefined) await mkdir(place);
    tasks.push(...folderTasks(place, folder, options, folder.shank === undefined ? onRows : undefined));
  }
  const count = tasks.length;
  let done = 0;
  let failed = false;
  const worker = async () => {
    for (let task = tasks.shift(); task && !failed; task = tasks.shift()) {
      await task();
      onProgress?.(++done / count);
    }
  };
  const workers = Array.from({ length: filesAtOnce }, () =>
    worker().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  // All have ended before the caller may remove the folder.
  const failure = (await Promise.allSettled(workers)).find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
}

/** Waveforms after the matrices: figures can be drawn of these while the largest file is written. */
function folderTasks(
  folder: string,
  { files, clusteringResults, output }: ResultFolderFiles,
  options: RunOptions,
  onRows: OnRows | undefined,
): (() => Promise<void>)[] {
  const isLast = (name: string) => Number(name.startsWith('waveforms_'));
  const names = Object.keys(files).sort((a, b) => isLast(a) - isLast(b));
  return [
    ...names.map(
      (name) => () =>
        writeFile(
          join(folder, `${name}.npy`),
          files[name]!,
          options,
          onRows &&
            ((block) => {
              onRows(name, block);
            }),
        ),
    ),
    () => writeArchive(join(folder, 'ClusteringResults.npz'), clusteringResults, options),
    () => writeArchive(join(folder, 'Output.npz'), output, options),
  ];
}

async function writeFile(
  path: string,
  array: ResultArray,
  options: RunOptions,
  onRows: ((block: RowBlock) => void) | undefined,
): Promise<void> {
  if ('data' in array) return writeNpy(path, array, { signal: options.signal });
  const writer = await NpyWriter.create(path, array, { signal: options.signal });
  try {
    if ('blocks' in array) {
      await writeBlocks(writer, (space) => {
        const blocks = array.blocks(space, options);
        return onRows ? shown(blocks, array.shape, onRows) : blocks;
      });
    }
  } finally {
    await writer.close();
  }
}

/** Whole rows of numbers; the rest is passed on. */
async function* shown(
  blocks: Blocks,
  shape: readonly number[],
  onRows: (block: RowBlock) => void,
): AsyncGenerator<WritableData> {
  const rowLength = elementCount(shape.slice(1));
  let first = 0;
  for await (const block of blocks) {
    const count = block.length / rowLength;
    if (ArrayBuffer.isView(block)) onRows({ first, count, data: block, shape });
    first += count;
    yield block;
  }
}

async function writeArchive(path: string, members: ResultArrays, options: RunOptions): Promise<void> {
  const writer = await NpzWriter.create(path, { signal: options.signal });
  try {
    for (const [name, array] of Object.entries(members)) {
      if ('data' in array) await writer.add(name, array);
      else if ('blocks' in array) await writer.addBlocks(name, array, (space) => array.blocks(space, options));
    }
    await writer.close();
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Dataset } from '../dataset/types.js';
import { NpyWriter, writeNpy } from '../files/npy_writer.js';
import { NpzWriter } from '../files/npz_writer.js';
import { writeBlocks } from '../files/write_elements.js';
import type { RunOptions } from '../native/run.js';
import type { TrackResult } from '../pipeline/track.js';
import type { Settings } from '../settings/index.js';
import { resultFiles, type ResultArray, type ResultArrays } from './result_arrays.js';
import { rootScope, shankScope, type Scope } from './scope.js';

/** Files written side by side: one is computed while another one waits for the disk. */
const filesAtOnce = 2;

/**
 * Writes the results (specification, section 11) into an empty folder; with one run per shank, also `Shank<id>/` for each.
 * `onProgress` gets the share of the files.
 */
export async function writeResults(
  folder: string,
  dataset: Dataset,
  result: TrackResult,
  settings: Settings,
  seconds: number,
  { onProgress, ...options }: RunOptions = {},
): Promise<void> {
  const root = rootScope(dataset, result);
  const tasks = folderTasks(folder, root, settings, options);
  tasks.push(() => writeNpy(join(folder, 'RunTimeSec.npy'), { data: [seconds], shape: [] }));
  if (root.merged) {
    for (const group of result.groups) {
      const shankFolder = join(folder, `Shank${group.shank}`);
      await mkdir(shankFolder);
      tasks.push(...folderTasks(shankFolder, shankScope(dataset, result, group), settings, options));
    }
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

function folderTasks(folder: string, scope: Scope, settings: Settings, options: RunOptions): (() => Promise<void>)[] {
  const { files, clusteringResults, output } = resultFiles(scope, settings, settings.save_intermediate_results);
  return [
    ...Object.entries(files).map(
      ([name, array]) =>
        () =>
          writeFile(join(folder, `${name}.npy`), array, options),
    ),
    () => writeArchive(join(folder, 'ClusteringResults.npz'), clusteringResults, options),
    () => writeArchive(join(folder, 'Output.npz'), output, options),
  ];
}

async function writeFile(path: string, array: ResultArray, options: RunOptions): Promise<void> {
  if ('data' in array) return writeNpy(path, array, { signal: options.signal });
  const writer = await NpyWriter.create(path, array, { signal: options.signal });
  try {
    if ('blocks' in array) await writeBlocks(writer, (space) => array.blocks(space, options));
  } finally {
    await writer.close();
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

import { join } from 'node:path';

import type { Dataset } from '../recording/dataset.js';
import { WriteBuffers } from '../files/output_file.js';
import type { RunOptions } from '../native/run.js';
import type { TrackResult } from '../tracking/result.js';
import type { Settings } from '../settings/index.js';
import { resultFiles, type ResultFiles } from './result_files.js';
import { archiveFiles, type ResultName } from './schema.js';
import { rootScope, shankScope } from './scope.js';
import { makeFolder, writeArchive, writeFile, type FileOptions, type OnRows } from './write_file.js';

/** Files written side by side: one is computed while another one waits for the disk. */
const filesAtOnce = 2;

/** The files of one folder of results: of all units, or of one shank. */
export interface ResultFolderFiles extends ResultFiles {
  /** Undefined: the folder of the run */
  shank: number | undefined;
}

/** What a run writes (docs/reference-method.md, section 11): its folder, and with one run per shank also `Shank<id>/` for each. */
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

/** Files whose writing began before. */
export interface FilesInWriting {
  /** Resolves when the file is written; undefined if it was not begun. */
  written(folder: string, name: string): Promise<void> | undefined;
}

export interface WriteResultsOptions extends RunOptions {
  onRows?: OnRows | undefined;
  /** What is being written already. */
  early?: FilesInWriting | undefined;
}

/** Writes the results into an empty folder. `onProgress` gets the share of the files. */
export async function writeResults(
  path: string,
  folders: readonly ResultFolderFiles[],
  { onProgress, onRows, early, ...options }: WriteResultsOptions = {},
): Promise<void> {
  const fileOptions = { ...options, buffers: new WriteBuffers() };
  const tasks: (() => Promise<void>)[] = [];
  for (const folder of folders) {
    const place = await makeFolder(path, folder.shank);
    tasks.push(...folderTasks(place, folder, fileOptions, folder.shank === undefined ? onRows : undefined, early));
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

/**
 * Waveforms after the matrices, and those before the archives: figures can be drawn of them while the rest is written. Where
 * none are drawn, an archive is first: its checksums take a processor while other files take the disk.
 */
function folderTasks(
  folder: string,
  { files, clusteringResults, output }: ResultFolderFiles,
  options: FileOptions,
  onRows: OnRows | undefined,
  early: FilesInWriting | undefined,
): (() => Promise<void>)[] {
  const isLast = (name: string) => Number(name.startsWith('waveforms_'));
  const names = (Object.keys(files) as ResultName[]).sort((a, b) => isLast(a) - isLast(b));
  const arrays = names.map(
    (name) => () => early?.written(folder, name) ?? writeFile(folder, name, files[name]!, options, onRows),
  );
  const clustering = () => writeArchive(join(folder, archiveFiles.clusteringResults), clusteringResults, options);
  const summary = () => writeArchive(join(folder, archiveFiles.output), output, options);
  return onRows ? [...arrays, clustering, summary] : [clustering, ...arrays, summary];
}

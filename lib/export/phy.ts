import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { allowFlag, requireOptions, requireText } from '../arguments.js';
import { fileError, outputError, systemOutputError } from '../files/file_error.js';
import { folderName } from '../import/regions.js';
import { importFile } from '../import/units_table.js';
import { importedTrackedUnits } from './tracked_units.js';

/**
 * Writes cluster_tracked_id.tsv into the folder of each session, so that phy shows the neuron of each cluster (3/8 where parts of
 * one sorting were sessions and found different ones); cluster_tracked_id_<region>.tsv if the data are those of a region, as others
 * have neurons of their own. Files that are there already are replaced only with `force`. Returns what was written.
 */
export async function exportToPhy(
  resultFolder: string,
  dataFolder: string,
  options?: { force?: boolean | undefined },
): Promise<{ files: string[]; units: number }> {
  requireText('resultFolder', resultFolder);
  requireText('dataFolder', dataFolder);
  const { force = false } = requireOptions('options', options);
  allowFlag('force', force);
  const units = await importedTrackedUnits(resultFolder, dataFolder);
  const region = await regionOf(dataFolder);
  const field = region === undefined ? 'tracked_id' : `tracked_id_${folderName(region)}`;
  const phyFile = `cluster_${field}.tsv`;
  const folders = [...new Set(units.map(({ origin }) => origin.folder))];
  for (const folder of folders) {
    if (!existsSync(folder))
      throw outputError(
        folder,
        'the folder of this session is not there any more. Put it back, or import the sessions from where they are now.',
      );
    const path = join(folder, phyFile);
    if (!force && existsSync(path)) {
      throw outputError(path, 'it exists and was left as it is; nothing was written. --force replaces it.');
    }
  }
  const matched = units.filter(({ neuron }) => neuron !== undefined);
  const files = folders.map((folder) => join(folder, phyFile));
  const partial = files.map((file) => `${file}.part`);
  try {
    for (const [f, folder] of folders.entries()) {
      const neurons = new Map<number, Set<number>>();
      for (const { origin, neuron } of matched) {
        if (origin.folder !== folder) continue;
        neurons.set(origin.clusterId, (neurons.get(origin.clusterId) ?? new Set()).add(neuron!));
      }
      const lines = [...neurons].sort(([a], [b]) => a - b).map(([id, found]) => `${id}\t${[...found].join('/')}\n`);
      await writeFile(partial[f]!, `cluster_id\t${field}\n${lines.join('')}`);
    }
    // All could be written: now they take their places.
    for (const [f, file] of files.entries()) await rename(partial[f]!, file);
  } catch (error) {
    await Promise.all(partial.map((path) => rm(path, { force: true })));
    throw systemOutputError((error as NodeJS.ErrnoException).path ?? folders[0]!, error);
  }
  return { files, units: matched.length };
}

/** Of which region imported data are, as import.json says. */
async function regionOf(dataFolder: string): Promise<string | undefined> {
  const path = join(dataFolder, importFile);
  if (!existsSync(path)) return undefined;
  try {
    const { region } = JSON.parse(await readFile(path, 'utf8')) as { region?: unknown };
    return typeof region === 'string' ? region : undefined;
  } catch (error) {
    throw fileError(path, `cannot be read (${(error as Error).message}). Import the sessions anew.`, error);
  }
}

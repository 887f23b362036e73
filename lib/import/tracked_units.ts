import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

import { fileError, outputError, systemFileError, systemOutputError } from '../files/file_error.js';
import { readNpy } from '../files/npy.js';
import { csvLine } from './csv.js';

/** A unit of an imported data set, and the neuron that it was found to be. */
export interface TrackedUnit {
  unit: number;
  /** Cluster of the result, from 1; undefined: unmatched */
  neuron: number | undefined;
  /** Of the neuron; undefined where the result has none */
  confidence: number | undefined;
  /** From 1 */
  session: number;
  /** Of the sorter */
  folder: string;
  clusterId: number;
  label: string;
  depthUm: number;
}

export const unitsFile = 'units.csv';
export const trackedUnitsFile = 'tracked_units.csv';
export const phyFile = 'cluster_tracked_id.tsv';

/**
 * Whose each unit of a result is. Rejects with DANT_DATA if the data were not imported (they have no units.csv), or if the
 * result is of other data.
 */
export async function trackedUnits(resultFolder: string, dataFolder: string): Promise<TrackedUnit[]> {
  const path = join(dataFolder, unitsFile);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw systemFileError(path, error);
    throw fileError(
      path,
      'there is no such file: these data were not made by "dant import", so nothing tells whose the units are.',
    );
  }
  const rows = parse<Record<string, string>>(text, { columns: true, skip_empty_lines: true });
  const clusterPath = join(resultFolder, 'IdxCluster.npy');
  const { data: clusters } = await readNpy(clusterPath, { as: 'int32' });
  if (rows.length !== clusters.length) {
    throw fileError(
      clusterPath,
      `has ${clusters.length} units but ${path} ${rows.length}: the result is of other data.`,
    );
  }
  const confidencePath = join(resultFolder, 'ClusterConfidence.npy');
  const confidences = existsSync(confidencePath)
    ? (await readNpy(confidencePath, { as: 'float64' })).data
    : new Float64Array();
  return rows.map((row, k) => {
    const neuron = clusters[k]! > 0 ? clusters[k]! : undefined;
    return {
      unit: k,
      neuron,
      confidence: neuron === undefined ? undefined : confidences[neuron - 1],
      session: Number(row.session),
      folder: row.folder ?? '',
      clusterId: Number(row.cluster_id),
      label: row.label ?? '',
      depthUm: Number(row.depth_um),
    };
  });
}

/** Writes tracked_units.csv into a result whose data were imported; does nothing for other data. */
export async function writeTrackedUnits(resultFolder: string, dataFolder: string): Promise<void> {
  if (!existsSync(join(dataFolder, unitsFile))) return;
  const units = await trackedUnits(resultFolder, dataFolder);
  const path = join(resultFolder, trackedUnitsFile);
  try {
    await writeFile(path, trackedUnitsText(units));
  } catch (error) {
    throw systemOutputError(path, error);
  }
}

/** The table: neurons in their order, each in the order of sessions, then the units that were not matched. */
function trackedUnitsText(units: readonly TrackedUnit[]): string {
  const order = [...units].sort(
    (a, b) => (a.neuron ?? Infinity) - (b.neuron ?? Infinity) || a.session - b.session || a.unit - b.unit,
  );
  return [
    'neuron,confidence,session,folder,cluster_id,label,depth_um,unit\n',
    ...order.map((u) =>
      csvLine([u.neuron, u.confidence?.toFixed(4), u.session, u.folder, u.clusterId, u.label, u.depthUm, u.unit]),
    ),
  ].join('');
}

/**
 * Writes cluster_tracked_id.tsv into the folder of each session, so that phy shows the neuron of each cluster. Files that are
 * there already are replaced only with `force`. Returns what was written.
 */
export async function exportToPhy(
  resultFolder: string,
  dataFolder: string,
  { force = false }: { force?: boolean | undefined } = {},
): Promise<{ files: string[]; units: number }> {
  const units = await trackedUnits(resultFolder, dataFolder);
  const folders = [...new Set(units.map(({ folder }) => folder))];
  for (const folder of folders) {
    if (!existsSync(folder)) throw outputError(folder, 'the folder of this session is not there any more.');
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
      const lines = matched
        .filter((unit) => unit.folder === folder)
        .sort((a, b) => a.clusterId - b.clusterId)
        .map(({ clusterId, neuron }) => `${clusterId}\t${neuron!}\n`);
      await writeFile(partial[f]!, `cluster_id\ttracked_id\n${lines.join('')}`);
    }
    // All could be written: now they take their places.
    for (const [f, file] of files.entries()) await rename(partial[f]!, file);
  } catch (error) {
    await Promise.all(partial.map((path) => rm(path, { force: true })));
    throw systemOutputError((error as NodeJS.ErrnoException).path ?? folders[0]!, error);
  }
  return { files, units: matched.length };
}

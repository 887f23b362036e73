import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { allowText, requireText } from '../arguments.js';
import { DantError } from '../errors.js';
import { fileError, systemOutputError } from '../files/file_error.js';
import { readNpy } from '../files/npy.js';
import { csvLine } from '../import/csv.js';
import { readNamedRows } from '../import/tables.js';
import { readUnitsTable, unitsFile, type UnitOrigin } from '../import/units_table.js';
import { readClusters } from '../results/read_result.js';
import { ResultFolder } from '../results/result_folder.js';

/** A unit of a result, and the neuron that it was found to be. */
export interface TrackedUnit {
  /** From 0 */
  unit: number;
  /** Cluster of the result, from 1; undefined: unmatched */
  neuron: number | undefined;
  /** Of the neuron; undefined where the result has none */
  confidence: number | undefined;
  /** From 1; undefined: not known */
  session: number | undefined;
  /** Undefined: the data were not imported */
  origin: UnitOrigin | undefined;
  /** Undefined: not known */
  depthUm: number | undefined;
}

/** Of imported data: where each unit is from is known. */
export type ImportedTrackedUnit = TrackedUnit & { session: number; origin: UnitOrigin };

export const trackedUnitsFile = 'tracked_units.csv';

/**
 * The neuron of each unit of a result, of any method and age. Rejects with DANT_DATA if there are no clusters, or if the data
 * folder is of another result.
 * @param dataFolder Undefined: it is not known
 */
export async function trackedUnits(resultFolder: string, dataFolder?: string): Promise<TrackedUnit[]> {
  requireText('resultFolder', resultFolder);
  allowText('dataFolder', dataFolder);
  const results = new ResultFolder(resultFolder);
  const clusters = await readClusters(results);
  const confidences = (await results.floats('ClusterConfidence'))?.data;
  const locations = (await results.floats('locations'))?.data;
  const origins = dataFolder === undefined ? undefined : await readUnitsTable(dataFolder);
  const sessions = (await results.integers('sessions'))?.data ?? (await sessionsOf(dataFolder));
  const [problem] = results.problems;
  if (problem !== undefined) throw fileError(resultFolder, problem);
  for (const [count, name] of [
    [origins?.length, unitsFile],
    [sessions?.length, 'session_index.npy'],
  ] as const) {
    if (count === undefined || count === clusters.length) continue;
    throw fileError(
      resultFolder,
      `has ${clusters.length} units but ${join(dataFolder ?? '', name)} ${count}: the result is of other data.`,
    );
  }
  return Array.from(clusters, (cluster, unit): TrackedUnit => {
    const neuron = cluster > 0 ? cluster : undefined;
    return {
      unit,
      neuron,
      confidence: neuron === undefined ? undefined : confidences?.[neuron - 1],
      session: origins?.[unit]?.session ?? sessions?.[unit],
      origin: origins?.[unit],
      depthUm: origins?.[unit]?.depthUm ?? locations?.[3 * unit + 1],
    };
  });
}

async function sessionsOf(dataFolder: string | undefined): Promise<Float64Array | undefined> {
  const path = dataFolder === undefined ? undefined : join(dataFolder, 'session_index.npy');
  return path !== undefined && existsSync(path) ? (await readNpy(path, { as: 'float64' })).data : undefined;
}

/** The same for imported data. Rejects with DANT_DATA if they were not. */
export async function importedTrackedUnits(resultFolder: string, dataFolder: string): Promise<ImportedTrackedUnit[]> {
  const units = await trackedUnits(resultFolder, dataFolder);
  if (units.every((unit): unit is ImportedTrackedUnit => unit.origin !== undefined)) return units;
  throw fileError(
    join(dataFolder, unitsFile),
    'there is no such file: these data were not made by "dant import", so nothing tells whose the units are.',
  );
}

/** The units of a result by its tracked_units.csv, in their order. Rejects with DANT_DATA if there is none, or it is damaged. */
export async function readTrackedUnits(resultFolder: string): Promise<{ session: number; clusterId: number }[]> {
  const rows = await readNamedRows(join(resultFolder, trackedUnitsFile), '"dant run"');
  return rows
    .map(({ number }) => ({ unit: number('unit'), session: number('session'), clusterId: number('cluster_id') }))
    .sort((a, b) => a.unit - b.unit);
}

/**
 * Writes tracked_units.csv into a result whose data were imported; does nothing for other data. Returns why it could not, if their
 * table is not as it was.
 */
export async function writeTrackedUnits(resultFolder: string, dataFolder: string): Promise<string | undefined> {
  if (!existsSync(join(dataFolder, unitsFile))) return undefined;
  const path = join(resultFolder, trackedUnitsFile);
  try {
    await writeFile(path, trackedUnitsText(await trackedUnits(resultFolder, dataFolder)));
    return undefined;
  } catch (error) {
    if (!(error instanceof DantError)) throw systemOutputError(path, error);
    // The result is worth more than the table.
    return `${trackedUnitsFile} was not written: ${error.message}`;
  }
}

/**
 * A table as .csv: neurons in their order, each in the order of sessions, then the units that were not matched. What is not
 * known is empty.
 */
export function trackedUnitsText(units: readonly TrackedUnit[]): string {
  const order = [...units].sort(
    (a, b) =>
      (a.neuron ?? Number.MAX_VALUE) - (b.neuron ?? Number.MAX_VALUE) ||
      (a.session ?? 0) - (b.session ?? 0) ||
      a.unit - b.unit,
  );
  return [
    'neuron,confidence,session,folder,cluster_id,label,depth_um,unit\n',
    ...order.map(({ neuron, confidence, session, origin, depthUm, unit }) =>
      csvLine([
        neuron,
        confidence?.toFixed(4),
        session,
        origin?.folder,
        origin?.clusterId,
        origin?.label,
        origin ? depthUm : depthUm?.toFixed(2),
        unit,
      ]),
    ),
  ].join('');
}

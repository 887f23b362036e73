import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { readNamedRows } from './tables.js';

/** The table of an imported data set that says whose its units are. */
export const unitsFile = 'units.csv';
/** How an imported data set was made. */
export const importFile = 'import.json';

/** Where a unit of an imported data set is from. */
export interface UnitOrigin {
  /** From 1 */
  session: number;
  /** Of the sorter */
  folder: string;
  clusterId: number;
  /** What the sorter calls it, where that is no number */
  name?: string | undefined;
  label: string;
  depthUm: number;
}

/** The origin of each unit; undefined: these data were not imported. Rejects with DANT_DATA if the table cannot be read. */
export async function readUnitsTable(dataFolder: string): Promise<UnitOrigin[] | undefined> {
  const path = join(dataFolder, unitsFile);
  if (!existsSync(path)) return undefined;
  const rows = await readNamedRows(path, '"dant import"');
  return rows.map(({ text, number }) => ({
    session: number('session'),
    folder: text('folder'),
    clusterId: number('cluster_id'),
    name: text('unit_name') || undefined,
    label: text('label'),
    depthUm: number('depth_um'),
  }));
}

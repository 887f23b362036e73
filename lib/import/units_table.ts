import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

import { fileError, systemFileError } from '../files/file_error.js';

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
  let rows: Record<string, string>[];
  try {
    rows = parse(await readFile(path, 'utf8'), { bom: true, columns: true, skip_empty_lines: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw systemFileError(path, error);
    throw fileError(path, `this is not the table that "dant import" wrote: ${(error as Error).message}.`, error);
  }
  return rows.map((row, k) => {
    const number = (column: string) => {
      const value = Number(row[column] ?? '');
      if (row[column] !== undefined && row[column] !== '' && Number.isFinite(value)) return value;
      throw fileError(path, `unit ${k}: expected a number for ${column} but found "${row[column] ?? ''}".`);
    };
    return {
      session: number('session'),
      folder: row.folder ?? '',
      clusterId: number('cluster_id'),
      name: row.unit_name === '' ? undefined : row.unit_name,
      label: row.label ?? '',
      depthUm: number('depth_um'),
    };
  });
}

import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';

import { allowFlag, requireOptions, requireText } from '../arguments.js';
import { outputError, systemOutputError } from '../files/file_error.js';
import { writeNpz } from '../files/npz_writer.js';
import type { WritableArray } from '../files/write_elements.js';
import { trackedUnits, trackedUnitsText, type TrackedUnit } from './tracked_units.js';

export interface TableOptions {
  /** Where the input files of the run are; undefined: not known */
  dataFolder?: string | undefined;
  /** Replace a file that is there. */
  force?: boolean | undefined;
}

/** Writes the neuron of each unit as a table. Rejects with DANT_DATA, DANT_OUTPUT. */
export async function exportCsv(resultFolder: string, file: string, options?: TableOptions): Promise<TrackedUnit[]> {
  return exportTable(resultFolder, file, options, (path, units) => writeFile(path, trackedUnitsText(units)));
}

/**
 * Writes the neuron of each unit (N) as arrays: `unit`, `neuron` (−1: unmatched), `confidence` (NaN: none), `session` (0: not known), `depth_um`
 * (NaN: not known), and of imported data `cluster_id`, `label` and `folder`. Rejects with DANT_DATA, DANT_OUTPUT.
 */
export async function exportNpz(resultFolder: string, file: string, options?: TableOptions): Promise<TrackedUnit[]> {
  return exportTable(resultFolder, file, options, (path, units) => writeNpz(path, arraysOf(units)));
}

async function exportTable(
  resultFolder: string,
  file: string,
  options: TableOptions | undefined,
  write: (path: string, units: TrackedUnit[]) => Promise<unknown>,
): Promise<TrackedUnit[]> {
  requireText('file', file);
  const { dataFolder, force = false } = requireOptions('options', options);
  allowFlag('force', force);
  const units = await trackedUnits(resultFolder, dataFolder);
  if (!force && existsSync(file)) throw outputError(file, 'it exists and was left as it is. --force replaces it.');
  const partial = `${file}.part`;
  try {
    await rm(partial, { force: true });
    await write(partial, units);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : systemOutputError(file, error);
  }
  return units;
}

function arraysOf(units: readonly TrackedUnit[]): Record<string, WritableArray> {
  const shape = [units.length];
  const integers = (value: (unit: TrackedUnit) => number | undefined, absent: number): WritableArray => ({
    // Ids of clusters may be larger than 32 bits hold.
    data: Float64Array.from(units, (unit) => value(unit) ?? absent),
    shape,
    dtype: '<i8',
  });
  const numbers = (value: (unit: TrackedUnit) => number | undefined): WritableArray => ({
    data: Float64Array.from(units, (unit) => value(unit) ?? NaN),
    shape,
  });
  const texts = (value: (unit: TrackedUnit) => string): WritableArray => ({ data: units.map(value), shape });
  return {
    unit: integers(({ unit }) => unit, -1),
    neuron: integers(({ neuron }) => neuron, -1),
    confidence: numbers(({ confidence }) => confidence),
    session: integers(({ session }) => session, 0),
    depth_um: numbers(({ depthUm }) => depthUm),
    ...(units.every(({ origin }) => origin) && {
      cluster_id: integers(({ origin }) => origin?.clusterId, -1),
      label: texts(({ origin }) => origin?.label ?? ''),
      folder: texts(({ origin }) => origin?.folder ?? ''),
    }),
  };
}

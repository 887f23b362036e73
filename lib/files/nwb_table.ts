import { createHash } from 'node:crypto';

import { fileError } from './file_error.js';
import { Hdf5File } from './hdf5.js';
import { Hdf5Writer, type Hdf5Attributes } from './hdf5_writer.js';

/** A column for a table of NWB. */
export interface TableColumn {
  name: string;
  description: string;
  /** One for each row; whole numbers are stored as int64 */
  values: Float64Array | BigInt64Array | readonly string[];
}

/** What says of which type of NWB (hdmf) something is; its object id is made of `seed`, so that the same input gives the same file. */
export function nwbType(type: string, seed: string, namespace = 'hdmf-common'): Hdf5Attributes {
  return { namespace, neurodata_type: type, object_id: uuidOf(`${seed} ${type}`) };
}

/** Adds columns of single values; the table's colnames must name them. */
export function writeColumns(writer: Hdf5Writer, table: string, columns: readonly TableColumn[], seed: string): void {
  for (const { name, description, values } of columns) {
    writer.array(`${table}/${name}`, values, { description, ...nwbType('VectorData', `${seed} ${table}/${name}`) });
  }
}

/**
 * Adds columns to a table (hdmf DynamicTable) of an NWB file in HDF5. Rejects with DANT_DATA if the table has such columns, DANT_OUTPUT if
 * they cannot be written.
 */
export async function addTableColumns(
  path: string,
  table: string,
  columns: readonly TableColumn[],
  seed: string,
): Promise<void> {
  const names = await columnNames(path, table);
  const twice = columns.find(({ name }) => names.includes(name));
  if (twice) {
    throw fileError(path, `${table} has a column ${twice.name} already. Export to the files as they were before.`);
  }
  const writer = await Hdf5Writer.open(path, 'a');
  try {
    writeColumns(writer, table, columns, seed);
    writer.setAttribute(table, 'colnames', [...names, ...columns.map(({ name }) => name)]);
  } finally {
    writer.close();
  }
}

async function columnNames(path: string, table: string): Promise<string[]> {
  const file = await Hdf5File.open(path);
  try {
    const { colnames } = await file.attributes(table);
    return [colnames].flat().map(String);
  } finally {
    await file.close();
  }
}

/** A UUID (version 8) of a text. */
export function uuidOf(text: string): string {
  const digits = createHash('sha256').update(text).digest('hex');
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-');
}

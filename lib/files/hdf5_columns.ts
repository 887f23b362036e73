import { createHash } from 'node:crypto';
import type { Group } from 'h5wasm/node';

import { fileError, outputError } from './file_error.js';

/** A column for a table of NWB. */
export interface TableColumn {
  name: string;
  description: string;
  /** One number for each row; whole ones are stored as int64 */
  values: Float64Array | BigInt64Array;
}

/**
 * Adds columns to a table (hdmf DynamicTable) of an HDF5 file. Their object ids are made of `seed` and their names, so that the same
 * input gives the same file. Rejects with DANT_DATA if the table has such columns, DANT_OUTPUT if they cannot be written.
 */
export async function addTableColumns(
  path: string,
  table: string,
  columns: readonly TableColumn[],
  seed: string,
): Promise<void> {
  const { File, ready } = await import('./hdf5_library.js');
  (await ready).activate_throwing_error_handler();
  const attempt = <Result>(action: () => Result): Result => {
    try {
      return action();
    } catch (error) {
      if (error instanceof Error && error.name === 'DantError') throw error;
      throw outputError(path, `${table} could not be added to: ${String(error).split('\n').at(-1)!.trim()}`, error);
    }
  };
  const file = attempt(() => new File(path, 'a'));
  try {
    attempt(() => {
      const group = file.get(table) as Group;
      const names = group.attrs.colnames?.value as string[];
      for (const { name, description, values } of columns) {
        if (group.keys().includes(name)) {
          throw fileError(path, `${table} has a column ${name} already. Export to the files as they were before.`);
        }
        const dataset = group.create_dataset({ name, data: values });
        const attributes = {
          description,
          namespace: 'hdmf-common',
          neurodata_type: 'VectorData',
          object_id: uuidOf(`${seed} ${table}/${name}`),
        };
        for (const [key, value] of Object.entries(attributes)) dataset.create_attribute(key, value);
      }
      group.delete_attribute('colnames');
      group.create_attribute('colnames', [...names, ...columns.map(({ name }) => name)]);
      file.flush();
    });
  } finally {
    file.close();
  }
}

/** A UUID (version 8) of a text. */
function uuidOf(text: string): string {
  const digits = createHash('sha256').update(text).digest('hex');
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-');
}

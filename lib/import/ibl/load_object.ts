import { join } from 'node:path';

import type { Table } from '../../files/parquet.js';
import { attributeKey } from './alf_path.js';
import { isTable, lengthOf, type AlfArray, type AlfObject } from './alf_object.js';
import { isReadable, readAlfFile } from './read_alf.js';
import type { SessionFile } from './session_files.js';

/**
 * Reads the files of an object. A file `<object>.table` gives an attribute for each of its columns. Arrays of different lengths are
 * told in the warnings and given as they are. Rejects with DANT_DATA.
 */
export async function loadObject(
  folder: string,
  files: readonly SessionFile[],
  warnings: string[],
  signal?: AbortSignal,
): Promise<AlfObject> {
  const object: AlfObject = {};
  for (const file of files) {
    const path = join(folder, file.path);
    if (!isReadable(file.extension) || file.size === 0) {
      warnings.push(`${path} was left out: ${file.size === 0 ? 'the file is empty' : 'it holds no array or table'}.`);
      continue;
    }
    const value = await readAlfFile(path, file.extension, signal);
    if (file.attribute === 'table' && isTable(value)) Object.assign(object, attributesOf(value));
    else object[attributeKey(file)] = value;
  }
  const lengths = new Map(Object.entries(object).map(([key, value]) => [key, lengthOf(value)]));
  if (new Set([...lengths.values()].filter((length) => length !== 1)).size > 1) {
    warnings.push(
      `${join(folder, files[0]!.collection)}: the parts of ${files[0]!.object} have different lengths: ` +
        `${[...lengths].map(([key, length]) => `${key} ${length}`).join(', ')}. They may be of different sortings.`,
    );
  }
  return object;
}

/** Columns as arrays; x_0, x_1 … are one of shape (rows, columns). */
function attributesOf({ rows, columns }: Table): AlfObject {
  const attributes: AlfObject = {};
  const parts = new Map<string, Float64Array[]>();
  for (const [name, column] of Object.entries(columns)) {
    const [, whole, part] = /^(.+)_(\d+)$/.exec(name) ?? [];
    if (whole !== undefined && column instanceof Float64Array) {
      const found = parts.get(whole) ?? [];
      found[Number(part)] = column;
      parts.set(whole, found);
    } else attributes[name] = { data: column, shape: [rows] };
  }
  for (const [name, list] of parts) attributes[name] = joined(rows, list);
  return attributes;
}

function joined(rows: number, columns: readonly Float64Array[]): AlfArray {
  const data = new Float64Array(rows * columns.length);
  columns.forEach((column, c) => {
    column.forEach((value, r) => {
      data[r * columns.length + c] = value;
    });
  });
  return { data, shape: [rows, columns.length] };
}

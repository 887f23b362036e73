import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';

import { toFloat64 } from '../../files/convert.js';
import { fileError, systemFileError } from '../../files/file_error.js';
import { readNpy, type NpyArray } from '../../files/npy.js';
import { readNpz } from '../../files/npz.js';
import { readParquet, type Table, type TableColumn } from '../../files/parquet.js';
import type { AlfArray } from './alf_object.js';

const separators: Record<string, string> = { csv: ',', tsv: '\t', htsv: '\t', ssv: ' ' };

/** Whether files with this ending hold arrays or tables. */
export const isReadable = (extension: string) =>
  ['npy', 'npz', 'pqt', 'parquet'].includes(extension) || extension in separators;

/**
 * Reads a data file: .npy, .npz (one array), .pqt, or a text table (.csv, .tsv, .htsv, .ssv), of which one column alone is an array.
 * Rejects with DANT_DATA.
 */
export async function readAlfFile(path: string, extension: string, signal?: AbortSignal): Promise<AlfArray | Table> {
  if (extension === 'npy') return alfArray(path, await readNpy(path, { signal }));
  if (extension === 'npz') {
    const arrays = Object.entries(await readNpz(path, { signal }));
    const [first, ...others] = arrays;
    if (first === undefined || others.length > 0) {
      throw fileError(path, `expected one array but found ${arrays.map(([name]) => name).join(', ') || 'none'}.`);
    }
    return alfArray(path, first[1]);
  }
  const table = extension in separators ? await readText(path, separators[extension]!) : await readParquet(path);
  const [column, ...others] = Object.values(table.columns);
  if (extension in separators && column !== undefined && others.length === 0)
    return { data: column, shape: [table.rows] };
  return table;
}

function alfArray(path: string, { data, shape }: NpyArray): AlfArray {
  // A column vector is a list.
  const flat = shape.length === 2 && shape[1] === 1 ? [shape[0]!] : shape;
  return {
    data: data instanceof BigInt64Array || data instanceof BigUint64Array ? toFloat64(path, data) : data,
    shape: flat,
  };
}

/** A text file with a line of names above its columns. */
async function readText(path: string, delimiter: string): Promise<Table> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw systemFileError(path, error);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw fileError(path, 'the text is not UTF-8. Save it again as UTF-8.', error);
  }
  let records: string[][];
  try {
    records = parse(text, { bom: true, delimiter, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw fileError(path, `this is not a table: ${(error as Error).message}.`, error);
  }
  const [names = [], ...rows] = records;
  const columns = Object.fromEntries(names.map((name, c) => [name, textColumn(rows.map((row) => row[c]!))]));
  return { rows: rows.length, columns };
}

function textColumn(cells: string[]): TableColumn {
  const isNumeric = cells.every((cell) => /^(nan)?$/i.test(cell) || (cell !== '' && !Number.isNaN(Number(cell))));
  return isNumeric ? Float64Array.from(cells, (cell) => (cell === '' ? NaN : Number(cell))) : cells;
}

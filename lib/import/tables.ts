import { parse } from 'csv-parse/sync';

import { fileError } from '../files/file_error.js';
import { readText, readTextIfThere } from '../files/text_file.js';

/** A table with a column of cluster ids, each id with its row. */
export interface ClusterTable {
  /** Names of the other columns */
  columns: string[];
  rows: Map<number, Record<string, string>>;
}

/**
 * Reads a table of clusters, separated by tabs (.tsv, and whatever holds a tab in its first line), commas or semicolons. Undefined: there is
 * no such file.
 */
export async function readClusterTable(path: string): Promise<ClusterTable | undefined> {
  const text = await readTextIfThere(path);
  return text === undefined ? undefined : parseClusterTable(path, text);
}

export function parseClusterTable(path: string, text: string): ClusterTable {
  const isTabbed = /^[^\n]*\t/.test(text);
  // As spreadsheets write where the comma is in numbers
  const hasSemicolons = /^[^\n,]*;[^\n,]*(\n|$)/.test(text);
  const records = parseRecords(path, text, isTabbed ? '\t' : hasSemicolons ? ';' : ',', isTabbed ? false : '"');
  const [header = [], ...body] = records;
  const idColumn = header.findIndex((name) => ['cluster_id', 'id'].includes(name.toLowerCase()));
  if (records.length > 0 && idColumn < 0) {
    throw fileError(path, `expected a column cluster_id but found ${header.join(', ')}.`);
  }
  const rows = new Map<number, Record<string, string>>();
  for (const record of body) {
    const id = record[idColumn] ?? '';
    if (record.every((cell) => cell === '')) continue;
    if (!/^\d+(\.0*)?$/.test(id)) throw fileError(path, `expected a number as cluster_id but found "${id}".`);
    rows.set(Number(id), Object.fromEntries(header.map((name, i) => [name, record[i] ?? ''])));
  }
  return { columns: header.filter((_, i) => i !== idColumn), rows };
}

/**
 * The cells of a table, row by row, without spaces around them; rows may differ in length. Throws DANT_DATA if it is none.
 * @param quote What may enclose a cell; false: nothing
 */
export function parseRecords(
  path: string,
  text: string,
  delimiter: string | string[],
  quote: string | false = '"',
): string[][] {
  try {
    return parse(text, { bom: true, delimiter, quote, relax_column_count: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw fileError(path, `this is not a table: ${(error as Error).message}.`, error);
  }
}

/** A row of a table with names of columns. */
export interface NamedRow {
  /** The text in a column; '': nothing, or there is no such column */
  text: (column: string) => string;
  /** Throws DANT_DATA if it is none. */
  number: (column: string) => number;
}

/**
 * Reads a table (.csv) of units, one in a row, that was written here: spaces are part of its cells. Rejects with DANT_DATA.
 * @param writer Who writes such tables, for the message
 */
export async function readNamedRows(path: string, writer: string): Promise<NamedRow[]> {
  const text = await readText(path);
  let rows: Record<string, string>[];
  try {
    rows = parse(text, { bom: true, columns: true, skip_empty_lines: true });
  } catch (error) {
    throw fileError(path, `this is not the table that ${writer} wrote: ${(error as Error).message}.`, error);
  }
  return rows.map((row, k) => ({
    text: (column) => row[column] ?? '',
    number: (column) => {
      const cell = row[column] ?? '';
      const value = Number(cell);
      if (cell !== '' && Number.isFinite(value)) return value;
      throw fileError(path, `line ${k + 2}: expected a number for ${column} but found "${cell}".`);
    },
  }));
}

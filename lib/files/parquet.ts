import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, type DecodedArray } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

import { requireText, requireTexts } from '../arguments.js';
import { DantError } from '../errors.js';
import { fileError, systemFileError } from './file_error.js';

/** Numbers (NaN: missing; truth values are 0 and 1), or texts ('': missing; a date is "2024-05-01"). */
export type TableColumn = Float64Array | string[];

/** A table of columns of equal length. */
export interface Table {
  rows: number;
  columns: Record<string, TableColumn>;
}

/**
 * Reads a Parquet file with flat columns of numbers, truth values, texts or dates, of any common compression. The unnamed index that
 * pandas adds is left out. Rejects with DANT_DATA that names the file, and the column if it is one's fault.
 * @param wanted Reads only these columns, as far as they are there.
 */
export async function readParquet(path: string, wanted?: readonly string[]): Promise<Table> {
  requireText('path', path);
  if (wanted !== undefined) requireTexts('wanted', wanted);
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const rows = Number(metadata.num_rows);
    const [root, ...elements] = metadata.schema;
    if (root?.num_children !== elements.length || elements.some(({ num_children }) => num_children)) {
      throw fileError(path, 'expected a table of plain columns but found nested ones.');
    }
    const names = elements
      .map(({ name }) => name)
      .filter((name) => !/^__index_level_\d+__$/.test(name) && (wanted?.includes(name) ?? true));
    const columns = new Map<string, TableColumn>();
    if (names.length > 0) {
      await parquetRead({
        file,
        metadata,
        columns: names,
        compressors,
        parsers: { dateFromDays: (days) => new Date(days * 86_400_000).toISOString().slice(0, 10) },
        onChunk: ({ columnName, columnData, rowStart }) => {
          fill(path, columnName, columnData, rowStart, rows, columns);
        },
      });
    }
    return {
      rows,
      columns: Object.fromEntries(names.map((name) => [name, columns.get(name) ?? new Float64Array(rows).fill(NaN)])),
    };
  } catch (error) {
    if (error instanceof DantError) throw error;
    if ((error as NodeJS.ErrnoException).syscall) throw systemFileError(path, error);
    throw fileError(
      path,
      `this Parquet table cannot be read: ${(error as Error).message}. Is the file damaged or not all there?`,
      error,
    );
  }
}

/** Puts what was read into its column, whose kind its first value decides. */
function fill(
  path: string,
  name: string,
  values: DecodedArray,
  first: number,
  rows: number,
  columns: Map<string, TableColumn>,
): void {
  for (let i = 0; i < values.length; i++) {
    const value: unknown = values[i];
    if (value === null || value === undefined) continue;
    let column = columns.get(name);
    if (column === undefined) {
      column = typeof value === 'string' ? new Array<string>(rows).fill('') : new Float64Array(rows).fill(NaN);
      columns.set(name, column);
    }
    if (typeof value === 'string' && Array.isArray(column)) column[first + i] = value;
    else if (typeof value !== 'string' && !Array.isArray(column)) column[first + i] = numberOf(path, name, value);
    else throw fileError(path, `column ${name} holds both text and numbers.`);
  }
}

function numberOf(path: string, name: string, value: unknown): number {
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value);
  if (typeof value === 'bigint' && BigInt(Number(value)) === value) return Number(value);
  if (value instanceof Date) return value.getTime() / 1000;
  throw fileError(
    path,
    `column ${name} holds ${typeof value === 'bigint' ? `${value}, which a double cannot hold exactly` : 'objects'}; expected numbers, truth values or text.`,
  );
}

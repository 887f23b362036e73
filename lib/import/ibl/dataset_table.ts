import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { fileError } from '../../files/file_error.js';
import { readParquet } from '../../files/parquet.js';

/** What a cache's table says about a file. */
export interface DatasetRow {
  /** In the session */
  path: string;
  /** Bytes; NaN: not told */
  size: number;
  /** Judged worse than failed: never to be used */
  isCritical: boolean;
  /** Of the revisions of this file, the one to take where none is asked for */
  isDefault: boolean;
}

const columnNames = ['eid', 'rel_path', 'file_size', 'qc', 'default_revision'];
/** Of the scale from 0 to 50 that some tables have instead of words */
const critical = 50;

/** The table of files in a ONE cache, which is read when it is first asked. */
export class DatasetTable {
  private rows: Promise<Map<string, DatasetRow[]>> | undefined;
  private readonly path: string;

  constructor(folder: string) {
    this.path = join(folder, 'datasets.pqt');
  }

  /** Rows of a session; undefined: there is no such table, or none for the session. */
  async of(eid: string | undefined): Promise<DatasetRow[] | undefined> {
    if (eid === undefined) return undefined;
    this.rows ??= this.read();
    return (await this.rows).get(eid);
  }

  private async read(): Promise<Map<string, DatasetRow[]>> {
    const bySession = new Map<string, DatasetRow[]>();
    if (!existsSync(this.path)) return bySession;
    const { columns } = await readParquet(this.path, columnNames);
    const { eid, rel_path: paths, file_size: sizes, qc, default_revision: defaults } = columns;
    if (!Array.isArray(eid) || !Array.isArray(paths)) {
      throw fileError(
        this.path,
        `expected columns with texts eid and rel_path but found ${Object.keys(columns).join(', ') || 'none of them'}.`,
      );
    }
    eid.forEach((id, i) => {
      const rows = bySession.get(id) ?? [];
      if (rows.length === 0) bySession.set(id, rows);
      rows.push({
        path: paths[i]!,
        size: sizes instanceof Float64Array ? sizes[i]! : NaN,
        isCritical: Array.isArray(qc) ? qc[i] === 'CRITICAL' : (qc?.[i] ?? 0) >= critical,
        isDefault: defaults instanceof Float64Array && defaults[i] === 1,
      });
    });
    return bySession;
  }
}

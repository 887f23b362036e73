import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { fileError } from '../../files/file_error.js';
import { readParquet } from '../../files/parquet.js';

/** How far the brain locations of a probe's channels have come, from the surest to the least sure. */
export type HistologyLevel = 'alf' | 'resolved' | 'aligned' | 'traced';

/** A probe in a session, as the cache's table lists it. */
export interface Insertion {
  pid: string;
  eid: string;
  /** Of the probe, "probe00" */
  name: string;
  /** What the database says about its track; undefined: nothing */
  histology: Exclude<HistologyLevel, 'alf'> | undefined;
}

/** Reads `insertions.pqt` of a cache: columns id, eid, name and, if it is there, json. No such table: none. */
export async function readInsertions(folder: string): Promise<Insertion[]> {
  const path = join(folder, 'insertions.pqt');
  if (!existsSync(path)) return [];
  const { columns } = await readParquet(path, ['id', 'eid', 'name', 'json']);
  const { id, eid, name, json } = columns;
  if (!Array.isArray(id) || !Array.isArray(eid) || !Array.isArray(name)) {
    throw fileError(
      path,
      `expected texts id, eid and name but found ${Object.keys(columns).join(', ') || 'none of them'}.`,
    );
  }
  return id.map((pid, i) => ({
    pid,
    eid: eid[i]!,
    name: name[i]!,
    histology: levelOf(Array.isArray(json) ? json[i]! : ''),
  }));
}

/** Of the insertion's record: `extended_qc` has tracing_exists, alignment_resolved and alignment_count. */
function levelOf(text: string): Insertion['histology'] {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { extended_qc: qc } = (record ?? {}) as {
    extended_qc?: { tracing_exists?: boolean; alignment_resolved?: boolean; alignment_count?: number };
  };
  if (!qc?.tracing_exists) return undefined;
  if (qc.alignment_resolved) return 'resolved';
  return (qc.alignment_count ?? 0) > 0 ? 'aligned' : 'traced';
}
